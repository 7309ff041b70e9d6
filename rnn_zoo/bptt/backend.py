"""Backend-specific helpers of the loops: XLA compilation, transposed products, splitting of a batch."""

import functools
import os
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from rnn_zoo.types import Tensor

# Products over fewer rows are too small to keep a core busy.
_MIN_ROWS = 8


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compiles a function with XLA on TensorFlow, once per input shape; returns it unchanged on other backends.

    Only the loops are compiled: the products over all steps run up to 1.8 times faster as plain TensorFlow operations,
    which use every core.
    """
    if keras.backend.backend() != "tensorflow":
        return function
    import tensorflow as tf

    return tf.function(function, jit_compile=True, autograph=False, reduce_retracing=True)


@functools.cache
def compiled_for(function: Callable[..., Any], *fixed: Any) -> Callable[..., Any]:
    """`compiled` with the first arguments fixed: all layers with equal arguments share one compiled function."""
    return compiled(functools.partial(function, *fixed))


def custom_gradient(function: Callable[..., Any]) -> Callable[..., Any]:
    """`keras.ops.custom_gradient` whose gradient in a TensorFlow graph lives as long as the graph.

    TensorFlow registers the gradient of every call in a graph by a name of its own, for good. The gradient holds
    tensors, these their graph, and so every model that was trained would stay in memory. Here the graph holds the
    gradient, and the registry refers to it weakly.

    Args:
        function: function of arrays that returns (results, gradient), as `keras.ops.custom_gradient` takes it.
    """
    if keras.backend.backend() == "torch":
        return _torch_gradient(function)
    function = ops.custom_gradient(function)
    if keras.backend.backend() != "tensorflow":
        return function
    import tensorflow as tf
    from tensorflow.python.framework.ops import gradient_registry  # there is no public way to remove a gradient

    def call(*arrays: Tensor) -> Any:
        if tf.executing_eagerly():
            return function(*arrays)
        before = set(gradient_registry.list())
        results = function(*arrays)
        for name in set(gradient_registry.list()) - before:
            _let_graph_hold(tf.compat.v1.get_default_graph(), gradient_registry._registry, name)
        return results

    return call


def _torch_gradient(function):
    """That of `keras.ops` takes functions of one result alone."""
    import torch

    class Differentiable(torch.autograd.Function):
        @staticmethod
        def forward(context, *arrays):
            results, context.gradient = function(*arrays)
            context.single = not isinstance(results, (list, tuple))
            return results if context.single else tuple(results)

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(context, *upstream):
            gradients = context.gradient(*upstream)
            return tuple(gradients) if isinstance(gradients, (list, tuple)) else gradients

    return Differentiable.apply


def _let_graph_hold(graph, registry, name):
    gradient = registry[name]["type"]
    graph.get_collection_ref("rnn_zoo_gradients").append(gradient)
    held = weakref.ref(gradient)
    registry[name] = {**registry[name], "type": lambda op, *upstream: held()(op, *upstream)}
    weakref.finalize(graph, registry.pop, name, None)


def to_tensors(arrays: Sequence[Tensor]) -> list[Tensor]:
    """Converts arrays and variables to tensors: a custom gradient accepts no variables."""
    arrays = [ops.convert_to_tensor(array) for array in arrays]
    if keras.backend.backend() != "tensorflow":
        return arrays
    import tensorflow as tf

    return [tf.convert_to_tensor(array) for array in arrays]


def with_shape(array: Tensor, shape: Sequence[int | None]) -> Tensor:
    """Tells a tensor of a TensorFlow graph the sizes that are known: one traced loop serves arrays of all sizes."""
    if keras.backend.backend() == "tensorflow" and not hasattr(array, "numpy"):
        array.set_shape(shape)
    return array


def while_loop(condition: Callable[..., Any], body: Callable[..., Sequence[Tensor]], carried: Sequence[Tensor]) -> Any:
    """`keras.ops.while_loop` whose arrays keep their sizes, which TensorFlow wants to know in a graph."""

    def sized(*before: Tensor) -> Sequence[Tensor]:
        return [with_shape(now, known.shape) for now, known in zip(body(*before), before, strict=True)]

    return ops.while_loop(condition, sized, carried)


def detached(arrays: Sequence[Tensor]) -> Sequence[Tensor]:
    """Returns the arrays as constants that a gradient tape does not watch.

    In eager mode TensorFlow would otherwise try to differentiate the compiled loops themselves, before it calls their
    custom gradient.
    """
    if keras.backend.backend() != "tensorflow":
        return arrays
    import tensorflow as tf

    return [tf.constant(array.numpy()) for array in arrays] if tf.executing_eagerly() else arrays


def product_over_rows(left: Tensor, right: Tensor) -> Tensor:
    """left^T right: <float>[rows, m], <float>[rows, n] -> <float>[m, n]."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.matmul(left, right, transpose_a=True)
    return ops.matmul(ops.transpose(left), right)


def product_with_transposed(left: Tensor, right: Tensor) -> Tensor:
    """left right^T: <float>[rows, n], <float>[m, n] -> <float>[rows, m]."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.matmul(left, right, transpose_b=True)
    return ops.matmul(left, ops.transpose(right))


def tanh(x: Tensor) -> Tensor:
    """tanh in the dtype of x; `keras.ops.tanh` on JAX casts float64 to float32."""
    if keras.backend.backend() == "jax":
        import jax

        return jax.numpy.tanh(x)
    return ops.tanh(x)


def slice_at(array: Tensor, start: Sequence[Any], shape: Sequence[Any]) -> Tensor:
    """Returns the slice of the given shape that starts at the given indices."""
    return ops.slice(array, _indices(start), shape)


def put_at(array: Tensor, start: Sequence[Any], part: Tensor) -> Tensor:
    """Returns the array with `part` written at the given indices; on PyTorch the same array, which is not copied."""
    if keras.backend.backend() == "torch":
        array[tuple(slice(at, at + size) for at, size in zip(map(int, start), part.shape, strict=True))] = part
        return array
    return ops.slice_update(array, _indices(start), part)


def _indices(start):
    """Casts all to <int32>[]: with `jax_enable_x64` a Python int becomes int64, and JAX wants indices of one dtype."""
    return tuple(ops.cast(index, "int32") for index in start)


def sub_batch_sizes(inputs: Tensor) -> Tensor | None:
    """Returns the sizes <int32>[cores] of the sub-batches that run in parallel, or None to run the batch whole.

    A compiled loop over time uses one core; TensorFlow runs the loops of several sub-batches on several cores. Other
    backends and GPUs run one loop.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if keras.backend.backend() != "tensorflow" or cores < 2:
        return None
    import tensorflow as tf

    if inputs.shape[0] is not None and inputs.shape[0] < 2 * _MIN_ROWS:
        return None
    if tf.config.list_logical_devices("GPU"):
        return None
    batch = tf.shape(inputs)[0]
    rows = tf.maximum(_MIN_ROWS, (batch + cores - 1) // cores)
    return tf.clip_by_value(batch - rows * tf.range(cores), 0, rows)


def split_batch(array: Tensor, sizes: Tensor | None) -> list[Tensor]:
    """Splits an array along the batch into parts of the given sizes; None: one part."""
    if sizes is None:
        return [array]
    import tensorflow as tf

    return tf.split(array, sizes, num=sizes.shape[0])
