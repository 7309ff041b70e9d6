import numpy as np
import pytest
from bptt_in_numpy import finite_differences, in_numpy, numpy_loss
from bptt_reference import DTYPE, TOLERANCES, Problem, any_problem, assert_close, needs_jax, uncompiled, with_gradients
from helpers import needs_tensorflow
from hypothesis import Phase, given, settings

SHAPE = (5, 5, 3, 4)  # batch, time, features, units
SPLIT = (17, 5, 3, 4)  # more than twice the fewest rows of a sub-batch, and odd


@pytest.mark.parametrize("reverse", [False, True], ids=["forward", "reverse"])
@pytest.mark.parametrize("kind", ["tanh", "lstm", "gru"])
def test_equals_numpy_finite_differences_and_keras(kind, reverse):
    problem = Problem(kind, SHAPE, reverse=reverse)
    actual, expected = with_gradients_where_read(problem, problem.ours(), problem.keras_layer)
    assert_close(actual, expected)
    assert_equals_numpy(problem, *actual)


@pytest.mark.parametrize(("kind", "reverse"), [("relu", False), ("sigmoid", True), ("linear", False)])
def test_other_activations(kind, reverse):
    with uncompiled():
        problem = Problem(kind, SHAPE, reverse=reverse)
        (actual,) = with_gradients_where_read(problem, problem.ours())
    assert_equals_numpy(problem, *actual)


def with_gradients_where_read(problem, *functions):
    """Before the first valid step Keras outputs zeros on TensorFlow and the initial state on JAX."""
    return [with_gradients(problem.where_read(function), problem.arrays) for function in functions]


@needs_jax
@pytest.mark.parametrize(("kind", "options"), [("tanh", {}), ("lstm", {"checkpoint": 2}), ("gru", {})])
def test_float64_on_jax(kind, options):
    import jax

    jax.config.update("jax_enable_x64", True)
    try:
        problem = Problem(kind, SHAPE, reverse=True, dtype="float64")
        (actual,) = with_gradients_where_read(problem, problem.ours(**options))
    finally:
        jax.config.update("jax_enable_x64", False)
    assert_equals_numpy(problem, *actual)


def assert_equals_numpy(problem, values, gradients):
    def numpy(*arrays):
        return in_numpy(problem.kind, *arrays, mask=problem.mask, reverse=problem.reverse)

    numpy, arrays = problem.where_read(numpy), [array.astype("float64") for array in problem.arrays]
    assert_close(values, numpy(*arrays), TOLERANCES[problem.dtype])
    directions = [np.random.default_rng(1).standard_normal(array.shape) for array in arrays]
    found = [np.sum(gradient * direction) for gradient, direction in zip(gradients, directions, strict=True)]
    expected = finite_differences(lambda *arrays: numpy_loss(numpy(*arrays)), arrays, directions)
    np.testing.assert_allclose(found, expected, rtol=1e-4 if problem.dtype == "float32" else 1e-7)


@needs_tensorflow
@pytest.mark.parametrize(("kind", "reverse"), [("lstm", False), ("gru", True)])
def test_without_sequences_only_states_are_returned(kind, reverse):
    with uncompiled():
        problem = Problem(kind, SHAPE, reverse=reverse)
        every, last = problem.ours(), problem.ours(sequences=False)
        actual, expected = (with_gradients(run, problem.arrays) for run in (last, lambda *arrays: every(*arrays)[1:]))
    assert len(actual[0]) == problem.cell.states
    # The loss weighs the k-th value by the k-th array.
    assert_close(actual, expected)


@needs_tensorflow
def test_a_recurrent_bias_for_any_cell():
    """b' and b have the same effect in a cell that adds both products."""
    with uncompiled():
        problem = Problem("lstm", SHAPE)
        inputs, kernel, recurrent_kernel, bias, *initial = problem.arrays
        parts = [inputs, kernel, recurrent_kernel, bias / 3, *initial, bias * 2 / 3]

        def ours(*arrays):
            return problem.ours(recurrent_bias=arrays[-1])(*arrays[:-1])

        (values, gradients), expected = with_gradients(ours, parts), with_gradients(problem.ours(), problem.arrays)
    assert_close((values, gradients[:-1]), expected)
    assert_close(gradients[-1], gradients[3])


# On JAX no batch is split, and all these tests run in float32.
@pytest.mark.parametrize(
    ("kind", "shape", "options"),
    [
        pytest.param("tanh", SPLIT, {}, marks=needs_tensorflow),
        ("lstm", SHAPE, {"masked": False, "use_bias": False}),
    ],
    ids=["split", "full"],
)
def test_in_float32(kind, shape, options):
    problem = Problem(kind, shape, dtype="float32", **options)
    actual, expected = with_gradients_where_read(problem, problem.ours(), problem.keras_layer)
    assert_close(actual, expected, TOLERANCES["float32"])


@given(any_problem)
@settings(
    max_examples=2 if DTYPE == "float64" else 1, phases=[Phase.generate]
)  # shrinking compiles each shape it tries
def test_any_shape(options):
    problem = Problem(**options)
    actual, expected = with_gradients_where_read(problem, problem.ours(), problem.keras_layer)
    assert_close(actual, expected)
