"""A run of steps through a cell and its gradient: the products over all steps around the loops.

Arrays over time have their axes in the order of `loops`; `to_loops` brings them there and back.
"""

from dataclasses import dataclass

from keras import ops

from rnn_zoo.bptt import loops
from rnn_zoo.bptt.backend import compiled_for, product_over_rows, product_with_transposed


@dataclass(frozen=True)
class Options:
    """What stays the same for all calls of one layer; as the arguments of `recurrence`."""

    cell: object
    masked: bool
    reverse: bool
    sequences: bool
    truncate: int | None

    def number(self, name):
        """A compiled loop gets these as <int32>[], so that one serves all their values."""
        return ops.convert_to_tensor(int(getattr(self, name) or 0), "int32")


def forward(options, weights, steps, valid, initial):
    """The product before the loop, and the loop.

    Args:
        options: Options.
        weights: W, U, b, b'.
        steps: <float>[batch, time, features].
        valid: <bool>[batch, time, 1] or None.
        initial: <float>[batch, units] for each state.

    Returns:
        (histories, saved, last) of `loops.forward`.
    """
    kernel, recurrent_kernel, bias, recurrent_bias = weights
    projected = ops.matmul(ops.reshape(steps, (-1, kernel.shape[0])), kernel) + bias
    projected = ops.reshape(projected, (*ops.shape(steps)[:2], kernel.shape[1]))
    run = compiled_for(loops.forward, options.cell, options.masked)
    return run(projected, _or_empty(valid), recurrent_kernel, recurrent_bias, options.number("reverse"), *initial)


def backward(options, weights, steps, valid, histories, saved, of_outputs, of_last, first=0, fresh=0):
    """The loop of the gradient, and the products after it.

    Args:
        options, weights, steps, valid, histories, saved: as `forward` took and gave them.
        of_outputs: dL/dy <float>[batch, time, units], or None.
        of_last: <float>[batch, units], the gradient of each last state.
        first, fresh: int, as of `loops.backward`.

    Returns:
        The gradients of (steps, weights, initial states).
    """
    kernel, recurrent_kernel, *_ = weights
    run = compiled_for(
        loops.backward, options.cell, options.masked, of_outputs is not None, options.truncate is not None
    )
    recurrent, further, of_initial = run(
        recurrent_kernel,
        _or_empty(valid),
        options.number("reverse"),
        options.number("truncate"),
        ops.convert_to_tensor(first, "int32"),
        ops.convert_to_tensor(fresh, "int32"),
        _or_empty(of_outputs),
        list(of_last),
        list(histories),
        list(saved),
    )
    projected = options.cell.projected_gradient(recurrent, further)
    before = _all_but_one(options, histories[0], last=not options.reverse)
    rows = ops.reshape(projected, (-1, kernel.shape[1]))
    recurrent_rows = rows if projected is recurrent else ops.reshape(recurrent, (-1, kernel.shape[1]))
    of_bias = ops.sum(rows, axis=0)
    of_weights = [
        product_over_rows(ops.reshape(steps, (-1, kernel.shape[0])), rows),
        product_over_rows(ops.reshape(before, (-1, recurrent_kernel.shape[0])), recurrent_rows),
        of_bias,
        of_bias if projected is recurrent else ops.sum(recurrent_rows, axis=0),
    ]
    of_steps = ops.reshape(product_with_transposed(rows, kernel), ops.shape(steps))
    return of_steps, of_weights, list(of_initial)


def outputs_of(options, history):
    """<float>[batch, time, units], the states after each step, from a history that holds the initial one too."""
    return to_loops(options, _all_but_one(options, history, last=options.reverse))


def _all_but_one(options, history, last):
    if options.cell.time_axis == 0:
        return history[:-1] if last else history[1:]
    return history[:, :-1] if last else history[:, 1:]


def to_loops(options, array):
    """<float>[batch, time, n] in the order of axes that the loops of a cell want, and back."""
    return array if options.cell.time_axis else ops.transpose(array, (1, 0, 2))


def whole(options, weights, inputs, valid, initial):
    """All steps at once, batch first.

    Args:
        options, weights, initial: as of `forward`.
        inputs: <float>[batch, time, features].
        valid: <float>[batch, time, 1] or None.

    Returns:
        (results, gradient): the outputs <float>[batch, time, units] (with `sequences`) and the last states; a function
        from their gradients to those of (inputs, weights, initial states).
    """
    steps = to_loops(options, inputs)
    valid = None if valid is None else ops.cast(to_loops(options, valid), "bool")
    histories, saved, last = forward(options, weights, steps, valid, initial)
    outputs = [outputs_of(options, histories[0])] if options.sequences else []

    def gradient(*upstream):
        of_outputs = to_loops(options, upstream[0]) if options.sequences else None
        of_last = upstream[1:] if options.sequences else upstream
        of_steps, *others = backward(options, weights, steps, valid, histories, saved, of_outputs, of_last)
        return to_loops(options, of_steps), *others

    return (*outputs, *last), gradient


def _or_empty(array):
    return ops.zeros((0,)) if array is None else array
