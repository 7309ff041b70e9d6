"""What each step of a sequence contributes to an answer: occlusion, and integrated gradients."""

import contextlib
import dataclasses

import keras
import numpy as np

from rnn_zoo.inspection.evidence_terms import evidence_terms, words_of_terms
from rnn_zoo.inspection.observed import EAGER_STEPS, general
from rnn_zoo.inspection.path_integral import path_integral
from rnn_zoo.layers import Front, NGramEvidence
from rnn_zoo.layers.decoder import Decoder
from rnn_zoo.layers.encoder import Encoder
from rnn_zoo.layers.tokens import UNKNOWN, Tokens

_ROWS = 64
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
        parts: <float>[time, ...], what each of the numbers that make a step contributes, or None; without n-grams they
            sum to `values`.
    """

    values: np.ndarray
    output: float
    baseline: float
    gap: float
    parts: np.ndarray | None = None


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
    if not reads_tokens(model):
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


def reads_tokens(model):
    """bool, whether `occlusion` can leave words out."""
    return _encoder(model) is None and isinstance(_front(model), Tokens)


def integrated_gradients(model, inputs, index=None, baseline=None, through=None):
    """What each step contributes to an answer, along the way from nothing to the whole sequence.

        c_t = (v_t - u_t) . integral over a in [0, 1] of dF(u + a (v - u))/dv_t

    v_t is what the front makes of step t, and u_t is 0; for a model without a front v is the sequence of numbers that
    it reads, and u the baseline. Of a network that reads one sequence and writes another the steps are those it reads.
    Where the model weighs in `NGramEvidence`, the scores of its n-grams go the same way, and each is shared out to its
    words. The contributions sum to F(v) - F(u), which is checked piece by piece of the way, see `path_integral`: they
    miss it by 1 % at most, unless 48 pieces were too few, which `gap` then says.

    Args:
        model: keras.Model with one front (`Tokens`, `NGrams`, `OneHot`, `Vectors`, ...), one for its source, or with
            none and one input of numbers.
        inputs: one sequence as the model takes it, [time, ...], or a dict of arrays.
        index: as of `occlusion`; of more numbers where an answer has more axes.
        baseline: <float>[time, ...], u; where it is given, v is what the model reads, whatever its front. Default:
            zeros.
        through: name or number of the input that holds v, where the model takes several of numbers.

    Returns:
        Contributions.

    Raises:
        ValueError: the model has several fronts, or none and not one input of numbers; or it gives no such number.

    Reference: Sundararajan et al. 2017, "Axiomatic attribution for deep networks".
    """
    import tensorflow as tf

    numeric = baseline is not None or _source_of_numbers(model)
    front = None if numeric else _front(model)
    one = keras.tree.map_structure(lambda array: keras.ops.convert_to_tensor(array)[None], inputs)
    answer = keras.ops.convert_to_numpy(model(one, training=False))[0]
    index = _checked_index(answer, index)
    evidence = [layer for layer in model._flatten_layers() if isinstance(layer, NGramEvidence)]
    numbers = None if front is not None else _numbers(one, through)
    read = keras.tree.flatten(one)[0] if _encoder(model) is not None else one  # the source is the first that it takes
    if front is not None and len(keras.tree.flatten(read)[0].shape) < len(
        keras.tree.flatten(front.make_input())[0].shape
    ):
        read = keras.tree.map_structure(lambda array: array[:, None], read)  # a model that reads one step
    vectors = tf.convert_to_tensor(front(read, training=False) if numbers is None else keras.tree.flatten(one)[numbers])
    ways = [vectors, *(evidence_terms(layer, one) for layer in evidence)]
    starts = [tf.zeros_like(way) for way in ways]
    if baseline is not None:
        starts[0] = tf.convert_to_tensor(np.asarray(baseline)[None], vectors.dtype)

    def along(shares):
        points = [
            start + tf.reshape(shares, (-1, *[1] * (len(way.shape) - 1))) * (way - start)
            for start, way in zip(starts, ways, strict=True)
        ]
        rows = keras.tree.map_structure(lambda array: tf.repeat(array, tf.shape(shares)[0], axis=0), one)
        with tf.GradientTape() as tape, general(model), _fed(front, evidence, points):
            tape.watch(points)
            if numbers is not None:
                flat = keras.tree.flatten(rows)
                flat[numbers] = points[0]
                rows = keras.tree.pack_sequence_as(rows, flat)
            outputs = model(rows, training=False)[(slice(None), *index)]
        gradients = tape.gradient(outputs, points, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        return outputs, gradients

    if vectors.shape[1] > EAGER_STEPS:
        along = tf.function(along, autograph=False, reduce_retracing=True)
    spans = [(way - start)[0].numpy() for way, start in zip(ways, starts, strict=True)]
    parts, nothing, gap = path_integral(along, spans, vectors.dtype, COMPLETE)
    values = parts[0].reshape(len(parts[0]), -1).sum(axis=1) + sum(words_of_terms(part) for part in parts[1:])
    return Contributions(values, float(answer[index]), nothing, gap, parts[0])


def _numbers(batch, through):
    """int, which of the flat inputs holds the numbers to go through; ValueError unless it is one."""
    flat = keras.tree.flatten(batch)
    if through is not None:
        return sorted(batch).index(through) if isinstance(batch, dict) else through
    found = [k for k, array in enumerate(flat) if "float" in keras.backend.standardize_dtype(array.dtype)]
    if len(found) != 1:
        raise ValueError(
            f"`model` must have a front, such as `Tokens`, or one input of numbers for steps to contribute by; it has "
            f"none and {len(found)} of these. Of several name one: `through`."
        )
    return found[0]


@contextlib.contextmanager
def _fed(front, evidence, arrays):
    """Within the block the front gives the first array, whatever it reads, and the evidence the sums of the others."""
    vectors, *terms = arrays

    def scores(layer, terms):
        total = keras.ops.sum(terms, axis=(1, 2)) + layer.bias
        return keras.ops.pad(total, [[0, 0], [1, 0]]) if layer.count == 2 else total

    try:
        if front is not None:
            front.call = lambda inputs, training=None: vectors
        for layer, part in zip(evidence, terms, strict=True):
            layer.call = lambda inputs, layer=layer, part=part: scores(layer, part)
        yield
    finally:
        for layer in (*[front] * (front is not None), *evidence):
            layer.__dict__.pop("call", None)


def _encoder(model):
    """The layer that reads the source of a network that writes, or None."""
    return next((layer for layer in model._flatten_layers() if isinstance(layer, Encoder)), None)


def _source_of_numbers(model):
    """bool, whether a network writes from a source that no front reads: a vector, or the cells of an image."""
    writes = any(isinstance(layer, Decoder) for layer in model._flatten_layers())
    return writes and len(model.inputs) > 1 and _encoder(model) is None


def _front(model):
    """The one front that is not part of another, of a source where there is one; None where there is none."""
    fronts = [layer for layer in (_encoder(model) or model)._flatten_layers() if isinstance(layer, Front)]
    inner = {id(part) for front in fronts for part in front._flatten_layers(include_self=False)}
    fronts = [front for front in fronts if id(front) not in inner]
    if len(fronts) > 1:
        kinds = ", ".join(type(layer).__name__ for layer in fronts)
        raise ValueError(f"`model` must have one front for steps to contribute by; it has {kinds}.")
    return fronts[0] if fronts else None


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
