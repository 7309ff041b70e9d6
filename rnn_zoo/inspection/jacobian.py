"""The Jacobian of one step of a recurrence, and how much it can stretch a gradient."""

from rnn_zoo.inspection.observed import before_step

# Of a sequence, evenly spread: neighbours are alike, and each costs as many rows as there are states.
_STEPS = 32
_ROWS = 2048
_ITERATIONS = 60


def largest_singular_values(layer, record, examples):
    """The largest singular value of the Jacobian of single steps, along the first example.

        J_t = d s_t / d s_(t-1),  s all states side by side
        v <- J_t^T J_t v / |J_t^T J_t v|    by which |J_t v| becomes the largest singular value

    Below 1 the gradient shrinks at this step whatever its direction; above 1 it can grow.

    Args:
        layer: keras.layers.RNN, whose cell makes the step.
        record: Record of `observed`.
        examples: <int32>[], the sequences in the record; each has one row of it, or one for each of its segments.

    Returns:
        <float>[steps], NaN at steps that are masked or left out to save time.
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

    def iterate(number, vectors):
        vectors = tf.matmul(jacobians, tf.matmul(jacobians, vectors), transpose_a=True)
        return number + 1, tf.math.l2_normalize(vectors, axis=1)

    _, vectors = tf.while_loop(lambda number, _: number < _ITERATIONS, iterate, (0, vectors))
    values = tf.norm(tf.matmul(jacobians, vectors), axis=(1, 2))
    nowhere = tf.fill((rows * time,), tf.constant(float("nan"), values.dtype))
    return tf.tensor_scatter_nd_update(nowhere, places[:, None], values)


def _jacobians(tf, layer, inputs, before, width):
    """<float>[steps, width, width], [:, i, j] = d s_t[i] / d s_(t-1)[j]: as many copies of a step as it has states,
    each differentiated in one direction."""
    states = [tf.repeat(state, width, axis=0) for state in before]
    options = {"training": False} if layer.cell._call_has_training_arg else {}
    directions = tf.tile(tf.eye(width, dtype=states[0].dtype), (tf.shape(inputs)[0], 1))
    with tf.GradientTape() as tape:
        tape.watch(states)
        _, after = layer.cell(tf.repeat(inputs, width, axis=0), list(states), **options)
        after = tf.concat(tf.nest.flatten(after), axis=-1)
    rows = tape.gradient(after, states, directions, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return tf.reshape(tf.cast(tf.concat(rows, axis=-1), "float32"), (-1, width, width))
