"""The ONNX form of recurrences over segments: SegRNN, dilation, and exponential smoothing before them."""

import itertools

import numpy as np

from rnn_zoo.export.onnx.convert import convert, converts
from rnn_zoo.export.onnx.graph import Graph, Value
from rnn_zoo.export.onnx.layers.forecasting import standard_deviation
from rnn_zoo.export.onnx.layers.keras_layers import array
from rnn_zoo.layers import Dilated, SegRNN
from rnn_zoo.layers.fronts.seasonal_smoothing import SeasonalSmoothing
from rnn_zoo.layers.recurrent.segrnn import JoinSegments


@converts(SegRNN)
def segrnn(graph: Graph, layer: SegRNN, inputs: Value, known: Value | None = None) -> Value:
    lookback, features = layer._inbound_nodes[0].arguments.args[0].shape[1:]
    channels, width = layer.channel.shape[0], layer.recurrence.units[0]
    _, states = convert(graph, layer.recurrence, _segments(graph, layer, inputs, lookback, features, channels))
    batch = graph.size(inputs, 0)
    queries = np.concatenate(
        [np.repeat(array(layer.position), channels, axis=0), np.tile(array(layer.channel), (layer.segments, 1))],
        axis=-1,
    )
    if known is None:
        asked = graph.add("Expand", graph.constant(queries[None]), graph.sizes(batch, *queries.shape))
    else:
        missing, count = layer.segments * layer.length - layer.horizon, layer.ahead.kernel.shape[0] // layer.length
        padded = graph.add("Pad", known, np.array([0, 0, 0, 0, missing, 0]))
        ahead = convert(graph, layer.ahead, graph.reshape(padded, -1, layer.segments, layer.length * count))
        shape = graph.sizes(batch, layer.segments, channels, width)
        spread = graph.add("Expand", graph.expand_dims(ahead, 2), shape)
        asked = graph.reshape(spread, -1, layer.segments * channels, width) + queries
    asked = graph.reshape(asked, -1, 1, width)
    starts = {name: _spread_over_segments(graph, layer, state, channels, batch) for name, state in states.items()}
    outputs, _ = convert(graph, layer.recurrence, asked, initial_state=starts)
    return graph.reshape(outputs, -1, layer.segments, channels, layer.recurrence.units[-1])


def _segments(graph, layer, inputs, lookback, features, channels):
    count = lookback // layer.length
    inputs = graph.slice(inputs, 1, lookback - count * layer.length)
    series = graph.transpose(graph.slice(inputs, 2, 0, channels), 0, 2, 1)
    series = graph.reshape(series, -1, count, layer.length)
    if features == channels:
        return convert(graph, layer.embed, series)
    beside = graph.reshape(graph.slice(inputs, 2, channels), -1, count, layer.length * (features - channels))
    width = layer.recurrence.units[0]
    beside = graph.expand_dims(convert(graph, layer.beside, beside), 1)
    beside = graph.add("Expand", beside, graph.sizes(graph.size(inputs, 0), channels, count, width))
    embedded = series @ array(layer.embed.kernel) + array(layer.embed.bias) + graph.reshape(beside, -1, count, width)
    return graph.add("Relu", embedded)


def _spread_over_segments(graph, layer, state, channels, batch):
    units = layer.recurrence.units[-1]
    state = graph.reshape(state, -1, 1, channels, units)
    return graph.reshape(graph.add("Expand", state, graph.sizes(batch, layer.segments, channels, units)), -1, units)


@converts(JoinSegments)
def join_segments(graph: Graph, layer: JoinSegments, inputs: Value) -> Value:
    _, segments, channels, length, levels = layer._inbound_nodes[0].arguments.args[0].shape
    steps = graph.reshape(graph.transpose(inputs, 0, 1, 3, 2, 4), -1, segments * length, channels, levels)
    return graph.slice(steps, 1, 0, layer.horizon)


