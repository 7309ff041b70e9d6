import numpy as np
import pytest

from rnn_zoo.text import Streams

IDS = np.arange(100, 152)  # 51 are targets


def test_every_row_continues_where_it_ended():
    streams = Streams(IDS, 2, 10)
    pieces = [streams[place] for place in range(len(streams))]
    assert [pieces[place][0][2].tolist() for place in range(2)] == [[[0.0], [0.0]], [[1.0], [1.0]]]
    previous = np.concatenate([inputs[0] for inputs, _ in pieces], axis=1)
    following = np.concatenate([inputs[1] for inputs, _ in pieces], axis=1)
    np.testing.assert_array_equal(previous, [np.arange(100, 125), np.arange(125, 150)])
    np.testing.assert_array_equal(following, previous + 1)
    assert not any(target.any() or target.shape != inputs[1].shape for inputs, target in pieces)


def test_every_epoch_has_its_own_offset_and_one_shape():
    streams, again = Streams(IDS, 2, 7, seed=3), Streams(IDS, 2, 7, seed=3)
    firsts = set()
    for epoch in range(6):
        again.epoch = epoch
        assert {streams[place][0][0].shape for place in range(len(streams))} == {(2, 7)}
        np.testing.assert_array_equal(streams[0][0][0], again[0][0][0])
        firsts.add(int(streams[0][0][0][0, 0]))
        streams.on_epoch_end()
    assert len(firsts) > 2 and firsts <= set(range(100, 107))


def test_too_few_ids():
    with pytest.raises(ValueError, match="`ids` must hold at least 27 for 2 rows of 7, got 20"):
        Streams(IDS[:20], 2, 7, seed=0)
