"""The ONNX form of encoders and decoders: the source at once, the decoder from given states."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from rnn_zoo.export.onnx.convert import convert, converts
from rnn_zoo.export.onnx.graph import Graph, Value
from rnn_zoo.export.onnx.layers.masks import last_step
from rnn_zoo.layers import Decoder, Encoder, MemoryAttention
from rnn_zoo.layers.seq2seq.bridge import Bridge


@converts(Encoder)
def encoder(graph: Graph, layer: Encoder, inputs: Any) -> dict[str, Any]:
    vectors = convert(graph, layer.front, inputs)
    mask = vectors.mask
    if mask is None:
        mask = graph.add(
            "Expand", graph.constant([[True]]), graph.sizes(graph.size(vectors, 0), graph.size(vectors, 1))
        )
    memory, states = convert(graph, layer.recurrence, vectors, mask)
    return {"memory": memory, "mask": mask, "states": states}


@converts(Bridge)
def bridge(graph: Graph, layer: Bridge, source: Any) -> dict[str, Value]:
    if not layer.maps:
        return {name: source[name] for name in layer.targets}
    if not isinstance(source, Mapping):
        return {name: convert(graph, dense, source) for name, dense in layer.maps.items()}
    return {
        name: convert(graph, dense, graph.concat([source[part] for part in layer._source_names(name, source)], -1))
        for name, dense in layer.maps.items()
    }


@converts(MemoryAttention)
def memory_attention(
    graph: Graph, layer: MemoryAttention, inputs: Value, memory: Value, mask: Value | None = None
) -> tuple[Value, Value]:
    query = convert(graph, layer.query, inputs)
    if layer.kind == "additive":
        keys = graph.expand_dims(convert(graph, layer.key, memory), 1)
        hidden = graph.add("Tanh", graph.expand_dims(query, 2) + keys)
        scores = graph.squeeze(convert(graph, layer.score, hidden), -1)
    else:
        scores = query @ graph.transpose(memory, 0, 2, 1)
    known = None if mask is None else graph.expand_dims(mask, 1)
    if known is not None:
        scores = graph.where(known, scores, np.float32(-1e9))
    weights = graph.add("Softmax", scores, axis=-1)
    if known is not None:
        weights = graph.where(known, weights, 0.0)
    context = weights @ memory
    return convert(graph, layer.mix, graph.concat([context, inputs], -1)), weights


@converts(Decoder)
def decoder(graph: Graph, layer: Decoder, previous: Value, source: Any = None) -> Value:
    """All steps at once, as in training."""
    features, _, _ = _run(graph, layer, previous, initial_state(graph, layer, source))
    return _predicted(graph, layer, features)


def initial_state(graph: Graph, layer: Decoder, source: Any) -> dict[str, Any]:
    """The state before the first step, see `Decoder.initial_state`.

    Args:
        graph: the graph.
        layer: the decoder.
        source: what the encoder returned, a vector or vectors <float>[batch, steps, width]; None for none.
    """
    if source is None:
        return {"states": {}}
    if isinstance(source, Mapping):
        state = {"states": convert(graph, layer.bridge, source["states"])}
        return {**state, "memory": source["memory"], "mask": source["mask"]} if layer.attention else state
    if not layer.attention:
        return {"states": convert(graph, layer.bridge, source)}
    batch, steps = graph.size(source, 0), graph.size(source, 1)
    mask = graph.add("Expand", graph.constant([[True]]), graph.sizes(batch, steps))
    states = convert(graph, layer.bridge, graph.reduce("Mean", source, 1))
    return {"states": states, "memory": source, "mask": mask}


def next_step(graph: Graph, layer: Decoder, previous: Value, state: dict[str, Any]) -> tuple[Value, dict[str, Value]]:
    """(<float>[batch, count] scores of the step after the last valid one, the new states), see `predict_next`."""
    features, mask, states = _run(graph, layer, previous, state)
    last = last_step(graph, features, mask, 0)
    scores = _predicted(graph, layer, graph.expand_dims(last, 1))
    return graph.squeeze(scores, 1), states


def _run(graph, layer, previous, state):
    """(inputs of the head, mask of the steps, last states)."""
    vectors = convert(graph, layer.front, previous)
    outputs, states = convert(graph, layer.recurrence, vectors, vectors.mask, state["states"])
    if layer.attention:
        outputs, _ = memory_attention(graph, layer.look, outputs, state["memory"], state["mask"])
    return outputs, vectors.mask, states


def _predicted(graph, layer, features):
    if not getattr(layer.head, "tied", False):
        return convert(graph, layer.head, features)
    ids = graph.constant(np.arange(layer.front.vocabulary_size, dtype="int32"))
    return convert(graph, layer.head, features, embeddings=convert(graph, layer.front.embedding, ids))
