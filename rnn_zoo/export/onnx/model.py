"""model_to_onnx: the ONNX form of a Keras model."""

from collections.abc import Sequence
from typing import Any

import keras

from rnn_zoo.export.onnx.convert import convert_model
from rnn_zoo.export.onnx.graph import Graph
from rnn_zoo.export.onnx.layers import (  # noqa: F401  each registers its converters
    chain,
    forecasting,
    fronts,
    heads,
    keras_layers,
    recurrent,
    segments,
    seq2seq,
    times,
)
from rnn_zoo.types import Model

_AXES = ("batch", "time", "letters", "height", "width")


def model_to_onnx(model: Model, output: str = "output") -> Any:
    """The ONNX form of a model, in inference.

    Its inputs have the names of those of the model, its outputs those of its dict of outputs.
    Right-padded masks alone are supported: recurrences get the length of each row.

    Args:
        model: keras.Model made of layers that have an ONNX form, see `rnn_zoo.export.onnx.convert.converts`.
        output: name of its output; of several, those after the first have a number behind it.
    Returns:
        onnx.ModelProto, checked.
    Raises:
        ValueError: the model is not functional, or a layer, a cell or an activation has no ONNX form.
    """
    if not hasattr(model, "operations"):
        raise ValueError(f"{type(model).__name__} has no ONNX form: only functional models and `Sequential` have one.")
    graph = Graph()
    inputs = {tensor.name: graph.input(tensor.name, tensor.dtype, shape_of(tensor)) for tensor in model.inputs}
    outputs = convert_model(graph, model, inputs)
    named = outputs if isinstance(outputs, dict) else dict(_numbered(output, keras.tree.flatten(outputs)))
    tensors = model._outputs_struct if isinstance(outputs, dict) else dict(_numbered(output, model.outputs))
    for name, value in named.items():
        graph.output(value, name, [size if isinstance(size, int) else None for size in tensors[name].shape])
    return graph.model(model.name)


def shape_of(tensor: Any) -> list[int | str]:
    """The shape of a Keras tensor with a name for each size that is open."""
    return [_AXES[axis] if size is None else size for axis, size in enumerate(tensor.shape)]


def _numbered(name: str, values: Sequence[Any]) -> Any:
    return ((f"{name}_{number}" if number else name, value) for number, value in enumerate(values))
