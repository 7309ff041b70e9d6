"""The ONNX form of the fronts: from ids, letters and images to vectors."""

import numpy as np

from rnn_zoo.export.onnx.convert import convert, converts
from rnn_zoo.export.onnx.graph import Graph, Value
from rnn_zoo.export.onnx.layers.keras_layers import array
from rnn_zoo.export.onnx.layers.masks import clear_masked
from rnn_zoo.export.onnx.lookup import rows_of_keys
from rnn_zoo.layers import Characters, Frames, NGrams, OneHot, Tokens, Vectors
from rnn_zoo.layers.fronts.characters import _DIGIT, _LOWER, _UPPER_FIRST, _UPPER_LATER
from rnn_zoo.layers.fronts.ngram_index import _NO_KEY, NGramIndex


@converts(Tokens)
def tokens(graph: Graph, layer: Tokens, ids: Value) -> Value:
    return convert(graph, layer.embedding, ids).with_mask(ids != 0)


@converts(NGrams)
def ngrams(graph: Graph, layer: NGrams, ids: Value) -> Value:
    vectors = tokens(graph, layer, ids)
    mask = vectors.mask
    for rows, embedding in zip(convert(graph, layer.index, ids), layer.ngram_embeddings, strict=True):
        added = graph.where(graph.expand_dims(rows > 0, -1), convert(graph, embedding, rows), 0.0)
        vectors = vectors + added
    return vectors.with_mask(mask)


@converts(NGramIndex)
def ngram_index(graph: Graph, layer: NGramIndex, ids: Value) -> list[Value]:
    """Ids of the n-grams that end at each step; layers with the same tables share the look-up."""
    last = ids.cast("int64")
    prefix, rows = last, []
    for variable in layer.tables:
        table = array(variable)
        key = ("ngrams", prefix.name, table.tobytes())
        if key not in graph.root.constants:
            zero = graph.add("Expand", graph.constant([[0]], "int64"), graph.sizes(graph.size(last, 0), 1))
            before = graph.slice(graph.concat([zero, prefix], 1), 1, 0, -1)
            known = (before > 0) & (last > 0)
            keys = graph.where(known, before * layer.vocabulary_size + last, np.int64(0))
            graph.root.constants[key] = rows_of_keys(graph, keys, table[table != _NO_KEY])
        prefix = graph.root.constants[key]
        rows.append(prefix)
    return rows


@converts(OneHot)
def one_hot(graph: Graph, layer: OneHot, ids: Value) -> Value:
    """Padding is a row of zeros."""
    table = np.eye(layer.vocabulary_size, dtype="float32")
    table[0] = 0
    return graph.gather(table, ids).with_mask(ids != 0)


@converts(Vectors)
def vectors(graph: Graph, layer: Vectors, steps: Value) -> Value:
    if layer.mask_value is None:
        return steps
    known = (steps != np.float32(layer.mask_value)).cast("int32")
    mask = graph.reduce("Max", known, -1).cast(bool)
    if steps.mask is not None:
        mask = mask & steps.mask
    return clear_masked(graph, steps, mask).with_mask(mask)


@converts(Characters)
def characters(graph: Graph, layer: Characters, inputs: dict[str, Value]) -> Value:
    words, letters = inputs["words"], inputs["letters"]
    parts = [tokens(graph, layer.words, words), _letter_features(graph, layer, letters)]
    if layer.cases is not None:
        parts.append(convert(graph, layer.cases, _case(graph, layer, letters)))
    mask = words != 0
    return clear_masked(graph, graph.concat(parts, -1), mask).with_mask(mask)


def _letter_features(graph, layer, letters):
    length = graph.size(letters, 2)
    flat = graph.reshape(letters, -1, length)
    known = flat != 0
    steps = clear_masked(graph, convert(graph, layer.letters, flat), known)
    if layer.reader == "convolution":
        features = graph.reduce("Max", clear_masked(graph, convert(graph, layer.read, steps), known), 1)
    else:
        features = convert(graph, layer.read, steps, known)
    return graph.reshape(features, graph.size(letters, 0), graph.size(letters, 1), layer.letter_units)


def _case(graph, layer, letters):
    """Case ids, see `Characters`."""
    kinds = graph.gather(layer._kinds.astype("int32"), letters)
    first = graph.squeeze(graph.slice(kinds, 2, 0, 1), 2)
    case = graph.where(first == _UPPER_LATER, np.int32(_UPPER_FIRST), first)
    later = graph.slice(kinds, 2, 1)
    # A maximum over no letters is undefined: a word of one letter has none after its first.
    padded = graph.concat([graph.slice(kinds, 2, 0, 1) * 0, later], 2)
    for kind in (_UPPER_LATER, _LOWER, _DIGIT):
        has = graph.reduce("Max", (padded == kind).cast("int32"), 2)
        case = graph.add("BitwiseOr", case, has * kind)
    return case


@converts(Frames)
def frames(graph: Graph, layer: Frames, images: Value) -> Value:
    mask = images.mask
    if layer.mask_value is not None:
        known = graph.reduce("Max", (images != np.float32(layer.mask_value)).cast("int32"), 2, 3, 4).cast(bool)
        mask = known if mask is None else mask & known
    value = graph.reshape(images * np.float32(layer.scale), -1, *layer.shape)
    edges = layer.shape[:2]
    for convolution in layer.convolutions:
        value = convert(graph, convolution, value)
        if max(edges) > 1:
            pooled = graph.add(
                "MaxPool", graph.transpose(value, 0, 3, 1, 2), kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1
            )
            value = graph.transpose(pooled, 0, 2, 3, 1)
            edges = tuple(-(-edge // 2) for edge in edges)
    flat = graph.reshape(value, -1, int(layer.dense.kernel.shape[0]))
    steps = convert(graph, layer.dense, flat)
    steps = graph.reshape(steps, graph.size(images, 0), graph.size(images, 1), layer.dim)
    return clear_masked(graph, steps, mask).with_mask(mask)
