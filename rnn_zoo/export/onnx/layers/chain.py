"""The ONNX form of tags: a conditional random field, its marginals and its best sequence."""

from typing import NamedTuple

import keras
import numpy as np

from rnn_zoo.export.onnx.convert import carried, convert, converts
from rnn_zoo.export.onnx.graph import Graph, Value
from rnn_zoo.layers import Tags
from rnn_zoo.layers.crf import linear_chain


@converts(Tags)
def tags(graph: Graph, layer: Tags, inputs: Value, mask: Value | None = None) -> Value:
    mask = carried(inputs, mask)
    scores = convert(graph, layer.dense, inputs)
    if layer.crf:
        return _conditionals(graph, _potentials(graph, layer.sequence, scores, mask)).with_mask(mask)
    return graph.add("Softmax", scores, axis=-1).with_mask(mask)


class Reading(NamedTuple):
    """What a chain says of a batch, see `rnn_zoo.layers.crf.marginals.ChainPrediction`.

    Args:
        tags: <int64>[batch, time], the most probable sequence; 0 at masked steps.
        scores: <float>[batch, time], the marginal probability of each of these tags; 0 at masked steps.
        log_probabilities: <float>[batch, time], of each of these tags given the one before.
        conditionals: <float>[batch, time, count, count], log p(tag | the tag before).
    """

    tags: Value
    scores: Value
    log_probabilities: Value
    conditionals: Value


def read_tags(graph: Graph, layer: Tags, features: Value, mask: Value) -> Reading:
    """The most probable tags and their probabilities, see `Tags.predict`.

    Args:
        graph: the graph.
        layer: the head.
        features: its inputs.
        mask: <bool>[batch, time].
    """
    count = layer.count
    psi = _potentials(graph, layer.sequence, convert(graph, layer.dense, features), mask)
    chain = _conditionals(graph, psi)
    best = viterbi(graph, psi, count)
    marginals = _forward_products(graph, graph.add("Exp", chain), count)
    scores = graph.squeeze(graph.add("GatherElements", marginals, graph.expand_dims(best, -1), axis=-1), -1)
    zero = graph.add("Expand", graph.constant([[0]], "int64"), graph.sizes(graph.size(best, 0), 1))
    before = graph.concat([zero, graph.slice(best, 1, 0, -1)], 1)
    given = rows_of(graph, chain, before)
    chosen = graph.squeeze(graph.add("GatherElements", given, graph.expand_dims(best, -1), axis=-1), -1)
    tags = graph.where(mask, best, np.int64(0))
    return Reading(tags, graph.where(mask, scores, 0.0), chosen, chain)


def rows_of(graph: Graph, chain: Value, before: Value) -> Value:
    """<float>[batch, time, count], the row of the tag before at each step."""
    return graph.add("GatherND", chain, graph.expand_dims(before, -1), batch_dims=2)


def _potentials(graph, crf, scores, mask):
    """See `linear_chain.potentials`."""
    count = crf.count
    transitions, start, end = (np.asarray(keras.ops.convert_to_numpy(one)) for one in crf._masked_weights())
    emissions = graph.expand_dims(scores, 2)
    first = graph.slice(emissions, 1, 0, 1) + np.broadcast_to(start, (count, count))
    psi = graph.concat([first, graph.slice(emissions, 1, 1) + transitions], 1)
    number = mask.cast("int32")
    following = graph.slice(graph.add("Pad", number, np.array([0, 0, 0, 1])), 1, 1)
    last = graph.expand_dims(mask & (following == 0), -1, -2)
    psi = psi + graph.where(last, graph.constant(end.astype("float32")), 0.0)
    identity = ((1 - np.eye(count)) * linear_chain.NEVER).astype("float32")
    return graph.where(graph.expand_dims(mask, -1, -2), psi, identity)


def _conditionals(graph, psi):
    messages = _backwards(
        graph, psi, lambda body, scores: body.add("ReduceLogSumExp", scores, np.array([-1]), keepdims=0)
    )
    return graph.add("LogSoftmax", psi + graph.expand_dims(messages, 2), axis=-1)


def viterbi(graph: Graph, psi: Value, count: int) -> Value:
    """<int64>[batch, time], the sequence with the greatest weight, see `linear_chain.viterbi`."""
    best = _backwards(graph, psi, lambda body, scores: body.reduce("Max", scores, -1))
    following = graph.add("ArgMax", psi + graph.expand_dims(best, 2), dtype="int64", axis=-1, keepdims=0)
    body = Graph(graph)
    before = body.input("before", "int64", (None, 1))
    choices = body.input("choices", "int64", (None, count))
    after = body.add("GatherElements", choices, before, axis=1)
    body.output(after, "tag", (None, 1))
    body.output(after, "step", (None, 1))
    start = graph.add("Expand", graph.constant([[0]], "int64"), graph.sizes(graph.size(psi, 0), 1))
    _, path = graph.add(
        "Scan",
        start,
        following,
        count=2,
        dtype="int64",
        body=body.body("path"),
        num_scan_inputs=1,
        scan_input_axes=[1],
        scan_output_axes=[1],
    )
    return graph.squeeze(path, -1)


def _backwards(graph, psi, reduce):
    """Messages from the later steps, <float>[batch, time, count]: beta_t at index t, 0 after the last step."""
    body = Graph(graph)
    message = body.input("message", "float32", (None, None))
    scores = body.input("scores", "float32", (None, None, None))
    body.output(reduce(body, scores + body.expand_dims(message, 1)), "before", (None, None))
    body.output(message, "step", (None, None))
    zeros = graph.reduce("Sum", graph.squeeze(graph.slice(psi, 1, 0, 1), 1) * 0.0, 1)
    _, messages = graph.add(
        "Scan",
        zeros,
        psi,
        count=2,
        body=body.body("backwards"),
        num_scan_inputs=1,
        scan_input_axes=[1],
        scan_output_axes=[1],
        scan_input_directions=[1],
        scan_output_directions=[1],
    )
    return messages


def _forward_products(graph, matrices, count):
    """p_t = p_(t-1) M_t from (1, 0, ...), see `linear_chain`."""
    body = Graph(graph)
    before = body.input("before", "float32", (None, None))
    matrix = body.input("matrix", "float32", (None, None, None))
    after = body.squeeze(body.expand_dims(before, 1) @ matrix, 1)
    body.output(after, "after", (None, None))
    body.output(after, "step", (None, None))
    one = np.eye(1, count, dtype="float32")
    start = graph.add("Expand", graph.constant(one), graph.sizes(graph.size(matrices, 0), count))
    _, products = graph.add(
        "Scan",
        start,
        matrices,
        count=2,
        body=body.body("products"),
        num_scan_inputs=1,
        scan_input_axes=[1],
        scan_output_axes=[1],
    )
    return products
