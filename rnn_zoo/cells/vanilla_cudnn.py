"""The vanilla recurrence on an NVIDIA GPU, by cuDNN under TensorFlow."""

import keras
from keras import ops

_MODES = {
    "rnn_tanh": ("tanh", keras.activations.tanh, ops.tanh),
    "rnn_relu": ("relu", keras.activations.relu, ops.relu),
}
# TensorFlow's kernel for bfloat16 calculates in float32, and in some versions its gradient reads memory never written.
_DTYPES = ("float16", "float32", "float64")


def cudnn_vanilla(
    inputs, initial_state, kernel, recurrent_kernel, bias=None, *, activation="tanh", mask=None, go_backwards=False
):
    """The Elman recurrence as one operation of cuDNN; `cudnn_or_general` also takes the batches that cuDNN refuses.

        h_t = f(x_t W + h_(t-1) U + b)

    Off by default: no rule of this package chooses it unasked until a run on a GPU has shown it equal to the general
    path, which is what `pytest -m gpu tests/cells/test_vanilla_cudnn.py` does. Its gradient has no gradient of its own,
    and XLA cannot compile it (a layer that runs it sets `supports_jit` to False).

    Args:
        inputs: <float>[batch, time, features], at least one row and one step; float16, float32 or float64.
        initial_state: <float>[batch, units], h_0.
        kernel: <float>[features, units], W.
        recurrent_kernel: <float>[units, units], U.
        bias: <float>[units], b, or None.
        activation: f, "tanh" or "relu", or Keras's function of that name.
        mask: <bool>[batch, time], False at padding, which must be on the right and leave each row one step; or None.
        go_backwards: bool, whether each row is read from its last valid step to its first.

    Returns:
        (<float>[batch, time, units], <float>[batch, units]): the outputs in the order of time, in both directions, with
        zeros at padding; the last state, that of the last step read.

    Raises:
        ValueError: `activation` is another one.

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
    # cuDNN multiplies by columns, W^T x, and adds two biases, one for each product.
    matrices = [tf.reshape(tf.transpose(matrix), [-1]) for matrix in (kernel, recurrent_kernel)]
    if go_backwards:
        inputs = tf.reverse_sequence(inputs, lengths, seq_axis=1, batch_axis=0)
    outputs, state, *_ = tf.raw_ops.CudnnRNNV3(
        input=inputs,
        input_h=initial_state[:, None],
        input_c=0,  # a state of the LSTM only
        params=tf.concat([*matrices, bias, no_bias], axis=0),
        sequence_lengths=lengths,
        rnn_mode=mode,
        # With time first, TensorFlow runs every batch of a shape as it ran the first, as padded or as not.
        time_major=False,
        # Gradients are asked for outside of training too; without this there is none.
        is_training=True,
    )
    if go_backwards:
        outputs = tf.reverse_sequence(outputs, lengths, seq_axis=1, batch_axis=0)
    return outputs, state[:, 0]


def cudnn_or_general(general, inputs, *args, mask=None, **kwargs):
    """`cudnn_vanilla` for the batches that cuDNN takes, the general path for the others, decided as each batch runs.

    cuDNN fails on padding that is not on the right, on a row that is masked from end to end, and on an empty batch;
    `cudnn_takes` asks.

    Args:
        general: callable without arguments, runs the general path: -> (outputs, last state), as of `cudnn_vanilla`;
            whatever it outputs at padding is replaced by zeros. A graph holds both paths, so it must leave no tensor
            behind (no `add_loss`).
        inputs, *args, mask, **kwargs: as of `cudnn_vanilla`.

    Returns:
        (<float>[batch, time, units], <float>[batch, units]), as of `cudnn_vanilla`.

    Raises:
        ValueError: as of `cudnn_vanilla`.
    """
    import tensorflow as tf

    mask = None if mask is None else tf.cast(mask, tf.bool)

    def cleared():
        outputs, state = general()
        if mask is not None:
            outputs = tf.where(mask[..., None], outputs, tf.zeros_like(outputs))
        return outputs, state

    return tf.cond(cudnn_takes(inputs, mask), lambda: cudnn_vanilla(inputs, *args, mask=mask, **kwargs), cleared)


def cudnn_takes(inputs, mask=None):
    """Whether cuDNN takes a batch: it has a row, and each row has a step and its padding, if any, on the right.

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


def cudnn_refusal(layer):
    """Why a layer cannot run on cuDNN here, as the message of an error; None where it can.

    Args:
        layer: `VanillaRNN`.

    Returns:
        str or None. Masks are not asked about: they are known only as a batch runs, see `cudnn_takes`.
    """
    lack = _lack(layer)
    return None if lack is None else f"`implementation` 'cudnn' needs {lack}; use 'auto' or 'general'."


def _lack(layer):
    if _mode(layer.activation) is None:
        return f"`activation` 'tanh' or 'relu', got {_name(layer.activation)!r}"
    for option in ("recurrent_dropout", "stateful", "unroll", "activity_regularizer"):
        if getattr(layer, option):
            return f"a layer without `{option}`, got {getattr(layer, option)!r}"
    if layer.compute_dtype not in _DTYPES:
        return f"a `dtype` that computes in {', '.join(_DTYPES[:-1])} or {_DTYPES[-1]}, got {layer.compute_dtype!r}"
    if keras.backend.backend() != "tensorflow":
        return f"the TensorFlow backend, and this is {keras.backend.backend()!r}"
    import tensorflow as tf

    if not tf.config.list_logical_devices("GPU"):
        return "a GPU that TensorFlow sees, and there is none"
    if not tf.sysconfig.get_build_info()["is_cuda_build"]:
        return "a TensorFlow that is built for CUDA, and this one is not"
    return None


def _lengths(inputs, mask):
    """<int32>[batch]: the valid steps of each row."""
    import tensorflow as tf

    if mask is None:
        batch, time = tf.unstack(tf.shape(inputs)[:2])
        return tf.fill([batch], time)
    return tf.reduce_sum(tf.cast(mask, tf.int32), axis=1)


def _mode(activation):
    return next((mode for mode, functions in _MODES.items() if activation in functions), None)


def _name(activation):
    return getattr(activation, "__name__", activation)
