"""recurrence: runs a cell over a sequence, with a custom gradient."""

import functools
from collections.abc import Sequence
from typing import Any

from keras import ops

from rnn_zoo.bptt.backend import custom_gradient, detached, split_batch, sub_batch_sizes, to_tensors, with_shape
from rnn_zoo.bptt.checkpoint import checkpointed
from rnn_zoo.bptt.segment import Options, whole
from rnn_zoo.checks import positive_integer
from rnn_zoo.types import Tensor


def recurrence(
    cell: Any,
    inputs: Tensor,
    kernel: Tensor,
    recurrent_kernel: Tensor,
    bias: Tensor | None,
    initial: Sequence[Tensor],
    *,
    recurrent_bias: Tensor | None = None,
    mask: Tensor | None = None,
    reverse: bool = False,
    sequences: bool = True,
    truncate: int | None = None,
    checkpoint: int | None = None,
) -> tuple[Tensor | None, list[Tensor]]:
    """Runs a cell over time with two explicit loops, one forward and one for the gradient.

        p_t = x_t W + b          one product for all steps, before the loop
        h_t = step(p_t, h_(t-1) U + b', h_(t-1))
        dL/dW = sum_t x_t^T dL/dp_t,  dL/dU = sum_t h_(t-1)^T dL/dr_t,  dL/dx_t = dL/dp_t W^T
                                 one product each for all steps, after the gradient loop

    Automatic differentiation computes these products step by step. Only first derivatives are available.

    Args:
        cell: `Vanilla`, `LSTM` or `GRU`.
        inputs: <float>[batch, time, features].
        kernel: <float>[features, gates * units], W.
        recurrent_kernel: <float>[units, gates * units], U.
        bias: <float>[gates * units], b, or None.
        initial: <float>[batch, units] for each state of the cell.
        recurrent_bias: <float>[gates * units], b', or None.
        mask: <bool>[batch, time]; where it is False the states do not change and the output repeats the previous one.
        reverse: whether to run from the last step to the first. Outputs stay in time order.
        sequences: whether to return the outputs of all steps.
        truncate: k > 0: no gradient flows from steps k, 2k, 3k, ... (from 0, in reading order) to the step before, so
            that it goes back k steps at most (Williams and Peng 1990). None: no truncation.
        checkpoint: k > 0: stores the states of every k-th step only and recomputes the others for the gradient: memory
            for time / k + k steps instead of time (Chen et al. 2016), and a third more work. None: stores all.

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
    # A float mask, because a custom gradient takes only arrays that have a gradient; the mask's is zero.
    valid = [ops.cast(mask, dtype)[..., None]] if masked else []
    options = Options(cell, masked or checkpoint is not None, bool(reverse), sequences, truncate)

    def run(weights, inputs, *rest):
        initial, valid = rest[: cell.states], rest[cell.states] if masked else None
        if checkpoint is None:
            return whole(options, weights, inputs, valid, initial)
        return checkpointed(options, weights, inputs, valid, initial, checkpoint)

    @custom_gradient
    def differentiable(*arrays):
        inputs, kernel, recurrent_kernel, bias, recurrent_bias, *rest = detached(arrays)
        # Sub-batches are copies, and checkpointing is meant to save memory.
        sizes = sub_batch_sizes(inputs) if checkpoint is None else None
        sub_batches = zip(*(split_batch(array, sizes) for array in (inputs, *rest)), strict=True)
        weights = (kernel, recurrent_kernel, bias, recurrent_bias)
        results, gradients = zip(*(run(weights, *part) for part in sub_batches), strict=True)
        outputs = [_join(parts) for parts in zip(*results, strict=True)]

        def gradient(*upstream):
            if len(upstream) == 1 and isinstance(upstream[0], (list, tuple)):  # JAX passes one tuple
                upstream = upstream[0]
            upstream = zip(*(split_batch(array, sizes) for array in upstream), strict=True)
            parts = [part(*given) for part, given in zip(gradients, upstream, strict=True)]
            grad_inputs, grad_weights, grad_initial = zip(*parts, strict=True)
            grad_weights = [functools.reduce(ops.add, parts) for parts in zip(*grad_weights, strict=True)]
            grad_initial = [_join(parts) for parts in zip(*grad_initial, strict=True)]
            grad_mask = [ops.zeros_like(array) for array in rest[cell.states :]]
            return (_join(grad_inputs), *grad_weights, *grad_initial, *grad_mask)

        return tuple(outputs), gradient

    arrays = to_tensors([inputs, kernel, recurrent_kernel, bias, recurrent_bias, *initial, *valid])
    results = differentiable(*(ops.cast(array, dtype) for array in arrays))
    batch, time, units = inputs.shape[0], inputs.shape[1], recurrent_kernel.shape[0]
    shapes = [(batch, time, units)] * sequences + [(batch, units)] * cell.states
    results = [with_shape(array, shape) for array, shape in zip(results, shapes, strict=True)]
    return (results[0], list(results[1:])) if sequences else (None, list(results))


def check_steps(truncate: Any, checkpoint: Any) -> list[int | None]:
    """Returns both as int or None; ValueError unless each is None or a positive integer."""
    checked: list[int | None] = []
    for name, value in (("truncate", truncate), ("checkpoint", checkpoint)):
        try:
            checked.append(None if value is None else positive_integer(name, value))
        except ValueError as error:
            raise ValueError(f"{error} Any k >= 1 works; None takes all steps.") from None
    return checked


def _join(parts):
    return parts[0] if len(parts) == 1 else ops.concatenate(parts, axis=0)
