"""Vanilla recurrence on an NVIDIA GPU with cuDNN, under TensorFlow."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from rnn_zoo.types import Model, Tensor

_MODES = {
    "rnn_tanh": ("tanh", keras.activations.tanh, ops.tanh),
    "rnn_relu": ("relu", keras.activations.relu, ops.relu),
}
# TensorFlow's bfloat16 kernel computes in float32, and in some versions its gradient reads uninitialised memory.
_DTYPES = ("float16", "float32", "float64")


def cudnn_vanilla(
    inputs: Tensor,
    initial_state: Tensor,
    kernel: Tensor,
    recurrent_kernel: Tensor,
    bias: Tensor | None = None,
    *,
    activation: Any = "tanh",
    mask: Tensor | None = None,
    go_backwards: bool = False,
) -> tuple[Tensor, Tensor]:
    """The Elman recurrence as one cuDNN operation; `cudnn_or_general` also handles batches that cuDNN rejects.

        h_t = f(x_t W + h_(t-1) U + b)

    Off by default: nothing selects it automatically until a run on a GPU has shown it equal to the general path, with
    `pytest -m gpu tests/cells/test_vanilla_cudnn.py`. Only first derivatives are available, and XLA cannot compile it
    (a layer that runs it sets `supports_jit` to False).

    Args:
        inputs: <float>[batch, time, features], at least one row and one step; float16, float32 or float64.
        initial_state: <float>[batch, units], h_0.
        kernel: <float>[features, units], W.
        recurrent_kernel: <float>[units, units], U.
        bias: <float>[units], b, or None.
        activation: f, "tanh" or "relu", or the Keras function of that name.
        mask: <bool>[batch, time], False at padding, which must be on the right and leave at least one step; or None.
        go_backwards: whether to process each row from its last valid step to its first.

    Returns:
        (<float>[batch, time, units], <float>[batch, units]): the outputs in time order in both directions, zeros at
        padding; the state after the last processed step.

    Raises:
        ValueError: `activation` is unsupported.

    Reference: Appleyard, Kocisky and Blunsom 2016, "Optimizing performance of recurrent neural networks on GPUs".
    """
    import tensorflow as tf

    mode = _mode(activation)
    if mode is None:
        raise ValueError(f"`activation` must be 'tanh' or 'relu' on cuDNN, got {_name(activation)!r}.")
    lengths = _lengths(inputs, mask)
    kernel, recurrent_kernel = ops.cast(kernel, inputs.dtype), ops.cast(recurrent_kernel, inputs.dtype)
    no_bias = tf.zeros([recurrent_kernel.shape[0]], inputs.dtype)
    bias = no_bias if bias is None else ops.cast(bias, inputs.dtype)
    # cuDNN multiplies column vectors, W^T x, and adds two biases, one per product.
    matrices = [tf.reshape(tf.transpose(matrix), [-1]) for matrix in (kernel, recurrent_kernel)]
    if go_backwards:
        inputs = tf.reverse_sequence(inputs, lengths, seq_axis=1, batch_axis=0)
    outputs, state, *_ = tf.raw_ops.CudnnRNNV3(
        input=inputs,
        input_h=initial_state[:, None],
        input_c=0,  # used by the LSTM only
        params=tf.concat([*matrices, bias, no_bias], axis=0),
        sequence_lengths=lengths,
        rnn_mode=mode,
        # With time_major, TensorFlow caches whether the first batch of a shape was padded, and reuses that for all.
        time_major=False,
        # Gradients are also needed outside of training, and exist only with this option.
        is_training=True,
    )
    if go_backwards:
        outputs = tf.reverse_sequence(outputs, lengths, seq_axis=1, batch_axis=0)
    return outputs, state[:, 0]


def cudnn_or_general(
    general: Callable[[], tuple[Tensor, Tensor]], inputs: Tensor, *args: Any, mask: Tensor | None = None, **kwargs: Any
) -> tuple[Tensor, Tensor]:
    """Runs `cudnn_vanilla` on batches that cuDNN supports and the general path on others, decided for each batch.

    cuDNN fails on padding that is not on the right, on a fully masked row, and on an empty batch: see `cudnn_takes`.

    Args:
        general: runs the general path and returns (outputs, last state), as `cudnn_vanilla`; its outputs at padding are
            replaced by zeros. A graph contains both paths, so it must have no side effect (no `add_loss`).
        inputs, *args, mask, **kwargs: as in `cudnn_vanilla`.

    Returns:
        (<float>[batch, time, units], <float>[batch, units]), as `cudnn_vanilla`.

    Raises:
        ValueError: as in `cudnn_vanilla`.
    """
    import tensorflow as tf

    mask = None if mask is None else tf.cast(mask, tf.bool)

    def general_with_zeros():
        outputs, state = general()
        if mask is not None:
            outputs = tf.where(mask[..., None], outputs, tf.zeros_like(outputs))
        return outputs, state

    return tf.cond(
        cudnn_takes(inputs, mask), lambda: cudnn_vanilla(inputs, *args, mask=mask, **kwargs), general_with_zeros
    )


def cudnn_takes(inputs: Tensor, mask: Tensor | None = None) -> Tensor:
    """Returns whether cuDNN supports a batch: it has rows, each with a valid step and padding only on the right.

    Args:
        inputs: <float>[batch, time, features].
        mask: <bool>[batch, time], or None.

    Returns:
        <bool>[]
    """
    import tensorflow as tf

    lengths = _lengths(inputs, mask)
    taken = tf.logical_and(tf.size(lengths) > 0, tf.reduce_all(lengths > 0))
    if mask is None:
        return taken
    padded_right = tf.sequence_mask(lengths, maxlen=tf.shape(mask)[1])
    return tf.logical_and(taken, tf.reduce_all(padded_right == mask))


def cudnn_refusal(layer: Model) -> str | None:
    """Returns the error message for a layer that cannot run on cuDNN here, or None if it can.

    Args:
        layer: `VanillaRNN`.

    Returns:
        The message, or None. Masks are not checked: they are known only at run time, see `cudnn_takes`.
    """
    missing = _missing_requirement(layer)
    return None if missing is None else f"`implementation` 'cudnn' needs {missing}; use 'auto' or 'general'."


def _missing_requirement(layer):
    if _mode(layer.activation) is None:
        return f"`activation` 'tanh' or 'relu', got {_name(layer.activation)!r}"
    for option in ("recurrent_dropout", "stateful", "unroll", "activity_regularizer"):
        if getattr(layer, option):
            return f"a layer without `{option}`, got {getattr(layer, option)!r}"
    if layer.compute_dtype not in _DTYPES:
        return f"a `dtype` that computes in {', '.join(_DTYPES[:-1])} or {_DTYPES[-1]}, got {layer.compute_dtype!r}"
    if keras.backend.backend() != "tensorflow":
        return f"the TensorFlow backend, got {keras.backend.backend()!r}"
    import tensorflow as tf

    if not tf.config.list_logical_devices("GPU"):
        return "a GPU visible to TensorFlow, but found none"
    if not tf.sysconfig.get_build_info()["is_cuda_build"]:
        return "a TensorFlow build with CUDA, got one without"
    return None


def _lengths(inputs, mask):
    """Returns <int32>[batch], the number of valid steps of each row."""
    import tensorflow as tf

    if mask is None:
        batch, time = tf.unstack(tf.shape(inputs)[:2])
        return tf.fill([batch], time)
    return tf.reduce_sum(tf.cast(mask, tf.int32), axis=1)


def _mode(activation):
    return next((mode for mode, functions in _MODES.items() if activation in functions), None)


def _name(activation):
    return getattr(activation, "__name__", activation)
