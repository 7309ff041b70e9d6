"""scan: a function of each step of sequences in turn, on any backend, with lengths that a graph does not know."""

import keras
from keras import ops


def scan(step, initial, steps, like=None, reverse=False):
    """`step(state, inputs of a step) -> (state, outputs of the step)` over time.

    As `keras.ops.scan`, whose loop on TensorFlow states no limit, without which XLA compiles no gradient, and gives no
    outputs but such as the state.

    Args:
        step: function; one of a module, or JAX compiles the loop each time.
        initial: array or tuple of arrays [batch, ...], the state before the first step.
        steps: array or tuple of arrays [batch, time, ...].
        like: array or tuple of arrays of the shapes and types of a step's outputs; None: those of `initial`.
        reverse: bool, reads from the last step to the first.
    Returns:
        (the last state, outputs [batch, time, ...] in the order of time, whichever way they were made).
    """
    turned = keras.tree.map_structure(_turn, steps)
    run = _tensorflow_scan if keras.backend.backend() == "tensorflow" else _scan
    last, outputs = run(step, initial, turned, initial if like is None else like, reverse)
    return last, keras.tree.map_structure(_turn, outputs)


def _turn(array):
    """[batch, time, ...] <-> [time, batch, ...]."""
    return ops.swapaxes(array, 0, 1)


def _scan(step, initial, steps, like, reverse):
    return ops.scan(step, initial, steps, reverse=reverse)


def _tensorflow_scan(step, initial, steps, like, reverse):
    import tensorflow as tf

    time = tf.shape(keras.tree.flatten(steps)[0])[0]

    def turn(number, state, arrays):
        place = time - 1 - number if reverse else number
        state, outputs = step(state, keras.tree.map_structure(lambda part: part[place], steps))
        outputs = keras.tree.flatten(outputs)
        return number + 1, state, [array.write(place, one) for array, one in zip(arrays, outputs, strict=True)]

    shapes = keras.tree.flatten(like)
    arrays = [tf.TensorArray(one.dtype, time, element_shape=one.shape) for one in shapes]
    _, last, arrays = tf.while_loop(
        lambda number, *_: number < time, turn, (0, initial, arrays), maximum_iterations=time
    )
    known = keras.tree.flatten(steps)[0].shape[0]
    outputs = [tf.ensure_shape(a.stack(), (known, *one.shape)) for a, one in zip(arrays, shapes, strict=True)]
    return last, keras.tree.pack_sequence_as(like, outputs)
