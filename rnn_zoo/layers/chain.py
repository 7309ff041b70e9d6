"""Distributions over sequences of tags in which a tag depends on the one before: sums, maxima, probabilities.

A sequence of tags y has the weight exp(sum_t psi_t(y_(t-1), y_t)) with potentials psi
<float>[batch, time, count, count]. At the first step, which has no tag before it, every row of psi is the same; at
masked steps psi is the identity, which hands the tag on at no cost.
"""

from keras import ops

from rnn_zoo.layers.time_scan import scan

# exp(NEVER) is 0 in every precision, and a sum of many stays finite.
NEVER = -1e4


def potentials(emissions, transitions, start, end, mask=None):
    """Potentials of a linear chain.

        psi_t(i, j) = transitions(i, j) + emissions_t(j)              at the first step start(j) + emissions_0(j)
                      + end(j)                                        at the last valid step

    Args:
        emissions: <float>[batch, time, count].
        transitions: <float>[count, count], from the row's tag to the column's.
        start, end: <float>[count], of the first tag and of the last.
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


def log_partition(psi):
    """log of the sum of the weights of all sequences, by the forward algorithm read from the end; 0 for an empty row.

        beta_(t-1)(i) = log sum_j exp(psi_t(i, j) + beta_t(j)),  beta_T = 0,  log Z = beta_(-1)

    Args:
        psi: <float>[batch, time, count, count].
    Returns:
        <float>[batch].
    """
    return _sums(psi)[:, 0, 0]


def conditionals(psi):
    """The chain that the potentials are, tag by tag: log p(y_t = j | y_(t-1) = i, x).

        log p = psi_t(i, j) + beta_t(j) - beta_(t-1)(i)

    The probability of a sequence is the product of these along it, so that a loss, marginals and samples need nothing
    else. They are potentials too.

    Args:
        psi: <float>[batch, time, count, count].
    Returns:
        <float>[batch, time, count, count], each row of each step a distribution.
    """
    return ops.log_softmax(psi + _sums(psi)[:, 1:, None, :], axis=-1)


def marginals(log_conditionals):
    """p(y_t = j | x) of every step: <float>[batch, time, count, count] -> <float>[batch, time, count]."""
    return _follow(ops.exp(log_conditionals))


def viterbi(psi):
    """The sequence of the greatest weight.

        best_(t-1)(i) = max_j psi_t(i, j) + best_t(j),  y_t = argmax_j psi_t(y_(t-1), j) + best_t(j)

    Args:
        psi: <float>[batch, time, count, count].
    Returns:
        <int32>[batch, time]; at masked steps the tag of the last valid one, 0 in an empty row.
    Reference: Viterbi 1967; read from the end here.
    """
    _, best = scan(_max_step, _nothing(psi), psi, reverse=True)
    nexts = ops.argmax(psi + best[:, :, None, :], axis=-1)
    # The choice of each step as a matrix of zeros and ones: following it is the step of `marginals`.
    path = _follow(ops.one_hot(nexts, psi.shape[-1], dtype=psi.dtype))
    return ops.cast(ops.argmax(path, axis=-1), "int32")


def log_probabilities(log_conditionals, tags):
    """log p(y_t | y_(t-1), x) of each tag of given sequences, whose sum is the log-likelihood.

    Args:
        log_conditionals: <float>[batch, time, count, count], of `conditionals`.
        tags: <int>[batch, time]; at masked steps anything.
    Returns:
        <float>[batch, time]; at masked steps any number <= 0.
    """
    count = log_conditionals.shape[-1]
    tags = ops.clip(ops.cast(tags, "int32"), 0, count - 1)
    before = ops.pad(tags[:, :-1], [[0, 0], [1, 0]])
    flat = ops.reshape(log_conditionals, (*ops.shape(tags), count * count))
    return ops.take_along_axis(flat, (before * count + tags)[..., None], axis=-1)[..., 0]


def _sums(psi):
    """beta_(t-1) at place t: <float>[batch, time, count, count] -> <float>[batch, time + 1, count].

    Its gradient is one more loop, in the order of time; the gradient of a loop would cost the square of the time:

        dL/dpsi_t(i, j) = G_(t-1)(i) p_t(i, j),  G_t(j) = dL/dbeta_t(j) + sum_i G_(t-1)(i) p_t(i, j)
    """

    @ops.custom_gradient
    def sums(psi):
        total, messages = scan(_sum_step, _nothing(psi), psi, reverse=True)
        messages = ops.concatenate([total[:, None], messages], axis=1)

        def gradient(*arguments, upstream=None):
            given = arguments[-1] if upstream is None else upstream
            shares = ops.softmax(psi + messages[:, 1:, None, :], axis=-1)
            steps = ops.concatenate([shares, given[:, 1:, None, :]], axis=2)
            _, passed = scan(_affine_step, given[:, 0], steps)
            return ops.concatenate([given[:, :1], passed[:, :-1]], axis=1)[..., None] * shares

        return messages, gradient

    return sums(psi)


def _follow(matrices):
    """p_t = p_(t-1) M_t from p_(-1) = (1, 0, ...): [batch, time, count, count] -> [batch, time, count]."""
    start = ops.one_hot(ops.zeros_like(matrices[:, 0, 0, 0], dtype="int32"), matrices.shape[-1], dtype=matrices.dtype)
    return scan(_product_step, start, matrices)[1]


def _nothing(psi):
    return ops.zeros_like(psi[:, 0, 0])


# Functions of the module, because JAX compiles a loop once for each function that is its step.
def _sum_step(message, scores):
    return ops.logsumexp(scores + message[:, None, :], axis=-1), message


def _max_step(best, scores):
    return ops.max(scores + best[:, None, :], axis=-1), best


def _product_step(before, matrix):
    after = ops.sum(before[:, :, None] * matrix, axis=1)
    return after, after


def _affine_step(before, matrix):
    after = ops.sum(before[:, :, None] * matrix[:, :-1], axis=1) + matrix[:, -1]
    return after, after
