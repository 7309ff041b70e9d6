"""Flat token ids."""

import numpy as np
import pytest

from rnn_zoo.text import TokenIds


def test_each_text_is_a_slice():
    tokens = TokenIds([5, 6, 7], [0, 2, 2, 3])
    assert len(tokens) == 3
    assert [list(text) for text in tokens] == [[5, 6], [], [7]]
    assert list(tokens[-1]) == [7]
    assert list(tokens.lengths) == [2, 0, 1]
    assert tokens.ids.dtype == np.int32


def test_an_index_too_large_is_an_error():
    with pytest.raises(IndexError):
        TokenIds([5], [0, 1])[1]


@pytest.mark.parametrize("offsets", [[], [1, 3], [0, 2]])
def test_offsets_that_do_not_fit_are_an_error(offsets):
    with pytest.raises(ValueError, match="`offsets` must go from 0 to 3"):
        TokenIds([5, 6, 7], offsets)
