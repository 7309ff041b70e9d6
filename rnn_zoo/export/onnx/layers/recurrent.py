"""The ONNX form of stacks of recurrences: layers, directions, residuals and states, as `Recurrent` has them."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from rnn_zoo.cells import MinGRU, MinLSTM
from rnn_zoo.export.onnx.convert import carried, convert, converts
from rnn_zoo.export.onnx.graph import Graph, Value
from rnn_zoo.export.onnx.layers.linear import run_linear
from rnn_zoo.export.onnx.layers.masks import clear_masked, last_step
from rnn_zoo.export.onnx.layers.native import NATIVE, run_native
from rnn_zoo.layers import Recurrent, Segmented


@converts(Recurrent)
def recurrent(
    graph: Graph,
    layer: Recurrent,
    inputs: Value,
    mask: Value | None = None,
    initial_state: Mapping[str, Value] | None = None,
    inputs_mask: Value | None = None,
) -> Any:
    """A stack, see `Recurrent.call`; a mask must have its valid steps first."""
    mask = carried(inputs, inputs_mask if mask is None else mask)
    outputs, states = run_stack(graph, layer, inputs, mask, initial_state)
    return (outputs, states) if layer.return_state else outputs


def run_stack(
    graph: Graph,
    layer: Recurrent,
    inputs: Value,
    mask: Value | None,
    initial_state: Mapping[str, Value] | None,
) -> tuple[Value, dict[str, Value]]:
    """(outputs, last states by name) of a stack, whatever it returns itself."""
    lengths = None if mask is None else graph.reduce("Sum", mask.cast("int32"), 1)
    given, states = dict(initial_state or {}), {}
    outputs = inputs
    for number in range(layer.depth):
        places = [f"layer_{number}/{direction}" for direction in layer.directions]
        sequences = layer.return_sequences or number < layer.depth - 1
        parts, last = _run(graph, layer, places, outputs, lengths, mask, given)
        states.update(last)
        shortcut = _shortcut(graph, layer, number, outputs) if layer.residual else None
        if not sequences:
            if shortcut is not None:
                shortcut = last_step(graph, shortcut, mask, layer.backward_features or 0)
            first_states = [
                last[next(name for name in layer.state_names if name.startswith(f"{place}/"))] for place in places
            ]
            parts = first_states
        outputs = _merged(graph, layer, parts)
        if shortcut is not None:
            outputs = outputs + shortcut
        if layer.normalization:
            outputs = convert(graph, layer.normalizations[number], outputs)
    if mask is not None:
        kept = mask if layer.return_sequences else graph.reduce("Max", mask.cast("int32"), 1).cast(bool)
        outputs = clear_masked(graph, outputs, kept)
    return outputs.with_mask(mask if layer.return_sequences else None), states


def _run(graph, layer, places, inputs, lengths, mask, given):
    """([outputs of each direction <float>[batch, time, units]], {name of a state: its last value})."""
    recurrences = [layer.recurrences[place] for place in places]
    kind = type(recurrences[0])
    names = {place: [name for name in layer.state_names if name.startswith(f"{place}/")] for place in places}
    if kind in NATIVE:
        return run_native(graph, recurrences, places, names, inputs, lengths, given)
    if isinstance(recurrences[0], (MinGRU, MinLSTM)):
        parts, last = [], {}
        for place, recurrence in zip(places, recurrences, strict=True):
            (name,) = names[place]
            outputs, end = run_linear(graph, recurrence, inputs, mask, given.get(name))
            parts.append(outputs)
            last[name] = end
        return parts, last
    raise ValueError(f"The cell {layer.cell!r} has no ONNX form; vanilla, lstm, gru, min_gru and min_lstm have.")


@converts(Segmented)
def segmented(graph: Graph, layer: Segmented, inputs: Value, mask: Value | None = None) -> Value:
    """Segments are rows of a larger batch; the last one is padded."""
    mask = carried(inputs, mask)
    batch, time = graph.size(inputs, 0), graph.size(inputs, 1)
    if mask is None:
        mask = graph.add("Expand", graph.constant([[True]]), graph.sizes(batch, time))
    length = graph.add("Max", graph.add("Min", time, np.array([layer.length])), np.array([1]))
    missing = graph.add("Mod", -time, length)
    zero = graph.constant([0], "int64")
    steps = graph.add("Pad", inputs, graph.concat([zero, zero, zero, zero, missing, zero], 0))
    valid = graph.add("Pad", mask.cast("int32"), graph.concat([zero, zero, zero, missing], 0))
    features = layer.recurrence.recurrences[f"layer_0/{layer.recurrence.directions[0]}"].cell.kernel.shape[0]
    steps = graph.reshape(steps, -1, length, features)
    valid = graph.reshape(valid, -1, length).cast(bool)
    outputs = recurrent(graph, layer.recurrence, steps, valid)
    whole = graph.reshape(outputs, batch, time + missing, _width(layer.recurrence))
    return graph.slice(whole, 1, 0, time).with_mask(mask)


def _merged(graph, layer, parts):
    if len(parts) == 1:
        return parts[0]
    if layer.merge == "concat":
        return graph.concat(parts, -1)
    if layer.merge == "mul":
        return parts[0] * parts[1]
    total = parts[0] + parts[1]
    return total if layer.merge == "sum" else total * 0.5


def _shortcut(graph, layer, number, inputs):
    projection = layer.projections.get(f"layer_{number}")
    return inputs if projection is None else convert(graph, projection, inputs)


def _width(layer):
    return layer._width(layer.depth - 1)
