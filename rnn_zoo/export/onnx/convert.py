"""to_graph: adds a Keras model to an ONNX graph, layer by layer, by the converters that are registered."""

from collections.abc import Callable, Mapping
from typing import Any

import keras

from rnn_zoo.export.onnx.graph import Graph, Value
from rnn_zoo.types import Model

Converter = Callable[..., Any]
CONVERTERS: dict[type, Converter] = {}


def converts(*kinds: type) -> Callable[[Converter], Converter]:
    """Registers a function (graph, layer, *arguments) -> outputs as the ONNX form of layers and of their subclasses."""

    def register(function: Converter) -> Converter:
        CONVERTERS.update(dict.fromkeys(kinds, function))
        return function

    return register


def convert(graph: Graph, layer: Any, *arguments: Any, **options: Any) -> Any:
    """The outputs of a layer, or of a whole model, in inference.

    Args:
        graph: the graph to add it to.
        layer: keras.Layer, keras.Model or an operation on Keras tensors.
        arguments, options: those of its call, with `Value` for tensors.
    Raises:
        ValueError: the layer has no ONNX form.
    """
    if isinstance(layer, keras.Sequential):
        value = arguments[0]
        for inner in layer.layers:
            value = convert(graph, inner, value)
        return value
    if isinstance(layer, keras.Model) and hasattr(layer, "operations"):
        return convert_model(graph, layer, *arguments)
    for kind in type(layer).__mro__:
        if kind in CONVERTERS:
            options.pop("training", None)
            return CONVERTERS[kind](graph, layer, *arguments, **options)
    raise ValueError(
        f"{type(layer).__name__} {getattr(layer, 'name', '')!r} has no ONNX form; register one with "
        "`rnn_zoo.export.onnx.convert.converts`."
    )


def convert_model(graph: Graph, model: Model, inputs: Any, instead: Mapping[Any, Converter] | None = None) -> Any:
    """The outputs of a functional model, in the structure of its outputs.

    Args:
        graph: the graph to add it to.
        model: keras.Model made of layers.
        inputs: its inputs as `Value`, in its own structure, or a dict of their names.
        instead: {layer: function of its inputs} for layers that are not converted as usual.
    """
    named = isinstance(inputs, dict) and not isinstance(model._inputs_struct, dict)
    if named:
        inputs = [inputs[tensor.name] for tensor in model.inputs]
    elif isinstance(model._inputs_struct, dict):
        inputs = {name: inputs[name] for name in model._inputs_struct}

    def converted(operation: Any) -> Converter:
        if instead and operation in instead:
            return instead[operation]
        return lambda *arguments, **options: convert(graph, operation, *arguments, **options)

    return model._run_through_graph(inputs, converted)


def carried(value: Value, mask: Value | None = None) -> Value | None:
    """The mask that a call was given, or that its input carries."""
    return value.mask if mask is None else mask
