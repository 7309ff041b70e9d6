"""inference_loop: a recurrence in one direction as a TensorFlow graph with few operations per step."""

from collections.abc import Sequence
from typing import Any

import keras

from rnn_zoo.types import Tensor

# The overhead of one TensorFlow loop iteration equals five small operations.
_STEPS_PER_ITERATION = 4


def inference_loop(
    kind: str,
    inputs: Tensor,
    mask: Tensor | None,
    initial: Sequence[Tensor],
    weights: Sequence[Tensor | None],
    *,
    reverse: bool = False,
    activation: Any = "tanh",
) -> tuple[Tensor, list[Tensor]]:
    """Runs a cell as its Keras layer does, but faster for single texts on a CPU; TensorFlow only.

        p_t = x_t W + b     one matrix product for all steps, before the loop
        h_t = step(p_t, h_(t-1) U, h_(t-1))

    A step of Keras's loop has some 60 operations, here a dozen; for one text, starting them takes longer than running
    them. It does not use XLA, which compiles again for each length. It equals the layer, gradients included, for any
    mask and either direction; but gradients need memory quadratic in time, so train with another implementation.

    Args:
        kind: "vanilla", "lstm" or "gru" (with `reset_after=True`).
        inputs: <float>[batch, time, features].
        mask: <bool>[batch, time], states do not change where it is False; None: all valid.
        initial: list of <float>[batch, units], initial states: h, for "lstm" h and c.
        weights: (kernel, recurrent_kernel, bias or None) of the Keras layer.
        reverse: whether to run from the last step to the first.
        activation: name or callable, f of the vanilla cell or of the candidate of the others, whose gates are sigmoid.

    Returns:
        (outputs, states): <float>[batch, time, units] in the order of time for either direction; and the last states,
        like `initial`.
    """
    import tensorflow as tf

    step, gates = _STEPS[kind](tf, keras.activations.get(activation))
    kernel, recurrent_kernel, bias, recurrent_bias = _weights(tf, kind, weights, inputs.dtype)
    units = recurrent_kernel.shape[0]
    batch, time = tf.shape(inputs)[0], tf.shape(inputs)[1]
    chunk_size = 1 if inputs.shape[1] == 1 else _STEPS_PER_ITERATION  # decoding and streaming run single steps
    total = tf.maximum(1, (time + chunk_size - 1) // chunk_size) * chunk_size
    if mask is None:
        mask = tf.ones((batch, time), "bool")
    steps = tf.transpose(tf.pad(inputs, [[0, 0], [0, total - time], [0, 0]]), (1, 0, 2))
    valid = tf.transpose(tf.pad(tf.cast(mask, "bool"), [[0, 0], [0, total - time]]))[..., None]
    widths = [count * units for count in gates]
    projected = [_project(tf, steps, *part) for part in _parts(tf, kernel, bias, widths)]

    def product(state):
        result = tf.matmul(state, recurrent_kernel)
        return result if recurrent_bias is None else tf.nn.bias_add(result, recurrent_bias)

    def body(first, states, outputs):
        start = total - chunk_size - first if reverse else first
        # Slices of the first axis and `unstack` do not copy.
        slices = [tf.slice(array, (start, 0, 0), (chunk_size, -1, -1)) for array in (valid, *projected)]
        chunk = list(zip(*(tf.unstack(array, chunk_size) for array in slices), strict=True))
        for step_in_chunk in reversed(range(chunk_size)) if reverse else range(chunk_size):
            is_valid, *parts = chunk[step_in_chunk]
            new = step(parts, product(states[0]), states)
            after = [tf.where(is_valid, one, before) for one, before in zip(new, states, strict=True)]
            for one, before in zip(after, states, strict=True):
                one.set_shape(before.shape)  # broadcasting loses a static batch size of 1
            states = after
            outputs = outputs.write(start + step_in_chunk, states[0])
        return first + chunk_size, states, outputs

    outputs = tf.TensorArray(inputs.dtype, total, element_shape=(inputs.shape[0], units))
    states = [tf.ensure_shape(tf.cast(state, inputs.dtype), (inputs.shape[0], units)) for state in initial]
    _, states, outputs = tf.while_loop(
        lambda first, *_: first < total, body, (0, states, outputs), parallel_iterations=1
    )
    return tf.transpose(outputs.stack()[:time], (1, 0, 2)), states


def _parts(tf, kernel, bias, widths):
    kernels = tf.split(kernel, widths, axis=-1)
    biases = [None] * len(widths) if bias is None else tf.split(bias, widths)
    return zip(kernels, biases, strict=True)


def _project(tf, steps, kernel, bias):
    """x W + b for all steps: <float>[time, batch, features] -> <float>[time, batch, width]."""
    result = tf.matmul(tf.reshape(steps, (-1, steps.shape[-1])), kernel)
    result = result if bias is None else tf.nn.bias_add(result, bias)
    return tf.reshape(result, (*tf.unstack(tf.shape(steps)[:2]), kernel.shape[-1]))


def _weights(tf, kind, weights, dtype):
    """W, U, b and the bias of h U, read once before the loop instead of at each step."""
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
