"""What each step of a sequence contributes to an answer: occlusion, and integrated gradients."""

import contextlib
import dataclasses

import keras
import numpy as np

from rnn_zoo.inspection.evidence_terms import evidence_terms, words_of_terms
from rnn_zoo.inspection.observed import EAGER_STEPS, general
from rnn_zoo.layers import Front, NGramEvidence
from rnn_zoo.layers.tokens import UNKNOWN, Tokens

_ROWS = 64
_POINTS = (16, 32, 64, 128, 256)
# Contributions are complete where they miss the change of the output by less than this share of it.
COMPLETE = 0.01


@dataclasses.dataclass(frozen=True)
class Contributions:
    """What each step contributes to one number of an answer.

    Attributes:
        values: <float>[time], in units of the output; 0 at padding.
        output: float, the number explained, F(x).
        baseline: float, F without what the steps contribute; for occlusion equal to `output` less their sum.
        gap: float, how far the sum of `values` misses output - baseline, as a share of it; 0 for occlusion.
    """

    values: np.ndarray
    output: float
    baseline: float
    gap: float


def occlusion(model, ids, index=None):
    """How much an answer loses where one word after the other becomes unknown.

        c_t = F(x) - F(x with [UNK] in place of x_t)

    Args:
        model: keras.Model that reads token ids <int>[batch, time] by `Tokens` or `NGrams`.
        ids: <int>[time], one text.
        index: which number of the answer F is: int, or a tuple (step, number) where the model answers at every step; by
            default the largest.

    Returns:
        Contributions.

    Raises:
        ValueError: the model reads no tokens, or gives no such number.
    """
    ids = np.asarray(ids, "int32")
    if not isinstance(_front(model), Tokens):
        raise ValueError("`model` must read token ids by `Tokens` or `NGrams` for words to be left out.")
    rows = np.concatenate([ids[None], np.repeat(ids[None], len(ids), axis=0)])
    rows[np.arange(1, len(rows)), np.arange(len(ids))] = UNKNOWN
    rows[1:] = np.where(ids[None] == 0, 0, rows[1:])
    parts = [keras.ops.convert_to_numpy(model(rows[k : k + _ROWS], training=False)) for k in range(0, len(rows), _ROWS)]
    answers = np.concatenate(parts)
    index = _checked_index(answers[0], index)
    numbers = answers[(slice(None), *index)]
    values = numbers[0] - numbers[1:]
    return Contributions(values, float(numbers[0]), float(numbers[0] - values.sum()), 0.0)


def integrated_gradients(model, inputs, index=None):
    """What each step contributes to an answer, along the way from nothing to the whole sequence.

        c_t = v_t . integral over a in [0, 1] of dF(a v)/dv_t

    v_t is what the front makes of step t. Where the model weighs in `NGramEvidence`, the scores of its n-grams go the
    same way, and each is shared out to its words. The contributions sum to F(x) - F(0), which is checked: points of
    Gauss-Legendre are added until they miss it by 1 % at most, or there are 256.

    Args:
        model: keras.Model with one front (`Tokens`, `NGrams`, `OneHot`, `Vectors`, ...).
        inputs: one sequence as the model takes it, [time, ...].
        index: as of `occlusion`.

    Returns:
        Contributions.

    Raises:
        ValueError: the model has no front or several, or gives no such number.

    Reference: Sundararajan et al. 2017, "Axiomatic attribution for deep networks".
    """
    import tensorflow as tf

    front = _front(model)
    one = keras.ops.convert_to_tensor(inputs)[None]
    answer = keras.ops.convert_to_numpy(model(one, training=False))[0]
    index = _checked_index(answer, index)
    evidence = [layer for layer in model._flatten_layers() if isinstance(layer, NGramEvidence)]
    vectors = tf.convert_to_tensor(front(one, training=False))
    terms = [evidence_terms(layer, one) for layer in evidence]

    def along(shares):
        scaled = [tf.reshape(shares, (-1, *[1] * (len(array.shape) - 1))) * array for array in (vectors, *terms)]
        rows = tf.repeat(one, tf.shape(shares)[0], axis=0)
        with tf.GradientTape() as tape, general(model), _fed(front, evidence, scaled):
            tape.watch(scaled)
            outputs = model(rows, training=False)[(slice(None), *index)]
        gradients = tape.gradient(outputs, scaled, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        return outputs, gradients

    if one.shape[1] > EAGER_STEPS:
        along = tf.function(along, autograph=False, reduce_retracing=True)
    baseline = float(along(tf.zeros((1,), vectors.dtype))[0][0])
    change = float(answer[index]) - baseline
    for points in _POINTS:
        means = _mean_gradients(along, points, vectors.dtype)
        parts = [mean * array[0].numpy() for mean, array in zip(means, (vectors, *terms), strict=True)]
        values = parts[0].sum(axis=-1) + sum(words_of_terms(part) for part in parts[1:])
        gap = abs(values.sum() - change) / max(abs(change), 1e-6)
        if gap <= COMPLETE:
            break
    return Contributions(values, float(answer[index]), baseline, float(gap))


def _mean_gradients(along, points, dtype):
    """The integrals over a in [0, 1] of the gradients, each as NumPy without the batch."""
    places, weights = np.polynomial.legendre.leggauss(points)
    places, weights = (places + 1) / 2, weights / 2
    totals = 0
    for start in range(0, points, _ROWS):
        part = slice(start, start + _ROWS)
        _, gradients = along(keras.ops.convert_to_tensor(places[part], dtype))
        sums = [np.tensordot(weights[part], gradient.numpy(), axes=1) for gradient in gradients]
        totals = sums if start == 0 else [total + more for total, more in zip(totals, sums, strict=True)]
    return totals


@contextlib.contextmanager
def _fed(front, evidence, arrays):
    """Within the block the front gives the first array, whatever it reads, and the evidence the sums of the others."""
    vectors, *terms = arrays

    def scores(layer, terms):
        total = keras.ops.sum(terms, axis=(1, 2)) + layer.bias
        return keras.ops.pad(total, [[0, 0], [1, 0]]) if layer.count == 2 else total

    try:
        front.call = lambda inputs, training=None: vectors
        for layer, part in zip(evidence, terms, strict=True):
            layer.call = lambda inputs, layer=layer, part=part: scores(layer, part)
        yield
    finally:
        for layer in (front, *evidence):
            layer.__dict__.pop("call", None)


def _front(model):
    fronts = [layer for layer in model._flatten_layers() if isinstance(layer, Front)]
    if len(fronts) != 1:
        kinds = ", ".join(type(layer).__name__ for layer in fronts) or "none"
        raise ValueError(f"`model` must have one front, such as `Tokens`, for steps to contribute by; it has {kinds}.")
    return fronts[0]


def _checked_index(answer, index):
    """The index as a tuple; ValueError where the answer, <float>[...], has no such number."""
    if index is None:
        if answer.ndim > 1:
            raise ValueError(
                f"`index` must be given as (step, number): the model answers at every step, with the shape "
                f"{answer.shape}."
            )
        return (int(answer.argmax()),)
    index = index if isinstance(index, tuple) else (index,)
    if len(index) != answer.ndim or any(not 0 <= i < size for i, size in zip(index, answer.shape, strict=False)):
        raise ValueError(f"`index` must be a place in an answer of the shape {answer.shape}, got {index}.")
    return tuple(int(i) for i in index)
