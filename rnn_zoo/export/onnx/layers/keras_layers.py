"""The ONNX form of the layers and operations of Keras that models are made of."""

from typing import Any

import keras
import numpy as np
from keras.src.ops import numpy as numpy_operations

from rnn_zoo.export.onnx.convert import converts
from rnn_zoo.export.onnx.graph import Graph, Value
from rnn_zoo.types import Tensor

_ACTIVATIONS = {"relu": "Relu", "tanh": "Tanh", "sigmoid": "Sigmoid", "softplus": "Softplus", "gelu": "Gelu"}
_SAME = ("linear", None)


def array(weight: Any) -> Tensor:
    """The numbers of a weight."""
    return np.asarray(keras.ops.convert_to_numpy(weight))


def activated(graph: Graph, value: Value, activation: Any) -> Value:
    """An activation function of Keras, by its name."""
    name = activation if isinstance(activation, str) or activation is None else activation.__name__
    if name in _SAME:
        return value
    if name == "softmax":
        return graph.add("Softmax", value, axis=-1)
    if name not in _ACTIVATIONS:
        raise ValueError(f"The activation {name!r} has no ONNX form here; use one of {', '.join(_ACTIVATIONS)}.")
    return graph.add(_ACTIVATIONS[name], value)


@converts(
    keras.layers.Dropout,
    keras.layers.SpatialDropout1D,
    keras.layers.GaussianNoise,
    keras.layers.Identity,
    keras.layers.InputLayer,
)
def same(graph: Graph, layer: Any, value: Value, **options: Any) -> Value:
    return value


@converts(keras.layers.Dense)
def dense(graph: Graph, layer: Any, value: Value) -> Value:
    value_mask = value.mask
    value = value.cast("float32")
    if layer.quantization_mode:
        # As Keras does: inputs rounded to 8 bits by the largest of each row, an exact product, and both scales undone.
        largest = graph.reduce("Max", graph.add("Abs", value), -1, keep=True)
        scale = 127.0 / (largest + keras.config.epsilon())
        rounded = graph.add("Clip", graph.add("Round", value * scale), np.float32(-127), np.float32(127))
        kernel = graph.constant(array(layer._kernel)).cast("float32")
        value = (rounded @ kernel) / (scale * array(layer.kernel_scale).astype("float32"))
    else:
        value = value @ array(layer.kernel).astype("float32")
    if layer.use_bias:
        value = value + array(layer.bias)
    return activated(graph, value, layer.activation).with_mask(value_mask)


@converts(keras.layers.EinsumDense)
def einsum_dense(graph: Graph, layer: Any, value: Value) -> Value:
    value = graph.add("Einsum", value, array(layer.kernel), equation=layer.equation)
    return activated(graph, value + array(layer.bias) if layer.bias is not None else value, layer.activation)


@converts(keras.layers.Embedding)
def embedding(graph: Graph, layer: Any, ids: Value) -> Value:
    if not layer.quantization_mode:
        return graph.gather(array(layer.embeddings).astype("float32"), ids)
    rows = graph.gather(array(layer._embeddings), ids).cast("float32")
    scales = array(layer.embeddings_scale).astype("float32").reshape(-1)
    return rows / graph.expand_dims(graph.gather(scales, ids), -1)


@converts(keras.layers.LayerNormalization)
def layer_normalization(graph: Graph, layer: Any, value: Value) -> Value:
    parts = [array(layer.gamma), array(layer.beta) if layer.center else None]
    made = graph.add("LayerNormalization", value, *parts, axis=-1, epsilon=layer.epsilon)
    return made.with_mask(value.mask)


@converts(keras.layers.Normalization)
def normalization(graph: Graph, layer: Any, value: Value) -> Value:
    mean, deviation = array(layer.mean), np.maximum(np.sqrt(array(layer.variance)), keras.config.epsilon())
    return (value.cast("float32") - mean) / deviation


@converts(keras.layers.Rescaling)
def rescaling(graph: Graph, layer: Any, value: Value) -> Value:
    return value.cast("float32") * np.float32(layer.scale) + np.float32(layer.offset)


@converts(keras.layers.Concatenate)
def concatenate(graph: Graph, layer: Any, values: list[Value]) -> Value:
    return graph.concat(values, layer.axis).with_mask(values[0].mask)


@converts(keras.layers.Add)
def add(graph: Graph, layer: Any, values: list[Value]) -> Value:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total


@converts(keras.layers.Reshape)
def reshape(graph: Graph, layer: Any, value: Value) -> Value:
    return graph.reshape(value, 0, *layer.target_shape)


@converts(keras.layers.Flatten)
def flatten(graph: Graph, layer: Any, value: Value) -> Value:
    return graph.add("Flatten", value, axis=1)


@converts(keras.layers.Conv1D)
def convolution_1d(graph: Graph, layer: Any, value: Value) -> Value:
    """[batch, time, channels]; the padding of Keras's "same" is on the right first."""
    kernel = np.transpose(array(layer.kernel), (2, 1, 0))
    steps = graph.add(
        "Conv",
        graph.transpose(value, 0, 2, 1),
        kernel,
        array(layer.bias),
        kernel_shape=list(layer.kernel_size),
        **_padding(layer),
    )
    return activated(graph, graph.transpose(steps, 0, 2, 1), layer.activation)


@converts(keras.layers.Conv2D)
def convolution_2d(graph: Graph, layer: Any, value: Value) -> Value:
    """[batch, height, width, channels]."""
    kernel = np.transpose(array(layer.kernel), (3, 2, 0, 1))
    image = graph.add(
        "Conv",
        graph.transpose(value, 0, 3, 1, 2),
        kernel,
        array(layer.bias),
        kernel_shape=list(layer.kernel_size),
        **_padding(layer),
    )
    return activated(graph, graph.transpose(image, 0, 2, 3, 1), layer.activation)


def _padding(layer: Any) -> dict[str, Any]:
    if layer.padding == "valid":
        return {}
    if layer.padding != "same" or any(one != 1 for one in (*layer.strides, *layer.dilation_rate)):
        raise ValueError(f"{layer.name!r}: only convolutions without strides, dilation and causal padding convert.")
    before = [(size - 1) // 2 for size in layer.kernel_size]
    return {"pads": [*before, *(size - 1 - first for size, first in zip(layer.kernel_size, before, strict=True))]}


@converts(numpy_operations.NotEqual)
def not_equal(graph: Graph, operation: Any, one: Value, other: Any) -> Value:
    return one != other


@converts(numpy_operations.ExpandDims)
def expand_dims(graph: Graph, operation: Any, value: Value, *axes: Any) -> Value:
    return graph.expand_dims(value, *(axes or (operation.axis,)))


@converts(numpy_operations.GetItem)
def get_item(graph: Graph, operation: Any, value: Value, key: Any) -> Value:
    """Slices and single places of the axes in turn."""
    keys = tuple(key) if isinstance(key, (tuple, list)) else (key,)
    dropped = []
    for axis, part in enumerate(keys):
        if part is Ellipsis:
            raise ValueError("`...` in an index of a Keras tensor has no ONNX form here; name each axis.")
        if isinstance(part, slice):
            if part != slice(None):
                value = graph.slice(value, axis, part.start, part.stop, part.step or 1)
        else:
            value = graph.slice(value, axis, int(part), int(part) + 1 or None)
            dropped.append(axis)
    return graph.squeeze(value, *dropped) if dropped else value
