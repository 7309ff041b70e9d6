"""`recurrence` inside graphs and tapes: unknown shapes, surrounding XLA, second derivatives."""

import keras
import pytest
from bptt_reference import Problem, assert_close
from differentiate import second_gradient
from helpers import compiling, needs_tensorflow
from keras import ops


def squares(function, arrays):
    """Returns values and the gradients of their sum of squares, a loss that needs no static shape."""
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(arrays)
        values = function(*arrays)
        total = sum(tf.reduce_sum(value**2) for value in values)
    return values, tape.gradient(total, arrays)


def assert_graph_equals_keras(kind, sizes, jit_compile=None, **options):
    """Runs one graph with unknown batch and time on batches of all sizes, each (batch, time)."""
    import tensorflow as tf

    problems = [Problem(kind, (*size, 3, 4), reverse=True) for size in sizes]
    shapes = [(None, None), (None, None, 3), *(array.shape for array in problems[0].arrays[1:])]
    shapes[-problems[0].cell.states :] = [(None, 4)] * problems[0].cell.states
    dtypes = [tf.bool] + [tf.float64] * (len(shapes) - 1)

    @tf.function(input_signature=list(map(tf.TensorSpec, shapes, dtypes)), jit_compile=jit_compile, autograph=False)
    def graph(mask, *arrays):
        return squares(problems[0].ours(mask=mask, **options), arrays)

    for problem in problems:
        arrays = [tf.convert_to_tensor(array) for array in problem.arrays]
        assert_close(graph(problem.mask, *arrays), squares(problem.keras_cell(options.get("truncate")), arrays))


@needs_tensorflow
@pytest.mark.parametrize(
    ("kind", "sizes", "options"),
    [("tanh", [(17, 5), (1, 2)], {}), ("tanh", [(3, 5)], {"checkpoint": 3, "truncate": 4})],
)
def test_unknown_batch_and_time(kind, sizes, options):
    assert_graph_equals_keras(kind, sizes, **options)


@needs_tensorflow
def test_inside_a_function_compiled_by_xla():
    assert_graph_equals_keras("tanh", [(17, 3)], jit_compile=True)


@needs_tensorflow
def test_a_batch_without_rows():
    import tensorflow as tf

    problem = Problem("gru", (0, 3, 3, 4))
    values, gradients = squares(problem.ours(), [tf.convert_to_tensor(array) for array in problem.arrays])
    assert [value.shape for value in values] == [(0, 3, 4), (0, 4)]
    assert not any(gradient.numpy().any() for gradient in gradients)


@needs_tensorflow
def test_a_persistent_tape_gives_two_gradients():
    import tensorflow as tf

    problem, found = Problem("tanh", (5, 5, 3, 4)), []
    arrays = [tf.convert_to_tensor(array) for array in problem.arrays]
    for function in (problem.ours(), problem.keras_cell()):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(arrays)
            outputs, last = function(*arrays)
            losses = [tf.reduce_sum(outputs**2), tf.reduce_sum(last[:, 0])]
        found.append([tape.gradient(loss, arrays) for loss in losses])
    assert_close(*found)


# Differentiated twice

REFUSED = (
    (NotImplementedError, LookupError, ValueError, RuntimeError),
    "differentiated once|No gradient defined|Reverse-mode|differentiate twice",
)


@pytest.mark.parametrize(("checkpoint", "power"), [(None, 1), (None, 2), pytest.param(2, 1, marks=needs_tensorflow)])
def test_a_second_derivative_is_refused(checkpoint, power):
    """A linear loss has no second derivative, so that only that of the loops is needed."""
    problem = Problem("tanh", (2, 3, 2, 3), masked=False)

    def loss(inputs):
        outputs, _ = problem.ours(checkpoint=checkpoint)(inputs, *problem.arrays[1:])
        return ops.sum(outputs**power)

    with pytest.raises(REFUSED[0], match=REFUSED[1]):
        second_gradient(loss, problem.arrays[0])


@compiling
def test_a_second_derivative_is_refused_in_a_graph():
    problem = Problem("tanh", (2, 3, 2, 3), masked=False)

    def loss(inputs):
        return ops.sum(problem.ours()(inputs, *problem.arrays[1:])[0])

    with pytest.raises(REFUSED[0], match=REFUSED[1]):
        compiled(second_gradient)(loss, problem.arrays[0])


def compiled(function):
    if keras.backend.backend() == "jax":
        import jax

        return jax.jit(function, static_argnums=0)
    import tensorflow as tf

    return tf.function(function, autograph=False)
