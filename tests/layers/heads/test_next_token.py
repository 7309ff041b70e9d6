import keras
import numpy as np
import pytest
from helpers import assert_config_round_trip, random_inputs, run_layer_test
from keras import ops

from rnn_zoo.layers import NextToken, Perplexity


def test_layer_contract():
    run_layer_test(
        NextToken,
        {"vocabulary_size": 6},
        input_shape=(2, 3, 4),
        expected_output_shape=(2, 3, 6),
        mixed_output_dtype="float32",
        mixed_tolerance=1e-6,
    )


def test_a_tied_head_uses_the_embeddings():
    assert_config_round_trip(NextToken, {"vocabulary_size": 6, "tied": True})
    head, inputs, vectors = NextToken(6, tied=True), random_inputs((2, 4)), random_inputs((6, 3), seed=1)
    scores = head(inputs, embeddings=vectors)
    kernel, bias = (ops.convert_to_numpy(weight) for weight in head.dense.weights)
    np.testing.assert_allclose(scores, (inputs @ kernel + bias) @ vectors.T, atol=1e-5)
    assert head.count_params() == 4 * 3 + 3 + 6


def test_loss_and_perplexity_ignore_padding():
    scores = np.log(np.array([[[0.1, 0.5, 0.4], [0.1, 0.2, 0.7], [0.9, 0.05, 0.05]]], "float32"))
    targets = np.array([[1, 2, 0]])
    loss = -np.log([0.5, 0.7]).mean()
    head = NextToken(3)
    np.testing.assert_allclose(head.make_loss()(targets, scores), loss, atol=1e-6)
    (metric,) = head.make_metrics()
    metric.update_state(targets, scores)
    np.testing.assert_allclose(metric.result(), np.exp(loss), rtol=1e-6)


def test_every_token_counts_the_same_in_the_perplexity():
    metric = Perplexity()
    for targets, probability in (([[1, 1, 1]], 0.5), ([[1, 0, 0]], 0.2)):
        metric.update_state(np.array(targets), np.log(np.full((1, 3, 2), [1 - probability, probability], "float32")))
    np.testing.assert_allclose(metric.result(), np.exp(-(3 * np.log(0.5) + np.log(0.2)) / 4), rtol=1e-6)
    assert keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(metric)).name == "perplexity"


@pytest.mark.parametrize(
    ("options", "embeddings", "message"),
    [
        ({"vocabulary_size": 1}, None, "`vocabulary_size` must be at least 2"),
        ({"vocabulary_size": 6, "tied": True}, None, "`embeddings` must have a vector for each of 6 tokens"),
        ({"vocabulary_size": 6, "tied": True}, np.zeros((5, 3), "float32"), "for each of 6 tokens"),
    ],
)
def test_errors_name_the_argument(options, embeddings, message):
    with pytest.raises(ValueError, match=message):
        NextToken(**options)(np.zeros((1, 4), "float32"), embeddings=embeddings)


def test_early_stopping_knows_which_perplexity_is_better():
    model = keras.Sequential([keras.Input((None,)), keras.layers.Embedding(3, 3)])
    model.compile("sgd", loss=NextToken(3).make_loss(), metrics=[Perplexity()])
    stopping = keras.callbacks.EarlyStopping("val_perplexity", patience=1)
    targets = np.array([[1, 2]])
    model.fit(targets, targets, validation_data=(targets, targets), callbacks=[stopping], verbose=0)
    assert stopping.monitor_op(1.0, 2.0)
