import itertools

import keras
import numpy as np
from helpers import run_layer_test

from rnn_zoo.layers import Chords, Labels

KEYS, HIDDEN = 4, 3
SETS = np.array(list(itertools.product([0, 1], repeat=KEYS)), "float32")
RANDOM = np.random.default_rng(0)


def test_layer_promises():
    run_layer_test(
        Chords,
        {"keys": KEYS, "hidden": HIDDEN},
        input_shape=(2, 3, 5),
        expected_output_shape=(2, 3, KEYS + HIDDEN),
        mixed_output_dtype="float32",
        no_gradient=("reads", "answers"),  # what the keys of a step need, `nats` and `draw` alone read
    )


def chances(head, predicted):
    nats = keras.ops.convert_to_numpy(head.nats(np.tile(predicted, (len(SETS), 1)), SETS))
    return np.exp(-nats)


def built(head):
    head.build((None, 5))
    return head


def test_all_sets_of_keys_have_a_chance_of_one():
    head = built(Chords(KEYS, HIDDEN))
    head.answers.assign(3 * RANDOM.normal(size=(KEYS, HIDDEN)))
    predicted = RANDOM.normal(size=(1, KEYS + HIDDEN)).astype("float32")
    expected = chances(head, predicted)
    np.testing.assert_allclose(expected.sum(), 1, rtol=1e-5)
    # By hand, key by key.
    reads, answers = (keras.ops.convert_to_numpy(weight) for weight in (head.reads, head.answers))
    chord, chance = SETS[11], 1.0
    for key in range(KEYS):
        hidden = np.maximum(predicted[0, KEYS:] + chord[:key] @ reads[:key], 0)
        sounds = 1 / (1 + np.exp(-(predicted[0, key] + hidden @ answers[key])))
        chance *= sounds if chord[key] else 1 - sounds
    np.testing.assert_allclose(expected[11], chance, rtol=1e-4)


def test_sets_are_drawn_by_their_chance():
    for head, predicted in (
        (built(Chords(KEYS, HIDDEN)), RANDOM.normal(size=(1, KEYS + HIDDEN))),
        (built(Labels(KEYS)), RANDOM.uniform(size=(1, KEYS))),
    ):
        predicted = predicted.astype("float32")
        uniform = RANDOM.uniform(size=(8_000, KEYS)).astype("float32")
        drawn = keras.ops.convert_to_numpy(head.draw(np.repeat(predicted, len(uniform), axis=0), uniform))
        shares = np.bincount((drawn @ [8, 4, 2, 1]).astype(int), minlength=len(SETS)) / len(uniform)
        np.testing.assert_allclose(shares, chances(head, predicted), atol=0.02)
