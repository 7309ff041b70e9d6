"""`recurrence(truncate=k)`, with checkpoints and without."""

import keras
import numpy as np
import pytest
from bptt_reference import Problem, any_problem, assert_close, uncompiled, with_gradients
from helpers import needs_tensorflow
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

TIME = 5
SHAPE = (5, TIME, 3, 4)


@pytest.mark.parametrize(
    ("kind", "reverse", "truncate"),
    [
        ("lstm", True, 2),
        pytest.param("tanh", False, 1, marks=needs_tensorflow),
        pytest.param("gru", False, 3, marks=needs_tensorflow),
    ],
)
def test_states_are_detached_at_the_steps_k_2k_and_so_on(kind, reverse, truncate):
    problem = Problem(kind, SHAPE, reverse=reverse)
    ours, theirs = problem.ours(truncate=truncate), problem.keras_cell(truncate)
    actual, expected = (with_gradients(function, problem.arrays) for function in (ours, theirs))
    assert_close(actual, expected)


@needs_tensorflow
def test_truncation_beyond_the_sequence_changes_nothing():
    problem = Problem("tanh", SHAPE)
    with uncompiled():
        whole, *others = (
            with_gradients(problem.ours(truncate=truncate), problem.arrays) for truncate in (None, TIME, TIME + 2)
        )
    for other in others:
        assert_close(other, whole, 0)


def test_inputs_before_the_cut_get_no_gradient_from_the_steps_after_it():
    problem = Problem("tanh", SHAPE, masked=False)
    with uncompiled():
        _, (grad_inputs, *_, grad_initial) = with_gradients(problem.ours(sequences=False, truncate=3), problem.arrays)
    assert not grad_inputs[:, :3].any() and not grad_initial.any()
    assert grad_inputs[:, 3:].any(axis=-1).all()


steps = st.none() | st.integers(1, 7)


@given(options=any_problem, truncate=steps, checkpoint=steps)
@settings(
    max_examples=8 if keras.backend.backend() == "tensorflow" else 1, phases=[Phase.generate]
)  # shrinking compiles each shape it tries
def test_any_shape_truncated_and_checkpointed(options, truncate, checkpoint):
    with uncompiled():
        problem = Problem(**options)
        ours, theirs = problem.ours(truncate=truncate, checkpoint=checkpoint), problem.keras_cell(truncate)
        actual, expected = (with_gradients(function, problem.arrays) for function in (ours, theirs))
    assert_close(actual, expected)


@pytest.mark.parametrize(
    ("truncate", "checkpoint", "reverse"), [(2, 3, False), pytest.param(3, 2, True, marks=needs_tensorflow)]
)
def test_a_cut_in_an_overlapping_segment(truncate, checkpoint, reverse):
    """5 steps in segments of 3: the last segment contains step 2 again, where it must not cut."""
    with uncompiled():
        problem = Problem("tanh", SHAPE, reverse=reverse)
        ours, theirs = problem.ours(truncate=truncate, checkpoint=checkpoint), problem.keras_cell(truncate)
        actual, expected = (with_gradients(function, problem.arrays) for function in (ours, theirs))
    assert_close(actual, expected)


@pytest.mark.parametrize("name", ["truncate", "checkpoint"])
@pytest.mark.parametrize("value", [0, -1, True, 2.5, "3"])
def test_bad_steps_are_named(name, value):
    problem = Problem("tanh", SHAPE)
    message = f"`{name}` must be a positive integer, got {value!r}. Any k >= 1 works; None takes all steps."
    with pytest.raises(ValueError) as error:
        problem.ours(**{name: value})(*problem.arrays)
    assert str(error.value) == message


@needs_tensorflow
@pytest.mark.parametrize("name", ["truncate", "checkpoint"])
def test_a_numpy_integer_is_an_integer(name):
    problem = Problem("tanh", SHAPE)
    with uncompiled():
        actual, expected = (with_gradients(problem.ours(**{name: value}), problem.arrays) for value in (np.int64(2), 2))
    assert_close(actual, expected, 0)
