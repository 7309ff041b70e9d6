import numpy as np
import pytest

from rnn_zoo.text import Windows

IDS = np.arange(1, 101)


def test_each_target_is_the_next_id():
    windows = Windows(IDS, 7, 2)
    assert len(windows) == 7
    previous, targets = windows[0]
    np.testing.assert_array_equal(previous, [IDS[:7], IDS[7:14]])
    np.testing.assert_array_equal(targets, [IDS[1:8], IDS[8:15]])
    read = np.concatenate([windows[n][0].ravel() for n in range(len(windows))])
    np.testing.assert_array_equal(read, IDS[:98])


def test_shuffled_it_is_a_function_of_seed_and_epoch():
    one, other = Windows(IDS, 7, 3, shuffle=True, seed=1), Windows(IDS, 7, 3, shuffle=True, seed=1)
    first = one[0]
    one.on_epoch_end()
    assert (one[0][0] != first[0]).any()
    other.epoch = 1
    np.testing.assert_array_equal(one[0], other[0])
    other.epoch = 0
    np.testing.assert_array_equal(first, other[0])
    for epoch in range(8):
        one.epoch = epoch
        assert {one[n][0].shape for n in range(len(one))} == {(3, 7)}, "one shape, so one compilation"
        starts = np.concatenate([one[n][0][:, 0] for n in range(len(one))])
        assert (np.diff(np.sort(starts)) >= 7).all(), "no window twice"


def test_a_text_too_short():
    assert len(Windows(IDS[:8], 7)) == 1
    with pytest.raises(ValueError, match="`ids` must hold at least 8 for windows of 7, got 7"):
        Windows(IDS[:7], 7)
