"""recurrence: a whole sequence through one cell, with a gradient of our own."""

import functools

from keras import ops

from rnn_zoo.bptt.backend import detached, read, share_sizes, split_rows
from rnn_zoo.bptt.checkpoint import checkpointed
from rnn_zoo.bptt.segment import Options, whole
from rnn_zoo.checks import positive_integer


def recurrence(
    cell,
    inputs,
    kernel,
    recurrent_kernel,
    bias,
    initial,
    *,
    recurrent_bias=None,
    mask=None,
    reverse=False,
    sequences=True,
    truncate=None,
    checkpoint=None,
):
    """Runs a cell over time by two loops of our own, one forward and one for the gradient.

        p_t = x_t W + b          one product for all steps, before the loop
        h_t = step(p_t, h_(t-1) U + b', h_(t-1))
        dL/dW = sum_t x_t^T dL/dp_t,  dL/dU = sum_t h_(t-1)^T dL/dr_t,  dL/dx_t = dL/dp_t W^T
                                 one product each for all steps, after the loop of the gradient

    Automatic differentiation does those products step by step. Differentiable once: the gradient has none of its own.

    Args:
        cell: `Vanilla`, `LSTM` or `GRU`.
        inputs: <float>[batch, time, features].
        kernel: <float>[features, gates * units], W.
        recurrent_kernel: <float>[units, gates * units], U.
        bias: <float>[gates * units], b, or None.
        initial: <float>[batch, units] for each state of the cell.
        recurrent_bias: <float>[gates * units], b', or None.
        mask: <bool>[batch, time]; where it is False the states stay as they are, and the output repeats the one before.
        reverse: bool, whether to read from the last step to the first. Outputs stay in the order of time.
        sequences: bool, whether to return the outputs of all steps.
        truncate: int k > 0: no gradient crosses from the steps k, 2k, 3k, ... (from 0, in the order of reading) to the
            one before, so that it goes back k steps at most (Williams and Peng 1990). None: all the way.
        checkpoint: int k > 0: keeps the states of every k-th step only and computes the others again for the gradient:
            memory for time / k + k steps instead of time (Chen et al. 2016), and a third more work. None: keeps all.

    Returns:
        (outputs, states): <float>[batch, time, units], or None without `sequences`, and the last states, each
        <float>[batch, units].

    Raises:
        ValueError: `truncate` or `checkpoint` is not a positive integer.

    Reference: Werbos 1990, "Backpropagation through time: what it does and how to do it".
    """
    truncate, checkpoint = check_steps(truncate, checkpoint)
    dtype = inputs.dtype
    if bias is None:
        bias = ops.zeros((recurrent_kernel.shape[1],), dtype)
    if recurrent_bias is None:
        recurrent_bias = ops.zeros((recurrent_kernel.shape[1],), dtype)
    masked = mask is not None
    # A mask of numbers, because a custom gradient takes arrays that have a gradient; this one's is zero.
    valid = [ops.cast(mask, dtype)[..., None]] if masked else []
    options = Options(cell, masked or checkpoint is not None, bool(reverse), sequences, truncate)

    def run(weights, inputs, *rest):
        initial, valid = rest[: cell.states], rest[cell.states] if masked else None
        if checkpoint is None:
            return whole(options, weights, inputs, valid, initial)
        return checkpointed(options, weights, inputs, valid, initial, checkpoint)

    @ops.custom_gradient
    def differentiable(*arrays):
        inputs, kernel, recurrent_kernel, bias, recurrent_bias, *rest = detached(arrays)
        # Shares are copies, and a checkpoint is there to save memory.
        sizes = share_sizes(inputs) if checkpoint is None else None
        shares = zip(*(split_rows(array, sizes) for array in (inputs, *rest)), strict=True)
        weights = (kernel, recurrent_kernel, bias, recurrent_bias)
        results, gradients = zip(*(run(weights, *share) for share in shares), strict=True)
        answers = [_join(parts) for parts in zip(*results, strict=True)]

        def gradient(*upstream):
            if len(upstream) == 1 and isinstance(upstream[0], (list, tuple)):  # as JAX gives them
                upstream = upstream[0]
            upstream = zip(*(split_rows(array, sizes) for array in upstream), strict=True)
            parts = [share(*given) for share, given in zip(gradients, upstream, strict=True)]
            of_inputs, of_weights, of_initial = zip(*parts, strict=True)
            of_weights = [functools.reduce(ops.add, shares) for shares in zip(*of_weights, strict=True)]
            of_initial = [_join(shares) for shares in zip(*of_initial, strict=True)]
            of_mask = [ops.zeros_like(array) for array in rest[cell.states :]]
            return (_join(of_inputs), *of_weights, *of_initial, *of_mask)

        return tuple(answers), gradient

    arrays = read([inputs, kernel, recurrent_kernel, bias, recurrent_bias, *initial, *valid])
    answers = differentiable(*(ops.cast(array, dtype) for array in arrays))
    return (answers[0], list(answers[1:])) if sequences else (None, list(answers))


def check_steps(truncate, checkpoint):
    """Both as int or None; ValueError where one is neither None nor a positive integer."""
    checked = []
    for name, value in (("truncate", truncate), ("checkpoint", checkpoint)):
        try:
            checked.append(None if value is None else positive_integer(name, value))
        except ValueError as error:
            raise ValueError(f"{error} Any k >= 1 works; None takes all steps.") from None
    return checked


def _join(shares):
    return shares[0] if len(shares) == 1 else ops.concatenate(shares, axis=0)
