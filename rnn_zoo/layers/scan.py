"""scan: a loop over time on any backend, also for lengths that are unknown to the graph."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops


def scan(
    step: Callable[[Any, Any], tuple[Any, Any]], initial: Any, steps: Any, like: Any = None, reverse: bool = False
) -> tuple[Any, Any]:
    """Applies `step(state, inputs of a step) -> (state, outputs of the step)` over time.

    Like `keras.ops.scan`, whose TensorFlow loop has no iteration limit, so that XLA cannot compile its gradient, and
    whose outputs must have the shapes of the state.

    Args:
        step: function, defined in a module: JAX compiles the loop for each function object.
        initial: array or tuple of arrays [batch, ...], the state before the first step.
        steps: array or tuple of arrays [batch, time, ...].
        like: array or tuple of arrays with the shapes and dtypes of a step's outputs; None: as `initial`.
        reverse: whether to run from the last step to the first.
    Returns:
        (the last state, outputs [batch, time, ...] in the order of time for either direction).
    """
    time_major = keras.tree.map_structure(_swap_batch_and_time, steps)
    run = _tensorflow_scan if keras.backend.backend() == "tensorflow" else _scan
    last, outputs = run(step, initial, time_major, initial if like is None else like, reverse)
    return last, keras.tree.map_structure(_swap_batch_and_time, outputs)


def _swap_batch_and_time(array):
    """[batch, time, ...] <-> [time, batch, ...]."""
    return ops.swapaxes(array, 0, 1)


def _scan(step, initial, steps, like, reverse):
    return ops.scan(step, initial, steps, reverse=reverse)


def _tensorflow_scan(step, initial, steps, like, reverse):
    import tensorflow as tf

    time = tf.shape(keras.tree.flatten(steps)[0])[0]

    def body(number, state, arrays):
        index = time - 1 - number if reverse else number
        state, outputs = step(state, keras.tree.map_structure(lambda part: part[index], steps))
        outputs = keras.tree.flatten(outputs)
        return number + 1, state, [array.write(index, one) for array, one in zip(arrays, outputs, strict=True)]

    shapes = keras.tree.flatten(like)
    arrays = [tf.TensorArray(one.dtype, time, element_shape=one.shape) for one in shapes]
    _, last, arrays = tf.while_loop(
        lambda number, *_: number < time, body, (0, initial, arrays), maximum_iterations=time
    )
    static_time = keras.tree.flatten(steps)[0].shape[0]
    outputs = [tf.ensure_shape(a.stack(), (static_time, *one.shape)) for a, one in zip(arrays, shapes, strict=True)]
    return last, keras.tree.pack_sequence_as(like, outputs)
