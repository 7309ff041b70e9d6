"""Masked steps in an ONNX graph."""

import numpy as np

from rnn_zoo.export.onnx.graph import Graph, Value


def last_step(graph: Graph, sequence: Value, mask: Value | None, backward_features: int) -> Value:
    """The last valid step; of the last features, which ran backwards, the first. See `rnn_zoo.layers.masks`."""
    if mask is None:
        parts = [graph.squeeze(graph.slice(sequence, 1, -1), 1), graph.squeeze(graph.slice(sequence, 1, 0, 1), 1)]
    else:
        lengths = graph.reduce("Sum", mask.cast("int64"), 1)
        last = graph.add("Max", lengths - 1, np.int64(0))
        index = graph.expand_dims(last, 1)
        parts = [graph.add("GatherND", sequence, index, batch_dims=1), graph.squeeze(graph.slice(sequence, 1, 0, 1), 1)]
    if not backward_features:
        read = parts[0]
    else:
        ends = [graph.slice(parts[0], -1, 0, -backward_features), graph.slice(parts[1], -1, -backward_features)]
        read = graph.concat(ends, -1)
    if mask is None:
        return read
    return clear_masked(graph, read, graph.reduce("Max", mask.cast("int32"), 1).cast(bool))


def clear_masked(graph: Graph, values: Value, mask: Value | None) -> Value:
    """Zeros where the mask is False."""
    return values if mask is None else graph.where(graph.expand_dims(mask, -1), values, 0.0)
