"""Contributions of the steps of a sequence to a prediction: occlusion and integrated gradients."""

import contextlib
import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np

from rnn_zoo.inspection.contributions.evidence_terms import evidence_terms, words_of_terms
from rnn_zoo.inspection.contributions.path_integral import path_integral
from rnn_zoo.inspection.observed import EAGER_STEPS, general
from rnn_zoo.layers import Front, NGramEvidence
from rnn_zoo.layers.fronts.tokens import UNKNOWN, Tokens
from rnn_zoo.layers.seq2seq.decoder import Decoder
from rnn_zoo.layers.seq2seq.encoder import Encoder
from rnn_zoo.types import Model, Tensor

_ROWS = 64
# Contributions are complete if their sum differs from the change of the output by less than this fraction of it.
COMPLETE = 0.01


@dataclasses.dataclass(frozen=True)
class Contributions:
    """Contribution of each step to one output.

    Attributes:
        values: <float>[time], in units of the output; 0 at padding.
        output: the explained output, F(x).
        baseline: F at the baseline; for occlusion `output` minus the sum of `values`.
        gap: difference between the sum of `values` and output - baseline, as a fraction of the latter; 0 for occlusion.
        parts: <float>[time, ...], contribution of each feature of a step, or None; without n-grams they sum to
            `values`.
    """

    values: np.ndarray
    output: float
    baseline: float
    gap: float
    parts: np.ndarray | None = None


def occlusion(
    model: Model, ids: Sequence[int] | np.ndarray, index: int | tuple[int, ...] | None = None
) -> Contributions:
    """Decrease of an output when one word at a time is replaced by [UNK].

        c_t = F(x) - F(x with [UNK] in place of x_t)

    Args:
        model: keras.Model with the front `Tokens` or `NGrams`, which reads token ids <int>[batch, time].
        ids: <int>[time], one text.
        index: the output F: int, or a tuple (step, output) for a model with outputs at every step. Default None: the
            largest output.

    Raises:
        ValueError: the model reads no tokens, or has no such output.
    """
    ids = np.asarray(ids, "int32")
    if not reads_tokens(model):
        raise ValueError("`model` must have the front `Tokens` or `NGrams`, whose words occlusion replaces.")
    rows = np.concatenate([ids[None], np.repeat(ids[None], len(ids), axis=0)])
    rows[np.arange(1, len(rows)), np.arange(len(ids))] = UNKNOWN
    rows[1:] = np.where(ids[None] == 0, 0, rows[1:])
    parts = [keras.ops.convert_to_numpy(model(rows[k : k + _ROWS], training=False)) for k in range(0, len(rows), _ROWS)]
    answers = np.concatenate(parts)
    place: Any = _checked_index(answers[0], index)
    numbers = answers[(slice(None), *place)]
    values = numbers[0] - numbers[1:]
    return Contributions(values, float(numbers[0]), float(numbers[0] - values.sum()), 0.0)


def reads_tokens(model: Model) -> bool:
    """Whether `occlusion` supports the model."""
    return _encoder(model) is None and isinstance(_front(model), Tokens)


