"""What the loops need of each backend: compilation, products of transposed matrices, shares of a batch."""

import functools
import os

import keras
from keras import ops

# A share of fewer rows keeps no core busy: its products are too small.
_ROWS_A_SHARE = 8


def compiled(function):
    """The function as TensorFlow runs it fastest, compiled by XLA once for each shape; as it is on other backends.

    Only the loops are compiled: the products over all steps run up to 1.8 times faster as operations of TensorFlow's
    own, which use every core.
    """
    if keras.backend.backend() != "tensorflow":
        return function
    import tensorflow as tf

    return tf.function(function, jit_compile=True, autograph=False)


@functools.cache
def compiled_for(function, *fixed):
    """`compiled`, with the first arguments fixed: one compiled function for all layers that share them."""
    return compiled(functools.partial(function, *fixed))


def read(arrays):
    """The values of arrays and variables: a custom gradient takes no variables."""
    arrays = [ops.convert_to_tensor(array) for array in arrays]
    if keras.backend.backend() != "tensorflow":
        return arrays
    import tensorflow as tf

    return [tf.convert_to_tensor(array) for array in arrays]


def detached(arrays):
    """The same arrays, unseen by a gradient tape that watches each operation as it runs.

    Outside of a graph TensorFlow would differentiate the compiled loops, which have no gradient of their own, before it
    takes the one they are given.
    """
    if keras.backend.backend() != "tensorflow":
        return arrays
    import tensorflow as tf

    return [tf.constant(array.numpy()) for array in arrays] if tf.executing_eagerly() else arrays


def product_over_rows(left, right):
    """left^T right: <float>[rows, m], <float>[rows, n] -> <float>[m, n]."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.matmul(left, right, transpose_a=True)
    return ops.matmul(ops.transpose(left), right)


def product_with_transposed(left, right):
    """left right^T: <float>[rows, n], <float>[m, n] -> <float>[rows, m]."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.matmul(left, right, transpose_b=True)
    return ops.matmul(left, ops.transpose(right))


def tanh(x):
    """In the dtype of x; that of Keras on JAX makes float64 float32."""
    if keras.backend.backend() == "jax":
        import jax

        return jax.numpy.tanh(x)
    return ops.tanh(x)


def slice_at(array, start, shape):
    """The part of that shape which starts at those indices."""
    return ops.slice(array, _indices(start), shape)


def put_at(array, start, part):
    """The array with a part of it replaced, from those indices on."""
    return ops.slice_update(array, _indices(start), part)


def _indices(start):
    """All <int32>[]: with `jax_enable_x64` a Python number becomes an int64, and JAX takes no two types of index."""
    return tuple(ops.cast(index, "int32") for index in start)


def share_sizes(inputs):
    """Rows of each share in which a batch is run, as many shares as processor cores at most; None: all in one.

    A compiled loop over time runs on one core; TensorFlow runs the loops of two shares on two. Other backends and
    GPUs run one loop.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if keras.backend.backend() != "tensorflow" or cores < 2:
        return None
    import tensorflow as tf

    if inputs.shape[0] is not None and inputs.shape[0] < 2 * _ROWS_A_SHARE:
        return None
    if tf.config.list_logical_devices("GPU"):
        return None
    batch = tf.shape(inputs)[0]
    rows = tf.maximum(_ROWS_A_SHARE, (batch + cores - 1) // cores)
    return tf.clip_by_value(batch - rows * tf.range(cores), 0, rows)


def split_rows(array, sizes):
    """The array in shares of `sizes` rows."""
    if sizes is None:
        return [array]
    import tensorflow as tf

    return tf.split(array, sizes, num=sizes.shape[0])
