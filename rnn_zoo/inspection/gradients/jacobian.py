"""The Jacobian of one step of a recurrence, and its largest singular value."""

from typing import Any

from rnn_zoo.inspection.observed import Record, before_step
from rnn_zoo.types import Model, Tensor

# Evenly spaced steps of a sequence: neighbours are similar, and each costs one row per unit of all states.
_STEPS = 32
_ROWS = 2048
_ITERATIONS = 60


def largest_singular_values(layer: Model, record: Record, examples: Tensor) -> Tensor:
    """The largest singular value of the Jacobian of single steps of the first example, by power iteration.

        J_t = d s_t / d s_(t-1),  s the concatenated states
        v <- J_t^T J_t v / |J_t^T J_t v|,  |J_t v| converges to the largest singular value

    Below 1 the gradient shrinks at this step in every direction; above 1 it can grow.

    Args:
        layer: keras.layers.RNN.
        record: its record.
        examples: <int32>[], number of sequences in the record; each has one row, or one per segment.

    Returns:
        <float>[steps], NaN at masked steps and at steps left out to save time.
    """
    import tensorflow as tf

    rows = tf.shape(record.valid)[0] // examples
    time = tf.shape(record.valid)[1]
    valid = tf.reshape(record.valid[:rows], (-1,))
    places = tf.where(valid)[:, 0]
    width = sum(state.shape[-1] for state in record.states)
    shown = tf.minimum(tf.size(places), max(1, min(_STEPS, _ROWS // width)))
    spread = tf.linspace(0.0, tf.cast(tf.maximum(tf.size(places) - 1, 0), "float32"), shown)
    places = tf.gather(places, tf.cast(tf.round(spread), "int32"))
    inputs = tf.gather(tf.reshape(record.inputs[:rows], (-1, record.inputs.shape[-1])), places)
    before = [
        tf.gather(tf.reshape(before_step(layer, *pair)[:rows], (-1, pair[0].shape[-1])), places)
        for pair in zip(record.states, record.initial, strict=True)
    ]
    jacobians = _jacobians(tf, layer, inputs, before, width)
    vectors = tf.random.stateless_normal((shown, width, 1), seed=(0, 0), dtype=jacobians.dtype)

    def iterate(number: Tensor, vectors: Tensor) -> tuple[Tensor, Tensor]:
        vectors = tf.matmul(jacobians, tf.matmul(jacobians, vectors), transpose_a=True)
        return number + 1, tf.math.l2_normalize(vectors, axis=1)

    _, vectors = tf.while_loop(lambda number, _: number < _ITERATIONS, iterate, (0, vectors))
    values = tf.norm(tf.matmul(jacobians, vectors), axis=(1, 2))
    nowhere = tf.fill((rows * time,), tf.constant(float("nan"), values.dtype))
    return tf.tensor_scatter_nd_update(nowhere, places[:, None], values)


def _jacobians(tf: Any, layer: Model, inputs: Tensor, before: list[Tensor], width: int) -> Tensor:
    """<float>[steps, width, width], [:, i, j] = d s_t[i] / d s_(t-1)[j]: one copy of a step for each j."""
    states = [tf.repeat(state, width, axis=0) for state in before]
    options = {"training": False} if layer.cell._call_has_training_arg else {}
    directions = tf.tile(tf.eye(width, dtype=states[0].dtype), (tf.shape(inputs)[0], 1))
    with tf.GradientTape() as tape:
        tape.watch(states)
        _, after = layer.cell(tf.repeat(inputs, width, axis=0), list(states), **options)
        after = tf.concat(tf.nest.flatten(after), axis=-1)
    rows = tape.gradient(after, states, directions, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return tf.reshape(tf.cast(tf.concat(rows, axis=-1), "float32"), (-1, width, width))
