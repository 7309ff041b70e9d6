import keras
import numpy as np

from rnn_zoo import training
from rnn_zoo.layers import Classes, NGramEvidence, NGrams, Recurrent, Tokens
from rnn_zoo.text import TokenIds
from rnn_zoo.topologies import many_to_one

TEXTS = TokenIds([2, 3, 2, 3, 4, 3, 2], [0, 2, 5, 5, 7])
LABELS = np.array([0, 1, 0, 1])
IDS = np.array([[2, 3, 0], [2, 3, 4], [0, 0, 0], [3, 2, 0]], "int32")


def test_every_layer_that_counts_is_fitted_and_training_keeps_the_counts():
    front, evidence = NGrams(5, 3, sizes=[4], min_count=1), NGramEvidence(2, 5, sizes=[4], min_count=1)
    model = many_to_one(front, Recurrent("gru", 2), Classes(2), evidence=evidence)
    assert training.adapt(model, TEXTS, LABELS) is None
    for layer in (front, evidence):
        assert layer.index.number([[2, 3, 4]])[0].tolist() == [0, 1, 3]
    fitted = [np.array(weight) for weight in evidence.weights + front.index.weights]
    assert np.any(fitted[0])
    model.fit(IDS, LABELS, verbose=0)
    for weight, before in zip(evidence.weights + front.index.weights, fitted, strict=True):
        if "seed" not in weight.path:
            np.testing.assert_array_equal(np.array(weight), before)


def test_models_without_such_layers_stay_as_they_are():
    model = many_to_one(Tokens(5, 3), Recurrent("gru", 2), Classes(2))
    before = model.get_weights()
    training.adapt(model, TEXTS, LABELS)
    assert all((one == other).all() for one, other in zip(model.get_weights(), before, strict=True))


def test_preprocessing_layers_of_keras_are_left_alone():
    normalization = keras.layers.Normalization(mean=1.0, variance=4.0)
    inputs = keras.Input((3,))
    model = keras.Model(inputs, normalization(inputs))
    training.adapt(model, TEXTS, LABELS)
    np.testing.assert_allclose(model(np.full((1, 3), 5.0)), np.full((1, 3), 2.0))
