import dataclasses

import numpy as np
import pytest
from series_files import series

from rnn_zoo.layers import TimeFeatures
from rnn_zoo.series.batches import WindowBatches
from rnn_zoo.series.windows import Windows

WAVES = series(60)  # 30, 18, 12


def test_windows_of_a_part_have_their_steps_ahead_in_it():
    windows = Windows(WAVES, 5, 3)
    assert windows.starts("train").tolist() == list(range(5, 28))
    assert windows.starts("validation").tolist() == list(range(30, 46))  # the look-back reaches into training
    assert windows.starts("test")[-1] == 57
    starts = windows.starts("train")
    np.testing.assert_array_equal(windows.past(starts)[2, :, 0], windows.values[2:7, 0])
    np.testing.assert_array_equal(windows.future(starts)[2], windows.values[7:10, :2])
    np.testing.assert_array_equal(windows.ahead(starts)[2], windows.values[7:10, 2:])


def test_values_are_scaled_by_the_training_part():
    windows = Windows(WAVES, 5, 3)
    np.testing.assert_allclose(windows.values[:30].mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(windows.values[:30].std(axis=0), 1, atol=1e-5)
    np.testing.assert_allclose(windows.scale.undo(windows.values), WAVES.values, atol=1e-5)


def test_time_features_stand_last_and_are_known_ahead():
    windows = Windows(WAVES, 5, 3, TimeFeatures())
    assert (windows.features, windows.known) == (8, 6)
    # 2024-01-01 was a Monday, 2024-01-07 a Sunday.
    assert [windows.values[0, 5], windows.values[6, 5]] == [-0.5, 0.5]
    assert windows.ahead(np.array([6]))[0, 0, 3] == 0.5


def test_batches_are_those_windows():
    windows = Windows(WAVES, 5, 3)
    starts = windows.starts("train")
    data = WindowBatches(windows, starts, 10, with_known=True)
    batches = [data[place] for place in range(len(data))]
    assert [len(future) for _, future in batches] == [10, 10, 3]
    for place, part in enumerate((windows.past(starts), windows.ahead(starts))):
        np.testing.assert_array_equal(np.concatenate([inputs[place] for inputs, _ in batches]), part)
    np.testing.assert_array_equal(np.concatenate([future for _, future in batches]), windows.future(starts))


def test_epochs_are_shuffled_and_the_seed_decides():
    windows = Windows(WAVES, 5, 3)

    def order(seed):
        data = WindowBatches(windows, windows.starts("train"), 23, shuffle=True, seed=seed)
        orders = [data[0][1][:, 0, 0].tolist()]
        data.on_epoch_end()
        return [*orders, data[0][1][:, 0, 0].tolist()]

    first, second = order(1)
    assert first != second and sorted(first) == sorted(second)
    assert order(1)[0] == first != order(2)[0]


def test_the_order_of_an_epoch_is_that_of_tf_data_and_needs_no_epoch_before():
    """Numbers in `results` were made with the shuffle of tf.data."""
    import tensorflow as tf

    windows = Windows(WAVES, 5, 3)
    starts = windows.starts("train")
    tf.random.set_seed(7)
    shuffled = tf.data.Dataset.from_tensor_slices(starts).shuffle(len(starts), seed=7)
    expected = [list(shuffled.as_numpy_iterator()) for _ in range(3)]
    for epoch in (2, 0, 1):
        data = WindowBatches(windows, starts, len(starts), shuffle=True, seed=7)
        data.epoch = epoch
        np.testing.assert_array_equal(data[0][1], windows.future(np.array(expected[epoch])))


def test_what_is_known_until_a_step_knows_nothing_later():
    values = WAVES.values.copy()
    values[40:] = 1_000
    changed = dataclasses.replace(WAVES, values=values)
    one, other = (Windows(version, 5, 3).known_until(40) for version in (WAVES, changed))
    assert one.series.cuts == (22, 40, 60)
    np.testing.assert_array_equal(one.values[:40], other.values[:40])


@pytest.mark.parametrize(
    ("lookback", "horizon", "message"),
    [
        (5, 0, "`horizon` must be a positive integer, got 0"),
        (0, 5, "`lookback` must be a positive integer, got 0"),
        (28, 3, r"waves: the train part has 30 steps, fewer than `lookback` \+ `horizon`, 31; give a longer"),
        (5, 13, "the test part has 12 steps, fewer than `horizon`, 13"),
    ],
)
def test_errors_name_the_argument(lookback, horizon, message):
    with pytest.raises(ValueError, match=message):
        Windows(WAVES, lookback, horizon)
