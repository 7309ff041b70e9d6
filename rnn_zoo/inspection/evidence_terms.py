"""The n-grams behind an `NGramEvidence`, and the words behind the n-grams."""

import numpy as np
from keras import ops

from rnn_zoo.layers.ngram_evidence import SMALLEST_NORM


def evidence_terms(layer, ids):
    """What each n-gram adds to the scores: they are the sum of these and the bias.

    Args:
        layer: `NGramEvidence`.
        ids: <int>[batch, time].

    Returns:
        <float>[batch, time, orders, columns], of the n-grams that end at each step; one column for two classes.
    """
    ids = ops.cast(ids, "int32")
    numbers = [ids, *layer.index(ids)]
    places = ops.stack([number + start for number, start in zip(numbers, layer.starts, strict=True)], axis=-1)
    ratios = ops.take(layer.ratios, places, axis=0)
    norm = ops.sqrt(ops.maximum(ops.sum(ratios**2, axis=(1, 2), keepdims=True), SMALLEST_NORM))
    return ratios * ops.take(layer.kernel, places, axis=0) / norm


def words_of_terms(terms):
    """<float>[time, orders, columns], what n-grams contribute -> <float>[time], each shared out to its words alike."""
    by_order = terms.sum(axis=-1)
    words = np.zeros(len(by_order))
    for order in range(by_order.shape[1]):
        share = by_order[:, order] / (order + 1)
        for back in range(order + 1):
            words[: len(words) - back] += share[back:]
    return words
