"""The ONNX form of pooling and of the heads: from the outputs of a recurrence to predictions."""

from typing import Any

import keras
import numpy as np

from rnn_zoo.export.onnx.convert import carried, convert, converts
from rnn_zoo.export.onnx.graph import Graph, Value
from rnn_zoo.export.onnx.layers.keras_layers import activated, array
from rnn_zoo.export.onnx.layers.masks import clear_masked, last_step
from rnn_zoo.layers import Chords, Classes, Labels, NextToken, NGramEvidence, Quantiles, TimePooling, Values
from rnn_zoo.layers.heads.ngram_evidence import SMALLEST_NORM


@converts(TimePooling)
def time_pooling(graph: Graph, layer: TimePooling, inputs: Value, mask: Value | None = None) -> Value:
    mask = carried(inputs, mask)
    pools = {"last": _last, "max": _max, "mean": _mean, "attention": _attention}
    return graph.concat([pools[mode](graph, layer, inputs, mask) for mode in layer.modes], -1)


def _last(graph, layer, inputs, mask):
    return last_step(graph, inputs, mask, layer.backward_features)


def _max(graph, layer, inputs, mask):
    if mask is None:
        return graph.reduce("Max", inputs, 1)
    largest = graph.reduce("Max", graph.where(graph.expand_dims(mask, -1), inputs, np.float32("-inf")), 1)
    return clear_masked(graph, largest, graph.reduce("Max", mask.cast("int32"), 1).cast(bool))


def _mean(graph, layer, inputs, mask):
    if mask is None:
        return graph.reduce("Mean", inputs, 1)
    return _weighted_sum(graph, inputs, mask.cast("float32"))


def _attention(graph, layer, inputs, mask):
    hidden = graph.add("Tanh", inputs @ array(layer.kernel) + array(layer.bias))
    scores = graph.squeeze(hidden @ array(layer.query), -1)
    if mask is not None:
        scores = graph.where(mask, scores, np.float32(-1e9))
    weights = graph.add("Exp", scores - graph.reduce("Max", scores, 1, keep=True))
    return _weighted_sum(graph, inputs, weights if mask is None else weights * mask.cast("float32"))


def _weighted_sum(graph, inputs, weights):
    total = graph.add("Max", graph.reduce("Sum", weights, 1, keep=True), np.float32(keras.config.epsilon()))
    weights = weights / total
    steps = clear_masked(graph, inputs, weights > 0.0)
    return graph.squeeze(graph.expand_dims(weights, 1) @ steps, 1)


@converts(Classes, Labels, Values)
def head(graph: Graph, layer: Any, inputs: Value, evidence: Value | None = None) -> Value:
    logits = convert(graph, layer.dense, inputs)
    if evidence is not None:
        logits = logits + (evidence - logits) * np.float32(layer.evidence_weight)
    return activated(graph, logits, layer.activation).with_mask(inputs.mask)


@converts(Quantiles)
def quantiles(graph: Graph, layer: Quantiles, inputs: Value) -> Value:
    levels = len(layer.levels)
    flat = convert(graph, layer.dense, inputs)
    leading = graph.slice(graph.add("Shape", inputs, dtype="int64"), 0, 0, -1)
    made = graph.add("Reshape", flat, graph.concat([leading, graph.sizes(*layer.shape, levels)], 0))
    if levels == 1:
        return made
    return graph.add("TopK", made, np.array([levels]), count=2, axis=-1, largest=0, sorted=1)[0]


@converts(NextToken)
def next_token(graph: Graph, layer: NextToken, inputs: Value, embeddings: Any = None) -> Value:
    scores = convert(graph, layer.dense, inputs)
    if not layer.tied:
        return scores
    table = embeddings if isinstance(embeddings, Value) else graph.constant(array(embeddings).astype("float32"))
    return scores @ graph.transpose(table, 1, 0) + array(layer.bias)


@converts(NGramEvidence)
def ngram_evidence(graph: Graph, layer: NGramEvidence, ids: Value) -> Value:
    """Sums over the words and n-grams of each text, of a table that holds ratio squared and ratio times weight."""
    numbers = [ids.cast("int64"), *convert(graph, layer.index, ids)]
    ratios, kernel = array(layer.ratios), array(layer.kernel)
    table = np.stack([ratios**2, ratios * kernel], axis=1).astype("float32")  # [places, 2, columns]
    starts = map(np.int64, layer.starts)
    parts = [graph.gather(table, number + start) for number, start in zip(numbers, starts, strict=True)]
    sums = graph.reduce("Sum", graph.concat(parts, 1), 1)
    squares, products = (graph.squeeze(graph.slice(sums, 1, place, place + 1), 1) for place in (0, 1))
    scores = products / graph.add("Sqrt", graph.add("Max", squares, np.float32(SMALLEST_NORM))) + array(layer.bias)
    if layer.count == 2:
        scores = graph.concat([scores * 0.0, scores], 1)
    return scores


@converts(Chords)
def chords(graph: Graph, layer: Chords, inputs: Value) -> Value:
    return convert(graph, layer.dense, inputs)
