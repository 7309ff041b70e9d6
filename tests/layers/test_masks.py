import keras
import numpy as np
import pytest
from helpers import random_inputs
from hypothesis import given
from hypothesis import strategies as st
from keras import ops

from rnn_zoo.layers.masks import clear_masked, last_step
from rnn_zoo.layers.seeds import derive

MASKS = st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=3, max_size=3)


@given(mask=MASKS, backward_features=st.integers(0, 5))
def test_last_step_equals_a_loop_over_rows(mask, backward_features):
    sequence = random_inputs((3, 4, 5))
    forward = 5 - backward_features
    expected = np.zeros((3, 5), "float32")
    for row, valid in enumerate(np.flatnonzero(row) for row in mask):
        if len(valid):
            expected[row, :forward] = sequence[row, valid[-1], :forward]
            expected[row, forward:] = sequence[row, valid[0], forward:]
    read = last_step(ops.convert_to_tensor(sequence), np.array(mask), backward_features)
    np.testing.assert_array_equal(ops.convert_to_numpy(read), expected)


def test_last_step_without_a_mask_is_the_end_of_each_direction():
    sequence = random_inputs((2, 4, 3))
    read = ops.convert_to_numpy(last_step(ops.convert_to_tensor(sequence), backward_features=1))
    np.testing.assert_array_equal(read, np.concatenate([sequence[:, -1, :2], sequence[:, 0, 2:]], axis=-1))


def test_clear_masked_clears_even_nan():
    values = np.array([[1.0, np.nan], [np.nan, 2.0]], "float32")
    cleared = ops.convert_to_numpy(clear_masked(ops.convert_to_tensor(values), np.array([False, True])))
    np.testing.assert_array_equal(cleared, [[0, 0], [np.nan, 2]])


def test_derived_seeds_differ_by_part_and_are_reproducible():
    assert derive(None, "a") is None
    assert derive(1, "a") == derive(1, "a")
    assert len({derive(1, "a"), derive(1, "b"), derive(2, "a")}) == 3


@pytest.mark.parametrize("seed", [0, 2**31, -5])
def test_keras_accepts_derived_seeds(seed):
    assert keras.random.uniform((2,), seed=derive(seed, "part")).shape == (2,)
