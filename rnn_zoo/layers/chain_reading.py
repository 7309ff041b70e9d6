"""What a linear chain says, read from its factors: the same as from its potentials, in a fraction of the time."""

from typing import NamedTuple

from keras import ops

from rnn_zoo.layers.time_scan import scan


class Reading(NamedTuple):
    """What a chain with psi_t(i, j) = transitions(i, j) + u_t(j) says of a batch.

    Attributes:
        tags: <int32>[batch, time], the most probable sequence; at masked steps the tag of the last valid one.
        marginals: <float>[batch, time, count], p(y_t = j | x).
        ahead: <float>[batch, time, count], u_t(j): the score of a tag with the weight of all that may follow it.
        totals: <float>[batch, time, count], n_t(i), so that log p(y_t = j | y_(t-1) = i, x) is
            transitions(i, j) + u_t(j) - n_t(i); at the first step u_0(j) - n_0.
        transitions: <float>[count, count].
    """

    tags: object
    marginals: object
    ahead: object
    totals: object
    transitions: object

    def log_probabilities(self):
        """log p(y_t | y_(t-1), x) of `tags`: <float>[batch, time]; at masked steps any number."""
        tags = self.tags[..., None]
        steps = ops.take_along_axis(self.following(), tags[:, 1:], axis=-1)
        first = ops.take_along_axis(self.ahead[:, :1], tags[:, :1], axis=-1) - self.totals[:, :1, :1]
        return ops.concatenate([first, steps], axis=1)[..., 0]

    def following(self):
        """log p(y_t = j | y_(t-1), x) after the tags of `tags`: <float>[batch, time - 1, count], from the second step
        on."""
        before = self.tags[:, :-1]
        totals = ops.take_along_axis(self.totals[:, 1:], before[..., None], axis=-1)
        return ops.take(self.transitions, before, axis=0) + self.ahead[:, 1:] - totals


def read(emissions, transitions, start, end, mask=None):
    """The most probable sequence, and how probable each tag is.

        n_t(i) = log sum_j exp(A(i, j) + u_t(j)),  u_(t-1)(i) = x_(t-1)(i) + n_t(i) - max n_t

    The potentials of a step are made where they are read, in the cache of the processor; all at once they are
    count^2 numbers a step, which take longer to move than to compute. It has no gradient worth having: train with
    `chain.conditionals`.

    Args:
        emissions, transitions, start, end, mask: as of `chain.potentials`.
    Returns:
        Reading.
    Reference: Rabiner 1989, "A tutorial on hidden Markov models", section V.A (scaling).
    """
    count = emissions.shape[-1]
    valid = ops.ones(ops.shape(emissions)[:2], "bool") if mask is None else ops.cast(mask, "bool")
    following = ops.pad(ops.cast(valid[:, 1:], "int32"), [[0, 0], [0, 1]])
    scores = emissions + ops.where(ops.logical_and(valid, following == 0)[..., None], end, 0)
    scores = ops.concatenate([scores[:, :1] + start, scores[:, 1:]], axis=1)

    nothing = ops.zeros_like(scores[:, 0])
    no_tags = ops.cast(nothing, "int32")
    like = (nothing, nothing, nothing, no_tags)
    state = (transitions, nothing, nothing)
    _, (ahead, totals, best, nexts) = scan(_backwards, state, (scores, valid[..., None]), like, reverse=True)

    probabilities = ops.softmax(ahead[:, 0], axis=-1)
    tags = ops.cast(ops.argmax(best[:, 0], axis=-1, keepdims=True), "int32")
    # The first step comes after no tag: it leaves what it starts from.
    later = ops.pad(valid[:, 1:], [[0, 0], [1, 0]], constant_values=False)[..., None]
    state = (transitions, probabilities, tags)
    _, (probabilities, tags) = scan(_forwards, state, (ahead, totals, nexts, later), (probabilities, tags))
    first = ops.logsumexp(ahead[:, :1], axis=-1, keepdims=True)
    return Reading(
        tags=tags[..., 0],
        marginals=probabilities,
        ahead=ahead,
        totals=ops.concatenate([ops.repeat(first, count, axis=-1), totals[:, 1:]], axis=1),
        transitions=transitions,
    )


# Functions of the module, because JAX compiles a loop once for each function that is its step.
def _backwards(state, step):
    transitions, message, best = state
    score, is_valid = step
    ahead, score = score + message, score + best
    totals = ops.logsumexp(transitions + _after_each(ahead), axis=-1)
    weights = transitions + _after_each(score)
    greatest = ops.max(weights, axis=-1)
    message = ops.where(is_valid, totals - ops.max(totals, axis=-1, keepdims=True), message)
    best = ops.where(is_valid, greatest - ops.max(greatest, axis=-1, keepdims=True), best)
    return (transitions, message, best), (ahead, totals, score, ops.cast(ops.argmax(weights, axis=-1), "int32"))


def _forwards(state, step):
    transitions, probabilities, tags = state
    ahead, totals, nexts, is_valid = step
    given = ops.exp(transitions + _after_each(ahead) - totals[:, :, None])
    after = ops.sum(probabilities[:, :, None] * given, axis=1)
    probabilities = ops.where(is_valid, after, probabilities)
    chosen = tags == ops.arange(nexts.shape[-1], dtype="int32")
    tags = ops.where(is_valid, ops.sum(ops.where(chosen, nexts, 0), axis=-1, keepdims=True), tags)
    return (transitions, probabilities, tags), (probabilities, tags)


def _after_each(values):
    """<float>[batch, count] -> <float>[batch, count, count], the same after each tag; as copies, which a CPU makes and
    adds in less time than it adds what is broadcast in the middle."""
    count = values.shape[-1]
    return ops.reshape(ops.concatenate([values] * count, axis=-1), (-1, count, count))
