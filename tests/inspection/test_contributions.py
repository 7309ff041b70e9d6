import keras
import numpy as np
import pytest
from helpers import random_inputs

from rnn_zoo import (
    Classes,
    NGramEvidence,
    NGrams,
    Recurrent,
    Segmented,
    Tokens,
    Values,
    Vectors,
    many_to_many,
    many_to_one,
)
from rnn_zoo.inspection import integrated_gradients, occlusion

WORDS = 12


@pytest.fixture(scope="module")
def ngrams():
    """A small twin of the models that answer reviews: pairs of words, segments, both directions, n-gram evidence."""
    keras.utils.set_random_seed(0)
    texts = [np.array(text) for text in ([2, 3, 4, 5], [2, 3, 4, 6], [4, 5, 2], [7, 5, 3], [2, 3, 5], [7, 8, 3])] * 8
    labels = np.array([0, 1, 0, 1, 0, 1] * 8)
    front = NGrams(WORDS, 3, sizes=(4,), min_count=2)
    evidence = NGramEvidence(2, WORDS, sizes=(6,), min_count=2)
    recurrence = Segmented(Recurrent("gru", 3, bidirectional=True), 4)
    model = many_to_one(front, recurrence, Classes(2, 0.6), pooling=("max", "mean"), evidence=evidence)
    front.adapt(texts)
    evidence.adapt(texts, labels)
    return model


def test_integrated_gradients_are_complete(ngrams):
    ids = np.array([2, 3, 4, 5, 7, 0])
    found = integrated_gradients(ngrams, ids)
    answer = ngrams.predict(ids[None], verbose=0)[0]
    assert found.output == pytest.approx(answer.max(), abs=1e-6)
    assert found.gap <= 0.01
    np.testing.assert_allclose(found.values.sum(), found.output - found.baseline, rtol=0.01)
    assert found.values[-1] == 0 and found.values[:-1].all()
    other = integrated_gradients(ngrams, ids, index=1 - int(answer.argmax()))
    np.testing.assert_allclose(other.values, -found.values, rtol=0.03, atol=1e-4)  # two probabilities sum to one
    assert "call" not in vars(ngrams.layers[1])


def test_integrated_gradients_of_a_linear_network_are_its_weights_times_the_inputs():
    recurrence = Recurrent("vanilla", 2, activation="linear", seed=1)
    model = many_to_one(Vectors(3), recurrence, Values(1), pooling="last")
    inputs = random_inputs((70, 3))  # long enough for a graph
    found = integrated_gradients(model, inputs)
    cell, head = recurrence.recurrences["layer_0/forward"].cell, model.layers[-1].dense.kernel.numpy()
    for back in (0, 1, 5):
        power = np.linalg.matrix_power(cell.recurrent_kernel.numpy(), back)
        expected = inputs[69 - back] @ cell.kernel.numpy() @ power @ head
        np.testing.assert_allclose(found.values[69 - back], expected[0], rtol=1e-3)


def test_a_sharp_turn_on_the_way_is_found():
    """Where all the change lies within 1/200 of the way, points all over it would miss most of it."""
    steep = keras.Sequential(
        [keras.Input((1, 1)), keras.layers.SimpleRNN(1, activation="sigmoid"), keras.layers.Flatten()]
    )
    steep.set_weights([np.array([[2_000.0]]), np.zeros((1, 1)), np.array([-606.0])])
    found = integrated_gradients(steep, np.ones((1, 1), "float32"), index=0)
    assert found.gap <= 0.01 and found.values[0] == pytest.approx(1, rel=0.01)
    np.testing.assert_allclose(found.parts, found.values[:, None])


def test_numbers_without_a_front_start_from_a_baseline():
    model = keras.Sequential([keras.Input((4, 2)), keras.layers.SimpleRNN(3, seed=1), keras.layers.Dense(1)])
    inputs, start = random_inputs((4, 2)), np.full((4, 2), 0.5, "float32")
    found = integrated_gradients(model, inputs, baseline=start)
    assert found.baseline == pytest.approx(float(model(start[None])[0, 0]), abs=1e-6) and found.gap <= 0.01
    unmoved = integrated_gradients(model, np.where(np.arange(4)[:, None] == 2, inputs, start), baseline=start)
    assert np.flatnonzero(unmoved.values).tolist() == [2]


def test_occlusion_is_the_answer_less_the_answer_without(ngrams):
    ids = np.array([2, 3, 4, 5, 0])
    found = occlusion(ngrams, ids, index=0)
    without = ids.copy()
    without[1] = 1
    answers = ngrams.predict(np.stack([ids, without]), verbose=0)[:, 0]
    np.testing.assert_allclose(found.values[1], answers[0] - answers[1], atol=1e-6)
    assert found.values[-1] == 0
    assert found.baseline + found.values.sum() == pytest.approx(found.output)


def test_a_model_that_answers_at_every_step():
    model = many_to_many(Tokens(WORDS, 2), Recurrent("vanilla", 2, seed=1), Classes(3))
    ids = np.array([2, 3, 4])
    found = integrated_gradients(model, ids, index=(1, 2))
    assert found.values[2] == 0 and found.values[0] != 0  # what comes later has no part in it
    with pytest.raises(ValueError, match=r"`index` must be given as \(step, output\).*\(3, 3\)"):
        integrated_gradients(model, ids)


def test_bad_input(ngrams):
    with pytest.raises(ValueError, match=r"`index` must be a position in an output of the shape \(2,\), got \(2,\)"):
        occlusion(ngrams, np.array([2, 3]), index=2)
    with pytest.raises(ValueError, match=r"it has no front and 0 numeric inputs"):
        numbered = [keras.Input((3,), dtype="int32"), keras.layers.Embedding(2, 2), keras.layers.GRU(2)]
        integrated_gradients(keras.Sequential(numbered), np.zeros(3, "int32"))
    numbers = many_to_one(Vectors(2), Recurrent("vanilla", 2), Values(1))
    with pytest.raises(ValueError, match="`Tokens` or `NGrams`"):
        occlusion(numbers, np.zeros((3, 2)))
