"""Fast prediction with a linear chain, from its factors instead of its potentials."""

from typing import NamedTuple

from keras import ops

from rnn_zoo.layers.scan import scan
from rnn_zoo.types import Tensor


class ChainPrediction(NamedTuple):
    """Prediction of a chain with psi_t(i, j) = transitions(i, j) + u_t(j) for a batch.

    Attributes:
        tags: <int32>[batch, time], the most probable sequence; masked steps repeat the last valid tag.
        marginals: <float>[batch, time, count], p(y_t = j | x).
        scores: <float>[batch, time, count], u_t(j): score of a tag plus the backward message of the later steps.
        log_normalizers: <float>[batch, time, count], n_t(i), so that log p(y_t = j | y_(t-1) = i, x) is
            transitions(i, j) + u_t(j) - n_t(i); at the first step u_0(j) - n_0.
        transitions: <float>[count, count].
    """

    tags: Tensor
    marginals: Tensor
    scores: Tensor
    log_normalizers: Tensor
    transitions: Tensor

    def log_probabilities(self) -> Tensor:
        """log p(y_t | y_(t-1), x) of `tags`: <float>[batch, time]; masked steps are arbitrary."""
        tags = self.tags[..., None]
        steps = ops.take_along_axis(self.transition_log_probabilities(), tags[:, 1:], axis=-1)
        first = ops.take_along_axis(self.scores[:, :1], tags[:, :1], axis=-1) - self.log_normalizers[:, :1, :1]
        return ops.concatenate([first, steps], axis=1)[..., 0]

    def transition_log_probabilities(self) -> Tensor:
        """log p(y_t = j | y_(t-1), x) given the previous tag of `tags`, from the second step on.

        Returns:
            <float>[batch, time - 1, count].
        """
        before = self.tags[:, :-1]
        normalizers = ops.take_along_axis(self.log_normalizers[:, 1:], before[..., None], axis=-1)
        return ops.take(self.transitions, before, axis=0) + self.scores[:, 1:] - normalizers


def predict_chain(
    emissions: Tensor, transitions: Tensor, start: Tensor, end: Tensor, mask: Tensor | None = None
) -> ChainPrediction:
    """The most probable sequence and the probabilities of all tags.

        n_t(i) = log sum_j exp(A(i, j) + u_t(j)),  u_(t-1)(i) = x_(t-1)(i) + n_t(i) - max n_t

    Each step computes its own potentials, which stay in the processor's cache; all at once they are count^2 numbers a
    step, slower to move than to compute. For prediction only: train with `linear_chain.conditionals`.

    Args:
        emissions, transitions, start, end, mask: as of `linear_chain.potentials`.
    Returns:
        ChainPrediction.
    Reference: Rabiner 1989, "A tutorial on hidden Markov models", section V.A (scaling).
    """
    count = emissions.shape[-1]
    valid = ops.ones(ops.shape(emissions)[:2], "bool") if mask is None else ops.cast(mask, "bool")
    following = ops.pad(ops.cast(valid[:, 1:], "int32"), [[0, 0], [0, 1]])
    emissions = emissions + ops.where(ops.logical_and(valid, following == 0)[..., None], end, 0)
    emissions = ops.concatenate([emissions[:, :1] + start, emissions[:, 1:]], axis=1)

    zeros = ops.zeros_like(emissions[:, 0])
    no_tags = ops.cast(zeros, "int32")
    like = (zeros, zeros, zeros, no_tags)
    state = (transitions, zeros, zeros)
    _, (scores, normalizers, best, next_tags) = scan(
        _backward_step, state, (emissions, valid[..., None]), like, reverse=True
    )

    probabilities = ops.softmax(scores[:, 0], axis=-1)
    tags = ops.cast(ops.argmax(best[:, 0], axis=-1, keepdims=True), "int32")
    # The first step has no previous tag: it keeps the initial state.
    later = ops.pad(valid[:, 1:], [[0, 0], [1, 0]], constant_values=False)[..., None]
    state = (transitions, probabilities, tags)
    _, (probabilities, tags) = scan(
        _forward_step, state, (scores, normalizers, next_tags, later), (probabilities, tags)
    )
    first = ops.logsumexp(scores[:, :1], axis=-1, keepdims=True)
    return ChainPrediction(
        tags=tags[..., 0],
        marginals=probabilities,
        scores=scores,
        log_normalizers=ops.concatenate([ops.repeat(first, count, axis=-1), normalizers[:, 1:]], axis=1),
        transitions=transitions,
    )


# Functions of the module: JAX compiles a loop once for each step function object.
def _backward_step(state, step):
    transitions, message, best = state
    emission, is_valid = step
    score, best_score = emission + message, emission + best
    normalizer = ops.logsumexp(transitions + _tile_rows(score), axis=-1)
    weights = transitions + _tile_rows(best_score)
    greatest = ops.max(weights, axis=-1)
    message = ops.where(is_valid, normalizer - ops.max(normalizer, axis=-1, keepdims=True), message)
    best = ops.where(is_valid, greatest - ops.max(greatest, axis=-1, keepdims=True), best)
    return (transitions, message, best), (
        score,
        normalizer,
        best_score,
        ops.cast(ops.argmax(weights, axis=-1), "int32"),
    )


def _forward_step(state, step):
    transitions, probabilities, tags = state
    score, normalizer, next_tags, is_valid = step
    conditional = ops.exp(transitions + _tile_rows(score) - normalizer[:, :, None])
    marginal = ops.sum(probabilities[:, :, None] * conditional, axis=1)
    probabilities = ops.where(is_valid, marginal, probabilities)
    chosen = tags == ops.arange(next_tags.shape[-1], dtype="int32")
    tags = ops.where(is_valid, ops.sum(ops.where(chosen, next_tags, 0), axis=-1, keepdims=True), tags)
    return (transitions, probabilities, tags), (probabilities, tags)


def _tile_rows(values):
    """<float>[batch, count] -> <float>[batch, count, count], the same row for each previous tag.

    Copies: on a CPU, copying and adding takes less time than adding with a broadcast middle axis.
    """
    count = values.shape[-1]
    return ops.reshape(ops.concatenate([values] * count, axis=-1), (-1, count, count))
