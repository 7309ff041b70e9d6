"""Linear chains over tag sequences: potentials, partition function, marginals, Viterbi decoding.

A tag sequence y has the weight exp(sum_t psi_t(y_(t-1), y_t)) with potentials psi <float>[batch, time, count, count].
At the first step, which has no previous tag, all rows of psi are equal; at masked steps exp(psi) is the identity, which
repeats the previous tag.
"""

from keras import ops

from rnn_zoo.bptt.backend import custom_gradient
from rnn_zoo.layers.scan import scan
from rnn_zoo.types import Tensor

# exp(NEVER) is 0 in every precision, and a sum of many such scores stays finite.
NEVER = -1e4


def potentials(
    emissions: Tensor, transitions: Tensor, start: Tensor, end: Tensor, mask: Tensor | None = None
) -> Tensor:
    """Potentials of a linear chain.

        psi_t(i, j) = transitions(i, j) + emissions_t(j)              at the first step start(j) + emissions_0(j)
                      + end(j)                                        at the last valid step

    Args:
        emissions: <float>[batch, time, count].
        transitions: <float>[count, count], from the row's tag to the column's.
        start, end: <float>[count], scores of the first and the last tag.
        mask: <bool>[batch, time], valid steps first; None: all valid. A row may be empty.

    Returns:
        <float>[batch, time, count, count].
    """
    count = emissions.shape[-1]
    scores = emissions[:, :, None, :]
    first = ops.broadcast_to(start, (count, count)) + scores[:, :1]
    psi = ops.concatenate([first, transitions + scores[:, 1:]], axis=1)
    valid = ops.ones(ops.shape(emissions)[:2], "bool") if mask is None else ops.cast(mask, "bool")
    following = ops.pad(ops.cast(valid[:, 1:], "int32"), [[0, 0], [0, 1]])
    last = ops.logical_and(valid, following == 0)
    psi = psi + ops.where(last[..., None, None], end, 0)
    return ops.where(valid[..., None, None], psi, (1 - ops.eye(count, dtype=psi.dtype)) * NEVER)


def log_partition(psi: Tensor) -> Tensor:
    """Log of the summed weights of all sequences, by the backward algorithm; 0 for an empty row.

        beta_(t-1)(i) = log sum_j exp(psi_t(i, j) + beta_t(j)),  beta_T = 0,  log Z = beta_(-1)

    Args:
        psi: <float>[batch, time, count, count].
    Returns:
        <float>[batch].
    """
    return _backward_messages(psi)[:, 0, 0]


def conditionals(psi: Tensor) -> Tensor:
    """Conditional log-probabilities of the chain: log p(y_t = j | y_(t-1) = i, x).

        log p = psi_t(i, j) + beta_t(j) - beta_(t-1)(i)

    The probability of a sequence is their product over time, so losses, marginals and samples need nothing else.
    They are valid potentials themselves.

    Args:
        psi: <float>[batch, time, count, count].
    Returns:
        <float>[batch, time, count, count], each row a log-distribution over the next tag.
    """
    return ops.log_softmax(psi + _backward_messages(psi)[:, 1:, None, :], axis=-1)


def marginals(log_conditionals: Tensor) -> Tensor:
    """Marginals p(y_t = j | x) of every step: <float>[batch, time, count, count] -> <float>[batch, time, count]."""
    return _forward_products(ops.exp(log_conditionals))


def viterbi(psi: Tensor) -> Tensor:
    """The sequence with the greatest weight.

        best_(t-1)(i) = max_j psi_t(i, j) + best_t(j),  y_t = argmax_j psi_t(y_(t-1), j) + best_t(j)

    Args:
        psi: <float>[batch, time, count, count].
    Returns:
        <int32>[batch, time]; at masked steps the tag of the last valid one, 0 in an empty row.
    Reference: Viterbi 1967; here from the last step to the first.
    """
    _, best = scan(_max_product_step, _zero_state(psi), psi, reverse=True)
    next_tags = ops.argmax(psi + best[:, :, None, :], axis=-1)
    # One-hot matrices of the choices: following them is the recursion of `marginals`.
    path = _forward_products(ops.one_hot(next_tags, psi.shape[-1], dtype=psi.dtype))
    return ops.cast(ops.argmax(path, axis=-1), "int32")


def log_probabilities(log_conditionals: Tensor, tags: Tensor) -> Tensor:
    """log p(y_t | y_(t-1), x) of each tag of given sequences; their sum over time is the log-likelihood.

    Args:
        log_conditionals: <float>[batch, time, count, count], as `conditionals` returns.
        tags: <int>[batch, time]; any value at masked steps.
    Returns:
        <float>[batch, time]; at masked steps any number <= 0.
    """
    count = log_conditionals.shape[-1]
    tags = ops.clip(ops.cast(tags, "int32"), 0, count - 1)
    before = ops.pad(tags[:, :-1], [[0, 0], [1, 0]])
    flat = ops.reshape(log_conditionals, (*ops.shape(tags), count * count))
    return ops.take_along_axis(flat, (before * count + tags)[..., None], axis=-1)[..., 0]


def _backward_messages(psi):
    """Backward messages, beta_(t-1) at index t: <float>[batch, time, count, count] -> <float>[batch, time + 1, count].

    The gradient is one more loop, forwards in time; automatic differentiation of the loop would cost time squared:

        dL/dpsi_t(i, j) = G_(t-1)(i) p_t(i, j),  G_t(j) = dL/dbeta_t(j) + sum_i G_(t-1)(i) p_t(i, j)
    """

    @custom_gradient
    def sums(psi):
        total, messages = scan(_sum_product_step, _zero_state(psi), psi, reverse=True)
        messages = ops.concatenate([total[:, None], messages], axis=1)

        def gradient(*arguments, upstream=None):
            received = arguments[-1] if upstream is None else upstream
            probabilities = ops.softmax(psi + messages[:, 1:, None, :], axis=-1)
            steps = ops.concatenate([probabilities, received[:, 1:, None, :]], axis=2)
            _, propagated = scan(_affine_step, received[:, 0], steps)
            return ops.concatenate([received[:, :1], propagated[:, :-1]], axis=1)[..., None] * probabilities

        return messages, gradient

    return sums(psi)


def _forward_products(matrices):
    """p_t = p_(t-1) M_t from p_(-1) = (1, 0, ...): [batch, time, count, count] -> [batch, time, count]."""
    start = ops.one_hot(ops.zeros_like(matrices[:, 0, 0, 0], dtype="int32"), matrices.shape[-1], dtype=matrices.dtype)
    return scan(_product_step, start, matrices)[1]


def _zero_state(psi):
    return ops.zeros_like(psi[:, 0, 0])


# Functions of the module: JAX compiles a loop once for each step function object.
def _sum_product_step(message, scores):
    return ops.logsumexp(scores + message[:, None, :], axis=-1), message


def _max_product_step(best, scores):
    return ops.max(scores + best[:, None, :], axis=-1), best


def _product_step(before, matrix):
    after = ops.sum(before[:, :, None] * matrix, axis=1)
    return after, after


def _affine_step(before, matrix):
    after = ops.sum(before[:, :, None] * matrix[:, :-1], axis=1) + matrix[:, -1]
    return after, after
