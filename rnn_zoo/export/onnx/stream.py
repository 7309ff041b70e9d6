"""stream_to_onnx: the ONNX form of a model that labels each step, for streams of any length."""

from typing import Any

from rnn_zoo.export.onnx.convert import Converter, carried, convert_model
from rnn_zoo.export.onnx.graph import Graph, Value
from rnn_zoo.export.onnx.layers.recurrent import run_stack
from rnn_zoo.export.onnx.model import shape_of
from rnn_zoo.layers import Recurrent
from rnn_zoo.topologies import Stream
from rnn_zoo.types import Model


def stream_to_onnx(model: Model) -> Any:
    """The ONNX form of a stream: the next steps and the states before them, to outputs and the states after them.

    Inputs: that of the model, and each state by its name <float>[batch, units]. Outputs: "outputs"
    <float>[batch, time, ...] and each state, with "next/" before its name.

    Args:
        model: keras.Model that `Stream` accepts.
    Returns:
        onnx.ModelProto, checked.
    Raises:
        ValueError: `Stream` refuses the model, or a layer has no ONNX form.
    """
    stream, graph = Stream(model), Graph()
    (steps,) = model.inputs
    given = graph.input(steps.name, steps.dtype, shape_of(steps))
    sizes = {name: value.shape[1] for name, value in stream.start().items()}
    states = {name: graph.input(name, "float32", ["batch", size]) for name, size in sizes.items()}
    after: dict[str, Value] = {}
    layers = [layer for layer in model.layers if isinstance(layer, Recurrent)]

    def with_states(layer: Recurrent, prefix: str) -> Converter:
        def run(inputs: Value, mask: Value | None = None, **options: Any) -> Value:
            own = {name: states[prefix + name] for name in layer.state_names}
            outputs, last = run_stack(graph, layer, inputs, carried(inputs, mask), own)
            after.update({prefix + name: value for name, value in last.items()})
            return outputs

        return run

    prefixes = ["" if len(layers) == 1 else f"{layer.name}/" for layer in layers]
    instead = {layer: with_states(layer, prefix) for layer, prefix in zip(layers, prefixes, strict=True)}
    outputs = convert_model(graph, model, given, instead)
    graph.output(outputs, "outputs", ["batch", "time", *model.output.shape[2:]])
    for name, value in after.items():
        graph.output(value, f"next/{name}", ["batch", sizes[name]])
    return graph.model(model.name)
