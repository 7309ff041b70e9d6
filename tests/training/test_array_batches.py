import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_zoo.training import ArrayBatches


def rows(batches):
    return np.concatenate([batches[index][0] for index in range(len(batches))])


@given(st.integers(1, 40), st.integers(1, 9), st.integers(0, 5), st.booleans())
def test_every_epoch_holds_every_example_once_in_an_order_of_its_own(examples, batch_size, epoch, shuffle):
    values = np.arange(examples)
    batches = ArrayBatches(values, -values, batch_size=batch_size, shuffle=shuffle, seed=1)
    for _ in range(epoch):
        batches.on_epoch_end()
    resumed = ArrayBatches(values, -values, batch_size=batch_size, shuffle=shuffle, seed=1)
    resumed.epoch = epoch
    np.testing.assert_array_equal(rows(batches), rows(resumed))
    assert sorted(rows(batches)) == list(values)
    assert all((inputs == -targets).all() for inputs, targets in (batches[i] for i in range(len(batches))))
    if not shuffle:
        np.testing.assert_array_equal(rows(batches), values)


def test_seed_and_epoch_each_change_the_order():
    orders = {(s, e): None for s in (0, 1) for e in (0, 1)}
    for seed, epoch in orders:
        batches = ArrayBatches(np.arange(50), np.arange(50), seed=seed)
        batches.epoch = epoch
        orders[seed, epoch] = tuple(rows(batches))
    assert len(set(orders.values())) == 4


def test_dicts_and_weights_pass_through():
    batches = ArrayBatches({"a": np.arange(4), "b": np.arange(8).reshape(4, 2)}, np.arange(4), np.ones(4), batch_size=3)
    inputs, targets, weights = batches[0]
    assert (inputs["a"].shape, inputs["b"].shape, targets.shape, weights.shape) == ((3,), (3, 2), (3,), (3,))


@pytest.mark.parametrize(
    ("inputs", "targets", "batch_size", "message"),
    [
        (np.ones(2), np.ones(1), 1, "the same number of examples, at least one; got 1, 2"),
        (np.ones(0), np.ones(0), 1, "at least one; got 0"),
        (np.ones(2), 3, 1, "got no array, 2"),
        (np.ones(2), np.ones(2), 0, "`batch_size`"),
    ],
)
def test_bad_arrays_are_refused(inputs, targets, batch_size, message):
    with pytest.raises(ValueError, match=message):
        ArrayBatches(inputs, targets, batch_size=batch_size)
