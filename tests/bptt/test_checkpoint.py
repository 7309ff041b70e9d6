import numpy as np
import pytest
from bptt_reference import Problem, assert_close, uncompiled, with_gradients

TIME = 5
SHAPE = (5, TIME, 3, 4)


@pytest.mark.parametrize(("reverse", "distances"), [(False, [1, TIME]), (True, [3, TIME + 2])])
def test_equals_none(reverse, distances):
    """Distances that divide the time, or do not, or are longer."""
    problem = Problem("lstm", SHAPE, reverse=reverse)
    with uncompiled():
        every, *others = (
            with_gradients(problem.ours(checkpoint=checkpoint), problem.arrays) for checkpoint in (None, *distances)
        )
    for other in others:
        assert_close(other, every)


@pytest.mark.parametrize(
    ("kind", "options", "sequences"),
    [("lstm", {"reverse": True}, True), ("gru", {"masked": False, "use_bias": False}, False)],
)
def test_compiled(kind, options, sequences):
    problem = Problem(kind, SHAPE, **options)
    actual = with_gradients(problem.ours(checkpoint=2, sequences=sequences), problem.arrays)
    with uncompiled():
        expected = with_gradients(problem.ours(sequences=sequences), problem.arrays)
    assert_close(actual, expected)


def test_ten_thousand_steps():
    problem = Problem("tanh", (1, 10_000, 2, 3), masked=False, dtype="float32")
    values, gradients = with_gradients(problem.ours(checkpoint=100), problem.arrays)
    for array in (*values, *gradients):
        assert np.isfinite(array).all() and array.any()