def integrated_gradients(
    model: Model,
    inputs: Any,
    index: int | tuple[int, ...] | None = None,
    baseline: np.ndarray | None = None,
    through: str | int | None = None,
) -> Contributions:
    """Contribution of each step to an output, along the straight path from a baseline to the sequence.

        c_t = (v_t - u_t) . integral over a in [0, 1] of dF(u + a (v - u))/dv_t

    v_t is the front's vector of step t, and u_t is 0; for a model without a front, v is the input sequence of numbers,
    and u the baseline. For an encoder-decoder the steps are those of the source. In a model with `NGramEvidence`, the
    scores of the n-grams follow the same path, and each is distributed equally to its words. The contributions sum to
    F(v) - F(u), which is checked on each segment of the path, see `path_integral`: the difference is at most 1 %,
    unless 48 segments are too few; `gap` is the difference.

    Args:
        model: keras.Model with one front (`Tokens`, `NGrams`, `OneHot`, `Vectors`, ...), with one for its source, or
            without a front and with one numeric input.
        inputs: one sequence without the batch, [time, ...], or a dict of arrays.
        index: the output F, see `occlusion`; a longer tuple for outputs with more axes.
        baseline: <float>[time, ...], u; if given, v is the input itself, whatever the front. Default None: zeros.
        through: name or number of the input v, for a model with several numeric inputs.

    Raises:
        ValueError: the model has several fronts, or none and not exactly one numeric input; or no such output.

    Reference: Sundararajan et al. 2017, "Axiomatic attribution for deep networks".
    """
    import tensorflow as tf

    numeric = baseline is not None or _source_of_numbers(model)
    front: Any = None if numeric else _front(model)
    one = keras.tree.map_structure(lambda array: keras.ops.convert_to_tensor(array)[None], inputs)
    answer = keras.ops.convert_to_numpy(model(one, training=False))[0]
    index = _checked_index(answer, index)
    evidence = [layer for layer in model._flatten_layers() if isinstance(layer, NGramEvidence)]
    numbers = None if front is not None else _numbers(one, through)
    source = keras.tree.flatten(one)[0] if _encoder(model) is not None else one  # the first input is the source
    if front is not None and len(keras.tree.flatten(source)[0].shape) < len(
        keras.tree.flatten(front.make_input())[0].shape
    ):
        source = keras.tree.map_structure(lambda array: array[:, None], source)  # a model of single steps
    features = front(source, training=False) if numbers is None else keras.tree.flatten(one)[numbers]
    vectors = tf.convert_to_tensor(features)
    ends = [vectors, *(evidence_terms(layer, one) for layer in evidence)]
    starts = [tf.zeros_like(end) for end in ends]
    if baseline is not None:
        starts[0] = tf.convert_to_tensor(np.asarray(baseline)[None], vectors.dtype)

    def along(fractions: Tensor) -> tuple[Tensor, list[Tensor]]:
        points = [
            start + tf.reshape(fractions, (-1, *[1] * (len(end.shape) - 1))) * (end - start)
            for start, end in zip(starts, ends, strict=True)
        ]
        rows = keras.tree.map_structure(lambda array: tf.repeat(array, tf.shape(fractions)[0], axis=0), one)
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
    spans = [(end - start)[0].numpy() for end, start in zip(ends, starts, strict=True)]
    parts, at_baseline, gap = path_integral(along, spans, vectors.dtype, COMPLETE)
    values = parts[0].reshape(len(parts[0]), -1).sum(axis=1) + sum(words_of_terms(part) for part in parts[1:])
    return Contributions(values, float(answer[index]), at_baseline, gap, parts[0])


def _numbers(batch: Any, through: str | int | None) -> Any:
    """The number of the flat input that is v; ValueError unless there is exactly one numeric input."""
    flat = keras.tree.flatten(batch)
    if through is not None:
        return sorted(batch).index(through) if isinstance(batch, dict) else through
    found = [k for k, array in enumerate(flat) if "float" in keras.backend.standardize_dtype(array.dtype)]
    if len(found) != 1:
        raise ValueError(
            f"`model` must have a front, such as `Tokens`, or one numeric input; it has no front and {len(found)} "
            "numeric inputs. If it has several, select one by `through`."
        )
    return found[0]


@contextlib.contextmanager
def _fed(front: Any, evidence: list[Any], arrays: list[Tensor]) -> Iterator[None]:
    """Within the block the front returns the first array, and the evidence layers the sums of the others."""
    vectors, *terms = arrays

    def scores(layer: Any, terms: Tensor) -> Tensor:
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


def _encoder(model: Model) -> Any:
    """The encoder of an encoder-decoder, or None."""
    return next((layer for layer in model._flatten_layers() if isinstance(layer, Encoder)), None)


def _source_of_numbers(model: Model) -> bool:
    """Whether the source of a decoder has no front: a vector, or the cells of an image."""
    decodes = any(isinstance(layer, Decoder) for layer in model._flatten_layers())
    return decodes and len(model.inputs) > 1 and _encoder(model) is None


def _front(model: Model) -> Any:
    """The front that is not part of another, of the encoder if there is one; None without a front."""
    fronts = [layer for layer in (_encoder(model) or model)._flatten_layers() if isinstance(layer, Front)]
    inner = {id(part) for front in fronts for part in front._flatten_layers(include_self=False)}
    fronts = [front for front in fronts if id(front) not in inner]
    if len(fronts) > 1:
        kinds = ", ".join(type(layer).__name__ for layer in fronts)
        raise ValueError(f"`model` must have one front; it has {kinds}.")
    return fronts[0] if fronts else None


def _checked_index(answer: np.ndarray, index: int | tuple[int, ...] | None) -> tuple[int, ...]:
    """The index as a tuple; ValueError if the prediction, <float>[...], has no such output."""
    if index is None:
        if answer.ndim > 1:
            raise ValueError(
                f"`index` must be given as (step, output): the model has outputs at every step, of the shape "
                f"{answer.shape}."
            )
        return (int(answer.argmax()),)
    index = index if isinstance(index, tuple) else (index,)
    if len(index) != answer.ndim or any(not 0 <= i < size for i, size in zip(index, answer.shape, strict=False)):
        raise ValueError(f"`index` must be a position in an output of the shape {answer.shape}, got {index}.")
    return tuple(int(i) for i in index)
