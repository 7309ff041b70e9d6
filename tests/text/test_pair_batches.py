import numpy as np
import pytest

from rnn_zoo.text import PairBatches, TokenIds
from rnn_zoo.text.symbols import END, START


def token_ids(lengths):
    return TokenIds(np.arange(sum(lengths)) + 4, np.cumsum([0, *lengths]))


SOURCES, TARGETS = token_ids([3, 9, 2, 0, 20]), token_ids([4, 1, 0, 5, 2])


def test_decoder_inputs_are_targets_shifted_by_one_step():
    (source, previous), targets = PairBatches(SOURCES, TARGETS, 3)[0]
    np.testing.assert_array_equal(previous[0, :6], [START, 4, 5, 6, 7, 0])
    np.testing.assert_array_equal(targets[0, :6], [4, 5, 6, 7, END, 0])
    np.testing.assert_array_equal(source[0, :4], [4, 5, 6, 0])
    assert source.shape == previous.shape == targets.shape == (3, 8)


def test_batches_have_few_shapes_and_lose_nothing():
    batches = PairBatches(SOURCES, TARGETS, 2, shuffle=True, seed=3)
    for epoch in range(3):
        batches.epoch = epoch
        shapes = {batches[n][1].shape for n in range(len(batches))}
        assert shapes == {(2, 8), (2, 12), (2, 21)}
        ends = sum(int((batches[n][1] == END).sum()) for n in range(len(batches)))
        assert ends == len(TARGETS), "each text once; rows that fill up a batch hold nothing"
        assert batches[0][1].shape != batches[1][1].shape
    again = PairBatches(SOURCES, TARGETS, 2, shuffle=True, seed=3)
    again.epoch = 2
    np.testing.assert_array_equal(again[0][1], batches[0][1])


def test_a_source_may_have_several_targets():
    vectors = np.array([[1.0, 2.0], [3.0, 4.0]])
    batches = PairBatches(vectors, TARGETS, 8, rows=[0, 0, 1, 1, 1])
    (source, previous), _ = batches[0]
    np.testing.assert_array_equal(source[:6], [[1, 2], [1, 2], [3, 4], [3, 4], [3, 4], [0, 0]])
    assert previous.shape == (8, 6)


def test_long_texts_are_cut_on_request_only():
    with pytest.raises(ValueError, match=r"source 2 has 9 symbols, more than `max_length` 8.*`cut=True`"):
        PairBatches(SOURCES, TARGETS, max_length=8)
    with pytest.raises(ValueError, match="target 4 has 5 symbols, more than `max_length` 4"):
        PairBatches(token_ids([1] * 5), TARGETS, max_length=4)
    batches = PairBatches(SOURCES, TARGETS, 8, max_length=4, cut=True)
    (source, _), targets = batches[0]
    assert source.shape == targets.shape == (8, 5)
    np.testing.assert_array_equal(targets[3], [9, 10, 11, 12, END])


def test_sources_and_targets_must_be_equal_in_number():
    with pytest.raises(ValueError, match="`sources` and `targets` must be equal in number, at least one, got 2 and 5"):
        PairBatches(token_ids([1, 1]), TARGETS)
