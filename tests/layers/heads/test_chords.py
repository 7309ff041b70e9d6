import itertools

import keras
import numpy as np
from helpers import run_layer_test

from rnn_zoo.layers import Chords, Labels

KEYS, HIDDEN = 4, 3
SETS = np.array(list(itertools.product([0, 1], repeat=KEYS)), "float32")
RANDOM = np.random.default_rng(0)


def test_layer_contract():
    run_layer_test(
        Chords,
        {"keys": KEYS, "hidden": HIDDEN},
        input_shape=(2, 3, 5),
        expected_output_shape=(2, 3, KEYS + HIDDEN),
        mixed_output_dtype="float32",
        no_gradient=("reads", "answers"),  # used by `negative_log_likelihood` and `sample` only
    )


def probabilities(head, predicted):
    loss = keras.ops.convert_to_numpy(head.negative_log_likelihood(np.tile(predicted, (len(SETS), 1)), SETS))
    return np.exp(-loss)


def built(head):
    head.build((None, 5))
    return head


def test_probabilities_of_all_sets_sum_to_one():
    head = built(Chords(KEYS, HIDDEN))
    head.answers.assign(3 * RANDOM.normal(size=(KEYS, HIDDEN)))
    predicted = RANDOM.normal(size=(1, KEYS + HIDDEN)).astype("float32")
    expected = probabilities(head, predicted)
    np.testing.assert_allclose(expected.sum(), 1, rtol=1e-5)
    # By hand, key by key.
    reads, answers = (keras.ops.convert_to_numpy(weight) for weight in (head.reads, head.answers))
    chord, probability = SETS[11], 1.0
    for key in range(KEYS):
        hidden = np.maximum(predicted[0, KEYS:] + chord[:key] @ reads[:key], 0)
        sounds = 1 / (1 + np.exp(-(predicted[0, key] + hidden @ answers[key])))
        probability *= sounds if chord[key] else 1 - sounds
    np.testing.assert_allclose(expected[11], probability, rtol=1e-4)


def test_sets_are_sampled_by_their_probability():
    for head, predicted in (
        (built(Chords(KEYS, HIDDEN)), RANDOM.normal(size=(1, KEYS + HIDDEN))),
        (built(Labels(KEYS)), RANDOM.uniform(size=(1, KEYS))),
    ):
        predicted = predicted.astype("float32")
        uniform = RANDOM.uniform(size=(8_000, KEYS)).astype("float32")
        sampled = keras.ops.convert_to_numpy(head.sample(np.repeat(predicted, len(uniform), axis=0), uniform))
        frequencies = np.bincount((sampled @ [8, 4, 2, 1]).astype(int), minlength=len(SETS)) / len(uniform)
        np.testing.assert_allclose(frequencies, probabilities(head, predicted), atol=0.02)
