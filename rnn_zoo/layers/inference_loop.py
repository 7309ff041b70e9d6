"""inference_loop: a recurrence in one direction as a plain TensorFlow graph of few operations a step."""

import keras

# Between two steps of a loop TensorFlow spends as long on the loop as on five small operations.
_STEPS_A_TURN = 4


def inference_loop(kind, inputs, mask, initial, weights, *, reverse=False, activation="tanh"):
    """What the Keras layer of a cell computes, for answering one text at a time on a CPU, on TensorFlow alone.

        p_t = x_t W + b     one product for all steps, before the loop
        h_t = step(p_t, h_(t-1) U, h_(t-1))

    A step of Keras's loop is some 60 operations, which take longer to start than to compute where there is one text;
    here it is a dozen. No XLA, which would compile anew for each length. Equal to the layer, gradient included, for any
    mask and either direction; the gradient takes memory for the square of time, and is not what this is for.

    Args:
        kind: "vanilla", "lstm" or "gru", which is the one with `reset_after=True`.
        inputs: <float>[batch, time, features].
        mask: <bool>[batch, time], where False the states stay as they are; None: all valid.
        initial: list of <float>[batch, units], the states to start from: h, for "lstm" h and c.
        weights: (kernel, recurrent_kernel, bias) as the Keras layer has them, bias None where it has none.
        reverse: bool, reads from the last step to the first.
        activation: name or callable, f of the vanilla cell and that of the candidate of the others, whose gates are
            sigmoid.

    Returns:
        (outputs, states): <float>[batch, time, units] in the order of time, whichever way it was read; and the last
        states, like `initial`.
    """
    import tensorflow as tf

    step, gates = _STEPS[kind](tf, keras.activations.get(activation))
    kernel, recurrent_kernel, bias, recurrent_bias = _weights(tf, kind, weights, inputs.dtype)
    units = recurrent_kernel.shape[0]
    batch, time = tf.shape(inputs)[0], tf.shape(inputs)[1]
    steps_a_turn = 1 if inputs.shape[1] == 1 else _STEPS_A_TURN  # a step of decoding or streaming comes alone
    total = tf.maximum(1, (time + steps_a_turn - 1) // steps_a_turn) * steps_a_turn
    if mask is None:
        mask = tf.ones((batch, time), "bool")
    steps = tf.transpose(tf.pad(inputs, [[0, 0], [0, total - time], [0, 0]]), (1, 0, 2))
    valid = tf.transpose(tf.pad(tf.cast(mask, "bool"), [[0, 0], [0, total - time]]))[..., None]
    widths = [count * units for count in gates]
    projected = [_project(tf, steps, *part) for part in _parts(tf, kernel, bias, widths)]

    def product(state):
        result = tf.matmul(state, recurrent_kernel)
        return result if recurrent_bias is None else tf.nn.bias_add(result, recurrent_bias)

    def turn(first, states, outputs):
        place = total - steps_a_turn - first if reverse else first
        # Slices of the first axis copy nothing, nor does `unstack`.
        given = [tf.slice(array, (place, 0, 0), (steps_a_turn, -1, -1)) for array in (valid, *projected)]
        given = list(zip(*(tf.unstack(array, steps_a_turn) for array in given), strict=True))
        for number in reversed(range(steps_a_turn)) if reverse else range(steps_a_turn):
            is_valid, *parts = given[number]
            new = step(parts, product(states[0]), states)
            after = [tf.where(is_valid, one, before) for one, before in zip(new, states, strict=True)]
            for one, before in zip(after, states, strict=True):
                one.set_shape(before.shape)  # a batch that is known to be 1 is unknown after it was broadcast
            states = after
            outputs = outputs.write(place + number, states[0])
        return first + steps_a_turn, states, outputs

    outputs = tf.TensorArray(inputs.dtype, total, element_shape=(inputs.shape[0], units))
    states = [tf.ensure_shape(tf.cast(state, inputs.dtype), (inputs.shape[0], units)) for state in initial]
    _, states, outputs = tf.while_loop(
        lambda first, *_: first < total, turn, (0, states, outputs), parallel_iterations=1
    )
    return tf.transpose(outputs.stack()[:time], (1, 0, 2)), states


def _parts(tf, kernel, bias, widths):
    kernels = tf.split(kernel, widths, axis=-1)
    biases = [None] * len(widths) if bias is None else tf.split(bias, widths)
    return zip(kernels, biases, strict=True)


def _project(tf, steps, kernel, bias):
    """x W + b of all steps: <float>[time, batch, features] -> <float>[time, batch, width]."""
    result = tf.matmul(tf.reshape(steps, (-1, steps.shape[-1])), kernel)
    result = result if bias is None else tf.nn.bias_add(result, bias)
    return tf.reshape(result, (*tf.unstack(tf.shape(steps)[:2]), kernel.shape[-1]))


def _weights(tf, kind, weights, dtype):
    """W, U, b and the bias of h U, read once: read in the loop they would be read at each step."""
    kernel, recurrent_kernel, bias = (
        None if weight is None else tf.cast(tf.convert_to_tensor(weight), dtype) for weight in weights
    )
    if kind == "gru" and bias is not None:
        return kernel, recurrent_kernel, *tf.unstack(bias, 2)
    return kernel, recurrent_kernel, bias, None


def _vanilla(tf, activation):
    def step(projected, recurrent, states):
        return [activation(projected[0] + recurrent)]

    return step, [1]


def _gru(tf, activation):
    def step(projected, recurrent, states):
        units = states[0].shape[-1]
        gates, candidate = tf.split(recurrent, [2 * units, units], axis=-1)
        z, r = tf.split(tf.sigmoid(projected[0] + gates), 2, axis=-1)
        n = activation(projected[1] + r * candidate)
        return [n + z * (states[0] - n)]

    return step, [2, 1]


def _lstm(tf, activation):
    def step(projected, recurrent, states):
        i, f, g, o = tf.split(projected[0] + recurrent, 4, axis=-1)
        c = tf.sigmoid(f) * states[1] + tf.sigmoid(i) * activation(g)
        return [tf.sigmoid(o) * activation(c), c]

    return step, [4]


_STEPS = {"vanilla": _vanilla, "gru": _gru, "lstm": _lstm}