@converts(Dilated)
def dilated(graph: Graph, layer: Dilated, inputs: Value) -> Value:
    time, features = layer._inbound_nodes[0].arguments.args[0].shape[1:]
    steps = -(-time // layer.dilation)
    missing, units = steps * layer.dilation - time, layer.recurrence.units[-1]
    padded = graph.add("Pad", inputs, np.array([0, missing, 0, 0, 0, 0]))
    dealt = graph.transpose(graph.reshape(padded, -1, steps, layer.dilation, features), 0, 2, 1, 3)
    outputs = convert(graph, layer.recurrence, graph.reshape(dealt, -1, steps, features))
    joined = graph.transpose(graph.reshape(outputs, -1, layer.dilation, steps, units), 0, 2, 1, 3)
    return graph.slice(graph.reshape(joined, -1, steps * layer.dilation, units), 1, missing)


@converts(SeasonalSmoothing)
def seasonal_smoothing(graph: Graph, layer: SeasonalSmoothing, inputs: Value) -> tuple[Value, Value, Value]:
    time, series = layer._inbound_nodes[0].arguments.args[0].shape[1:]
    values = graph.reshape(graph.transpose(inputs, 0, 2, 1), -1, time)
    rates = convert(graph, layer.rates, convert(graph, layer.hidden, _changes(graph, layer, values, time)))
    body = Graph(graph)
    state, value = body.input("state", "float32", (None, None)), body.input("value", "float32", (None, 1))
    plain, after = _smoothed_step(body, layer.loop.cell.ends, value, rates, state)
    body.output(after, "after", (None, None))
    body.output(plain, "plain", (None, 1))
    last, steps = graph.add(
        "Scan",
        _first_state(graph, layer, values),
        graph.expand_dims(values, -1),
        count=2,
        body=body.body("smoothing"),
        num_scan_inputs=1,
        scan_input_axes=[1],
        scan_output_axes=[1],
    )
    level = graph.slice(last, 1, 0, 1)
    ahead = graph.slice(values, 1, 0, 1) * np.zeros((1, layer.horizon), "float32")
    for length, (first, end) in zip(layer.seasons, itertools.pairwise(layer.loop.cell.ends), strict=True):
        ahead = ahead + _tiled(graph, graph.slice(last, 1, first, end), length, layer.horizon)
    outputs = ((graph.squeeze(steps, -1) - level, time), (level, 1), (ahead, layer.horizon))
    plain, levels, seasonal = (
        graph.transpose(graph.reshape(part, -1, series, size), 0, 2, 1) for part, size in outputs
    )
    return plain, levels, seasonal


def _smoothed_step(body, ends, value, rates, state):
    now = [body.slice(state, 1, end, end + 1) for end in ends[:-1]]
    expected = value * 0.0
    for first in now:
        expected = expected + first
    level = body.slice(state, 1, 0, 1)
    error = value - level - expected
    parts = [level + body.slice(rates, 1, 0, 1) * error]
    for place, first in enumerate(now):
        renewed = first + body.slice(rates, 1, place + 1, place + 2) * error
        parts += [body.slice(state, 1, ends[place] + 1, ends[place + 1]), renewed]
    return value - expected, body.concat(parts, 1)


def _changes(graph, layer, values, time):
    mean = graph.reduce("Mean", values, 1, keep=True)
    size = standard_deviation(graph, values, mean)
    parts = []
    for lag in (1, *layer.seasons):
        change = size * 0.0
        if lag < time:
            difference = graph.slice(values, 1, lag) - graph.slice(values, 1, 0, -lag)
            change = graph.reduce("Mean", graph.add("Abs", difference), 1, keep=True)
        parts.append(graph.add("Log", (change + 1e-3) / (size + 1e-3)))
    return graph.concat(parts, 1)


def _first_state(graph, layer, values):
    if not layer.seasons:
        return graph.slice(values, 1, 0, 1)
    longest = layer.seasons[-1]
    first = graph.slice(values, 1, 0, longest)
    level = graph.reduce("Mean", first, 1, keep=True)
    rest, seasons = first - level, []
    for length in layer.seasons:
        repeats = longest // length
        whole = graph.reshape(graph.slice(rest, 1, 0, repeats * length), -1, repeats, length)
        season = graph.reduce("Mean", whole, 1)
        seasons.append(season)
        rest = rest - _tiled(graph, season, length, longest)
    return graph.concat([level, *seasons], 1)


def _tiled(graph, season, length, size):
    return graph.slice(graph.concat([season] * -(-size // length), 1), 1, 0, size)
