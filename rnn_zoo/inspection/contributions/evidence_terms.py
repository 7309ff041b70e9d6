"""Contributions of the n-grams of an `NGramEvidence`, and of their words."""

from typing import Any

import numpy as np
from keras import ops

from rnn_zoo.layers.heads.ngram_evidence import SMALLEST_NORM
from rnn_zoo.types import Tensor


def evidence_terms(layer: Any, ids: Tensor) -> Tensor:
    """The term of each n-gram in the scores, which are the sum of all terms and the bias.

    Args:
        layer: `NGramEvidence`.
        ids: <int>[batch, time].

    Returns:
        <float>[batch, time, orders, columns], for the n-grams that end at each step; one column for two classes.
    """
    ids = ops.cast(ids, "int32")
    numbers = [ids, *layer.index(ids)]
    places = ops.stack([number + start for number, start in zip(numbers, layer.starts, strict=True)], axis=-1)
    ratios = ops.take(layer.ratios, places, axis=0)
    norm = ops.sqrt(ops.maximum(ops.sum(ratios**2, axis=(1, 2), keepdims=True), SMALLEST_NORM))
    return ratios * ops.take(layer.kernel, places, axis=0) / norm


def words_of_terms(terms: np.ndarray) -> np.ndarray:
    """Distributes contributions of n-grams, <float>[time, orders, columns], equally to their words, <float>[time]."""
    by_order = terms.sum(axis=-1)
    words = np.zeros(len(by_order))
    for order in range(by_order.shape[1]):
        share = by_order[:, order] / (order + 1)
        for back in range(order + 1):
            words[: len(words) - back] += share[back:]
    return words
