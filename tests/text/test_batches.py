"""Batches bucketed by length."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_zoo.text import Batches, TokenIds


def token_ids(lengths):
    """Text i holds the token i + 1, `lengths[i]` times."""
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    return TokenIds(np.repeat(np.arange(1, len(lengths) + 1), lengths), offsets)


def everything(batches):
    return [tuple(np.copy(part) for part in batches[index]) for index in range(len(batches))]


def same(left, right):
    return len(left) == len(right) and all(
        np.array_equal(a, b) for one, two in zip(left, right, strict=True) for a, b in zip(one, two, strict=True)
    )


lengths = st.lists(st.integers(0, 90), min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(lengths, st.integers(1, 9), st.one_of(st.none(), st.integers(1, 50)), st.booleans(), st.integers(0, 3))
def test_every_text_comes_once_padded_on_the_right(lengths, batch_size, max_length, shuffle, epoch):
    labels = np.arange(len(lengths)) + 1
    batches = Batches(token_ids(lengths), labels, batch_size, max_length=max_length, shuffle=shuffle, seed=3)
    batches.epoch = epoch
    seen = []
    for ids, batch_labels in everything(batches):
        assert ids.dtype == np.int32
        assert len(ids) <= batch_size
        assert ids.shape[1] >= 1
        for row, label in zip(ids, batch_labels, strict=True):
            length = min(lengths[label - 1], max_length or 90)
            assert (row[:length] == label).all()
            assert not row[length:].any()
        seen.extend(batch_labels)
    assert sorted(seen) == list(labels)
    assert list(labels[batches.order]) == seen


@settings(max_examples=60, deadline=None)
@given(lengths)
def test_no_batch_is_padded_to_more_than_twice_what_its_shortest_text_needs(lengths):
    for ids, texts in everything(Batches(token_ids(lengths), lengths, 8, boundaries=[4, 16, 20, 64])):
        alone = [next((b for b in (4, 16, 20, 64) if b >= max(length, 1)), length) for length in texts]
        assert ids.shape[1] == max(alone)
        assert max(alone) <= 2 * min(alone)


def test_padded_lengths_are_few():
    batches = Batches(token_ids(range(513)), None, 16)
    shapes = {ids.shape[1] for (ids,) in everything(batches)}
    assert shapes <= {8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512}


@pytest.mark.parametrize("max_length", [None, 400, 512])
@pytest.mark.parametrize("batch_size", [16, 64])
def test_nearly_every_length_comes_in_one_shape(batch_size, max_length):
    # Lengths as of film reviews. A loop that is compiled for a shape must not be compiled anew all the time.
    lengths = np.random.default_rng(0).lognormal(5.4, 0.7, 3000).astype(int)
    batches = Batches(token_ids(lengths), None, batch_size, max_length=max_length, shuffle=True)
    shapes = {ids.shape for (ids,) in everything(batches)}
    assert len(shapes) <= 1.5 * len({time for _, time in shapes})


def test_a_text_above_the_last_boundary_has_a_length_of_its_own():
    batches = Batches(token_ids([3, 100_000, 5, 4]), None, 4, boundaries=[8])
    assert sorted(ids.shape for (ids,) in everything(batches)) == [(1, 100_000), (3, 8)]


def test_max_length_is_the_longest_padded_length():
    batches = Batches(token_ids([3, 100_000, 90]), None, 1, max_length=100)
    assert max(ids.shape[1] for (ids,) in everything(batches)) == 100


def test_the_order_depends_on_seed_and_epoch_alone():
    tokens, labels = token_ids([index % 40 for index in range(200)]), np.arange(200)
    uninterrupted = Batches(tokens, labels, 16, shuffle=True, seed=1)
    epochs = []
    for _ in range(3):
        epochs.append(everything(uninterrupted))
        uninterrupted.on_epoch_end()
    assert uninterrupted.epoch == 3
    assert not same(epochs[0], epochs[1])
    resumed = Batches(tokens, labels, 16, shuffle=True, seed=1)
    resumed.epoch = 2
    assert same(everything(resumed), epochs[2])
    resumed.epoch = 0
    assert same(everything(resumed), epochs[0])
    assert not same(everything(Batches(tokens, labels, 16, shuffle=True, seed=2)), epochs[0])


def test_the_number_of_batches_is_the_same_in_every_epoch():
    batches = Batches(token_ids([index % 40 for index in range(200)]), None, 16, shuffle=True)
    before = len(batches)
    batches.on_epoch_end()
    assert len(batches) == before == len(everything(batches))


def test_restore_puts_predictions_in_the_order_of_the_texts():
    labels = np.arange(50)
    batches = Batches(token_ids([(index * 7) % 30 for index in range(50)]), labels, 8)
    predictions = np.concatenate([[[label, -label] for label in batch] for _, batch in everything(batches)])
    np.testing.assert_array_equal(batches.restore(predictions), np.stack([labels, -labels], axis=1))


def test_restore_refuses_shuffled_batches_and_other_sizes():
    with pytest.raises(ValueError, match="shuffle=False"):
        Batches(token_ids([1, 2]), None, shuffle=True).restore([0, 1])
    with pytest.raises(ValueError, match="one for each of 2 texts, got 3"):
        Batches(token_ids([1, 2]), None).restore([0, 1, 2])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batch_size": 0}, "`batch_size` must be a positive integer, got 0"),
        ({"max_length": -1}, "`max_length` must be a positive integer, got -1"),
        ({"labels": [1]}, "`labels` must hold one for each of 2 texts, got 1"),
        ({"seed": -1}, "`seed` must be an integer >= 0, got -1"),
        ({"boundaries": []}, "`boundaries` must be positive integers"),
        ({"boundaries": [8, 8]}, "`boundaries` must be positive integers"),
        ({"boundaries": [0, 8]}, "`boundaries` must be positive integers"),
        ({"boundaries": [1.5]}, "`boundaries` must be positive integers"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        Batches(token_ids([1, 2]), **arguments)


def test_no_text_at_all_is_an_error():
    with pytest.raises(ValueError, match="at least one text"):
        Batches(token_ids([]))


def small_model():
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.layers.Embedding(50, 4), keras.layers.GlobalAveragePooling1D(), keras.layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    return model


def test_a_keras_model_takes_batches_whose_first_two_are_alike():
    # Keras reads the shapes off the first two batches; in order, ten of one length come before the other.
    lengths = [5] * 40 + [30] * 4
    model = small_model()
    model.fit(Batches(token_ids(lengths), np.arange(44.0), 4), verbose=0, shuffle=False)
    batches = Batches(token_ids(lengths), None, 4)
    predictions = batches.restore(model.predict(batches, verbose=0))
    one = np.full((1, 8), 0, "int32")
    one[0, :5] = 7
    np.testing.assert_allclose(predictions[6], model.predict(one, verbose=0)[0], atol=1e-6)


def test_a_resumed_run_sees_the_batches_of_an_uninterrupted_one():
    tokens, labels = token_ids([index % 40 for index in range(48)]), np.linspace(-1, 1, 48)

    def fit(model, **epochs):
        batches = Batches(tokens, labels, 8, shuffle=True)
        set_epoch = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, _: setattr(batches, "epoch", epoch))
        model.fit(batches, **epochs, callbacks=[set_epoch], verbose=0, shuffle=False)

    whole, parts, other = small_model(), small_model(), small_model()
    fit(whole, epochs=3)
    fit(parts, epochs=1)
    fit(parts, epochs=3, initial_epoch=1)
    for one, two in zip(whole.get_weights(), parts.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    fit(other, epochs=1)
    fit(other, epochs=2)
    assert not np.array_equal(whole.get_weights()[0], other.get_weights()[0])
