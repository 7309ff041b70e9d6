"""The ONNX form of forecasters: units to units, with normalisation, time features, segments and smoothing."""

from typing import Any

import numpy as np

from rnn_zoo.export.onnx.convert import convert, convert_model, converts
from rnn_zoo.export.onnx.graph import Graph, Value
from rnn_zoo.export.onnx.layers.keras_layers import array
from rnn_zoo.layers import FutureSteps, InstanceNorm
from rnn_zoo.layers.fronts.instance_norm import SEASON
from rnn_zoo.layers.heads.quantiles import middle_of
from rnn_zoo.layers.heads.raw_forecast import _FLAT, _LARGEST_LOG, _LEAST, RawForecast


@converts(RawForecast)
def raw_forecast(
    graph: Graph, layer: RawForecast, past: Value, known: Value | None = None, times: Value | None = None
) -> Any:
    mean, deviation = np.array(layer.mean, "float32"), np.array(layer.deviation, "float32")
    count = layer.targets
    values = _each(graph, layer, graph.slice(past, 2, 0, count), _powered)
    level, size = _window_level(graph, values) if layer.by_window else (mean[:count], deviation[:count])
    values = (values - level) / size
    parts, ahead = [values], []
    if len(mean) - layer.known > count or layer.known:
        parts.append((graph.slice(past, 2, count) - mean[count:]) / deviation[count:])
    first = len(mean) - layer.known
    if known is not None:
        ahead.append((known - mean[first:]) / deviation[first:])
    if times is not None:
        features, lookback = convert(graph, layer.clock, times), layer.network.inputs[0].shape[1]
        parts.append(graph.slice(features, 1, 0, lookback))
        ahead.append(graph.slice(features, 1, lookback))
    inputs: Any = graph.concat(parts, -1)
    if len(layer.network.inputs) > 1:
        inputs = [inputs, graph.concat(ahead, -1)]
    quantiles = convert_model(graph, layer.network, inputs)
    margins: Any = np.array(layer.margins, "float32")
    if layer.by_window:
        changes = graph.slice(values, 1, 1) - graph.slice(values, 1, 0, -1)
        rough = graph.reduce("Mean", graph.add("Abs", changes), 1, 2)
        group = (rough * np.float32(0)).cast("int64")
        for edge in layer.edges:
            group = group + (rough > np.float32(edge)).cast("int64")
        margins = graph.gather(margins.reshape(-1, *margins.shape[-2:]), group)

    def level_of(place: int) -> Value:
        return graph.squeeze(graph.slice(quantiles, 3, place, place + 1 or None), 3)

    median = level_of(middle_of(layer.levels))
    lower = graph.add("Min", level_of(0) - margins, median)
    upper = graph.add("Max", level_of(-1) + margins, median)
    answers = {"forecast": median, "lower": lower, "upper": upper}
    return {name: _each(graph, layer, numbers * size + level, _unpowered) for name, numbers in answers.items()}


def _each(graph, layer, values, function):
    if layer.transform is None:
        return values
    settings = zip(*(layer.transform[name] for name in ("power", "shift", "floor")), strict=True)
    parts = [function(graph, graph.slice(values, 2, place, place + 1), *each) for place, each in enumerate(settings)]
    return graph.concat(parts, 2)


def _powered(graph, values, power, shift, floor):
    if power == 1 and shift == 0:
        return values
    shifted = graph.add("Max", values + np.float32(shift), np.float32(_LEAST))
    return graph.add("Log", shifted) if power == 0 else (graph.add("Pow", shifted, np.float32(power)) - 1.0) / power


def _unpowered(graph, values, power, shift, floor):
    if power == 0:
        values = graph.add("Exp", graph.add("Min", values, np.float32(_LARGEST_LOG))) - shift
    elif power != 1 or shift != 0:
        base = graph.add("Max", values * np.float32(power) + 1.0, np.float32(_LEAST))
        values = graph.add("Pow", base, np.float32(1 / power)) - shift
    return values if floor == -np.inf else graph.add("Max", values, np.float32(floor))


def _window_level(graph, past):
    mean = graph.reduce("Mean", past, 1, keep=True)
    deviation = standard_deviation(graph, past, mean)
    level = graph.add("Abs", mean)
    flat = graph.where(level > 0.0, level, 1.0)
    return mean, graph.where(deviation > level * np.float32(_FLAT), deviation, flat)


def standard_deviation(graph: Graph, values: Value, mean: Value) -> Value:
    """The standard deviation over the second axis, which it keeps."""
    return graph.add("Sqrt", _variance(graph, values, mean))


def _variance(graph, values, mean):
    centred = values - mean
    return graph.reduce("Mean", centred * centred, 1, keep=True)


@converts(InstanceNorm)
def instance_norm(graph: Graph, layer: InstanceNorm, inputs: Value, outputs: Value | None = None) -> Value:
    rank = 3 if outputs is None else _rank(layer)
    values = graph.slice(inputs, 2, 0, layer.targets)
    if layer.kind == SEASON:
        return _seasonal(graph, layer, inputs, values, outputs, rank)
    level, scale = _statistics(graph, layer, values)
    if outputs is not None:
        if rank > 3:
            level, scale = (graph.expand_dims(one, *range(3, rank)) for one in (level, scale))
        return outputs * scale + level
    normed = (values - level) / scale
    if layer.targets == layer.features:
        return normed
    return graph.concat([normed, graph.slice(inputs, 2, layer.targets)], 2)


def _rank(layer):
    """Number of axes of the outputs, from the place where the layer was called in its model."""
    ranks = [
        len(node.arguments.kwargs["outputs"].shape)
        for node in layer._inbound_nodes
        if "outputs" in node.arguments.kwargs
    ]
    return ranks[0]


def _seasonal(graph, layer, inputs, values, outputs, rank):
    season = layer.season
    if outputs is not None:
        last = graph.slice(values, 1, -season)
        horizon = next(
            node.arguments.kwargs["outputs"].shape[1]
            for node in layer._inbound_nodes
            if "outputs" in node.arguments.kwargs
        )
        level = graph.slice(graph.concat([last] * -(-horizon // season), 1), 1, 0, horizon)
        return outputs + (level if rank == 3 else graph.expand_dims(level, *range(3, rank)))
    changes = graph.slice(values, 1, season) - graph.slice(values, 1, 0, -season)
    normed = graph.concat([graph.slice(values, 1, 0, season) * 0.0, changes], 1)
    return (
        normed if layer.targets == layer.features else graph.concat([normed, graph.slice(inputs, 2, layer.targets)], 2)
    )


def _statistics(graph, layer, values):
    if layer.kind == "revin":
        level = graph.reduce("Mean", values, 1, keep=True)
        scale = graph.add("Sqrt", _variance(graph, values, level) + layer.epsilon)
        if layer.affine:
            gain, shift = array(layer.gain), array(layer.shift)
            scale = scale / np.where(gain < 0, np.minimum(gain, -0.01), np.maximum(gain, 0.01)).astype("float32")
            level = level - scale * shift
        return level, scale
    last = graph.slice(values, 1, -1)
    level = last if layer.kind == "last" else last * 0.0
    return level, last * 0.0 + 1.0


@converts(FutureSteps)
def future_steps(graph: Graph, layer: FutureSteps, inputs: Value, known: Value | None = None) -> Value:
    shape = graph.sizes(graph.size(inputs, 0), layer.horizon, layer.dim)
    steps = graph.add("Expand", graph.constant(array(layer.steps)[None]), shape)
    return steps if known is None else graph.concat([steps, known], -1)
