"""Forward and backward pass over consecutive steps: the loops, and the products over all steps around them.

Arrays over time have the axis order of `loops`; `to_loops` converts to it and back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from keras import ops

from rnn_zoo.bptt import loops
from rnn_zoo.bptt.backend import compiled_for, product_over_rows, product_with_transposed
from rnn_zoo.types import Tensor


@dataclass(frozen=True)
class Options:
    """Settings that all calls of a layer share; the arguments of `recurrence`."""

    cell: Any
    masked: bool
    reverse: bool
    sequences: bool
    truncate: int | None

    def number(self, name: str) -> Tensor:
        """Returns an option as <int32>[], so that one compiled loop serves all its values."""
        return ops.convert_to_tensor(int(getattr(self, name) or 0), "int32")


def forward(
    options: Options, weights: Sequence[Tensor], steps: Tensor, valid: Tensor | None, initial: Sequence[Tensor]
) -> tuple[list[Tensor], list[Tensor], list[Tensor]]:
    """Computes the product before the loop, and runs the loop.

    Args:
        weights: W, U, b, b'.
        steps: <float>[batch, time, features].
        valid: <bool>[batch, time, 1] or None.
        initial: <float>[batch, units] for each state.

    Returns:
        (histories, saved, last), as `loops.forward`.
    """
    kernel, recurrent_kernel, bias, recurrent_bias = weights
    projected = ops.matmul(ops.reshape(steps, (-1, kernel.shape[0])), kernel) + bias
    projected = ops.reshape(projected, (*ops.shape(steps)[:2], kernel.shape[1]))
    run = compiled_for(loops.forward, options.cell, options.masked)
    return run(projected, _or_empty(valid), recurrent_kernel, recurrent_bias, options.number("reverse"), *initial)


def backward(
    options: Options,
    weights: Sequence[Tensor],
    steps: Tensor,
    valid: Tensor | None,
    histories: Sequence[Tensor],
    saved: Sequence[Tensor],
    grad_outputs: Tensor | None,
    grad_last: Sequence[Tensor],
    first: Tensor | int = 0,
    fresh: Tensor | int = 0,
) -> tuple[Tensor, list[Tensor], list[Tensor]]:
    """Runs the gradient loop, and computes the products after it.

    Args:
        options, weights, steps, valid, histories, saved: the arguments and results of `forward`.
        grad_outputs: dL/dy <float>[batch, time, units], or None.
        grad_last: <float>[batch, units], the gradient of each last state.
        first, fresh: as in `loops.backward`.

    Returns:
        The gradients of (steps, weights, initial states).
    """
    kernel, recurrent_kernel, *_ = weights
    run = compiled_for(
        loops.backward, options.cell, options.masked, grad_outputs is not None, options.truncate is not None
    )
    recurrent, extra, grad_initial = run(
        recurrent_kernel,
        _or_empty(valid),
        options.number("reverse"),
        options.number("truncate"),
        ops.convert_to_tensor(first, "int32"),
        ops.convert_to_tensor(fresh, "int32"),
        _or_empty(grad_outputs),
        list(grad_last),
        list(histories),
        list(saved),
    )
    projected = options.cell.projected_gradient(recurrent, extra)
    before = _all_but_one(options, histories[0], last=not options.reverse)
    rows = ops.reshape(projected, (-1, kernel.shape[1]))
    recurrent_rows = rows if projected is recurrent else ops.reshape(recurrent, (-1, kernel.shape[1]))
    grad_bias = ops.sum(rows, axis=0)
    grad_weights = [
        product_over_rows(ops.reshape(steps, (-1, kernel.shape[0])), rows),
        product_over_rows(ops.reshape(before, (-1, recurrent_kernel.shape[0])), recurrent_rows),
        grad_bias,
        grad_bias if projected is recurrent else ops.sum(recurrent_rows, axis=0),
    ]
    grad_steps = ops.reshape(product_with_transposed(rows, kernel), ops.shape(steps))
    return grad_steps, grad_weights, list(grad_initial)


def outputs_of(options: Options, history: Tensor) -> Tensor:
    """Returns the states after each step <float>[batch, time, units], without the initial state of the history."""
    return to_loops(options, _all_but_one(options, history, last=options.reverse))


def _all_but_one(options, history, last):
    if options.cell.time_axis == 0:
        return history[:-1] if last else history[1:]
    return history[:, :-1] if last else history[:, 1:]


def to_loops(options: Options, array: Tensor) -> Tensor:
    """Converts <float>[batch, time, n] to the axis order of the cell's loops, and back."""
    return array if options.cell.time_axis else ops.transpose(array, (1, 0, 2))


def whole(
    options: Options, weights: Sequence[Tensor], inputs: Tensor, valid: Tensor | None, initial: Sequence[Tensor]
) -> tuple[tuple[Tensor, ...], Callable[..., tuple]]:
    """Runs all steps in one segment, batch first.

    Args:
        options, weights, initial: as in `forward`.
        inputs: <float>[batch, time, features].
        valid: <float>[batch, time, 1] or None.

    Returns:
        (results, gradient): the outputs <float>[batch, time, units] (with `sequences`) and the last states; a function
        that maps their gradients to those of (inputs, weights, initial states).
    """
    steps = to_loops(options, inputs)
    valid = None if valid is None else ops.cast(to_loops(options, valid), "bool")
    histories, saved, last = forward(options, weights, steps, valid, initial)
    outputs = [outputs_of(options, histories[0])] if options.sequences else []

    def gradient(*upstream):
        grad_outputs = to_loops(options, upstream[0]) if options.sequences else None
        grad_last = upstream[1:] if options.sequences else upstream
        grad_steps, *others = backward(options, weights, steps, valid, histories, saved, grad_outputs, grad_last)
        return to_loops(options, grad_steps), *others

    return (*outputs, *last), gradient


def _or_empty(array):
    return ops.zeros((0,)) if array is None else array
