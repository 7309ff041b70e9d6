import numpy as np
import pytest
from bptt_reference import Problem, assert_close, uncompiled, with_gradients
from helpers import needs_tensorflow

TIME = 5
SHAPE = (5, TIME, 3, 4)


@pytest.mark.parametrize(
    ("kind", "reverse", "distances"),
    [("lstm", True, [3]), pytest.param("tanh", False, [1, TIME, TIME + 2], marks=needs_tensorflow)],
)
def test_equals_no_checkpointing(kind, reverse, distances):
    """Distances that divide the time, do not divide it, or exceed it."""
    problem = Problem(kind, SHAPE, reverse=reverse)
    with uncompiled():
        every, *others = (
            with_gradients(problem.ours(checkpoint=checkpoint), problem.arrays) for checkpoint in (None, *distances)
        )
    for other in others:
        assert_close(other, every)


@needs_tensorflow
def test_compiled():
    problem = Problem("lstm", SHAPE, reverse=True)
    actual = with_gradients(problem.ours(checkpoint=2), problem.arrays)
    with uncompiled():
        expected = with_gradients(problem.ours(), problem.arrays)
    assert_close(actual, expected)


@needs_tensorflow
def test_without_sequences_and_mask():
    problem = Problem("gru", SHAPE, masked=False)
    with uncompiled():
        actual, expected = (
            with_gradients(problem.ours(checkpoint=checkpoint, sequences=False), problem.arrays)
            for checkpoint in (2, None)
        )
    assert_close(actual, expected)


def test_ten_thousand_steps():
    problem = Problem("tanh", (1, 10_000, 2, 3), masked=False, dtype="float32")
    values, gradients = with_gradients(problem.ours(checkpoint=100), problem.arrays)
    for array in (*values, *gradients):
        assert np.isfinite(array).all() and array.any()
