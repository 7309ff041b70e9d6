"""writer_to_onnx: the ONNX form of a network that generates, as an encoder and a step from states to states."""

from typing import Any

from rnn_zoo.export.onnx.convert import convert
from rnn_zoo.export.onnx.graph import Graph, Value
from rnn_zoo.export.onnx.layers.seq2seq import initial_state, next_step
from rnn_zoo.export.onnx.model import shape_of
from rnn_zoo.topologies.writer import Generator
from rnn_zoo.types import Model


def step_to_onnx(training: Model) -> Any:
    """The step of a decoder: what follows the last valid one of given steps.

    Inputs: "previous", the steps, as the last input of `training`; each state by its name <float>[batch, units]; with
    attention "memory" <float>[batch, steps, width] and "mask" <bool>[batch, steps]. Outputs: "scores"
    <float>[batch, count] and each state, with "next/" before its name. Generation starts with the states of
    `encoder_to_onnx`, or with zeros, and the symbols before the first.

    Args:
        training: the training model of a `Writer`.
    Returns:
        onnx.ModelProto, checked.
    """
    decoder, graph = Generator(training).decoder, Graph()
    previous = training.inputs[-1]
    given = graph.input("previous", previous.dtype, shape_of(previous))
    sizes = decoder.bridge.targets
    state: dict[str, Any] = {
        "states": {name: graph.input(name, "float32", ["batch", units]) for name, units in sizes.items()}
    }
    if decoder.attention:
        width = decoder.look.mix.kernel.shape[0] - decoder.recurrence.units[-1]
        state["memory"] = graph.input("memory", "float32", ["batch", "steps", width])
        state["mask"] = graph.input("mask", bool, ["batch", "steps"])
    scores, states = next_step(graph, decoder, given, state)
    graph.output(scores, "scores", ["batch", None])
    for name, value in states.items():
        graph.output(value, f"next/{name}", ["batch", sizes[name]])
    return graph.model("step")


def encoder_to_onnx(training: Model) -> Any:
    """The source of a decoder: its first states and, with attention, its memory; None for a network without a source.

    Inputs: those of `training` but the last. Outputs: the inputs of `step_to_onnx` but "previous".

    Args:
        training: the training model of a `Writer`.
    Returns:
        onnx.ModelProto, checked, or None.
    """
    generator, graph = Generator(training), Graph()
    if generator.encoder is None:
        return None
    sources = training.inputs[:-1]
    inputs = [graph.input(tensor.name, tensor.dtype, shape_of(tensor)) for tensor in sources]
    encoded = convert(graph, generator.encoder, inputs[0] if len(inputs) == 1 else inputs)
    state = initial_state(graph, generator.decoder, encoded)
    for name, value in state["states"].items():
        graph.output(value, name, ["batch", generator.decoder.bridge.targets[name]])
    for name in ("memory", "mask"):
        if name in state:
            part: Value = state[name]
            graph.output(part, name, ["batch", "steps", None][: 3 if name == "memory" else 2])
    return graph.model("encoder")
