"""A run of steps through a cell, time first, and its gradient: the products over all steps around the loops."""

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
        steps: <float>[time, batch, features].
        valid: <bool>[time, batch, 1] or None.
        initial: <float>[batch, units] for each state.

    Returns:
        (histories, saved, last) of `loops.forward`.
    """
    kernel, recurrent_kernel, bias, recurrent_bias = weights
    time, batch = ops.shape(steps)[0], ops.shape(steps)[1]
    projected = ops.matmul(ops.reshape(steps, (-1, kernel.shape[0])), kernel) + bias
    projected = ops.reshape(projected, (time, batch, kernel.shape[1]))
    run = compiled_for(loops.forward, options.cell, options.masked)
    return run(projected, _or_empty(valid), recurrent_kernel, recurrent_bias, options.number("reverse"), *initial)


def backward(options, weights, steps, valid, histories, saved, of_outputs, of_last, first=0):
    """The loop of the gradient, and the products after it.

    Args:
        options, weights, steps, valid, histories, saved: as `forward` took and gave them.
        of_outputs: dL/dy <float>[time, batch, units], or None.
        of_last: <float>[batch, units], the gradient of each last state.
        first: int, the number of the first step in the order of reading.

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
        _or_empty(of_outputs),
        list(of_last),
        list(histories),
        list(saved),
    )
    projected = options.cell.projected_gradient(recurrent, further)
    before = histories[0][1:] if options.reverse else histories[0][:-1]
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


def outputs_of(history, reverse):
    """<float>[time, batch, units], the states after each step, from a history that holds the initial one too."""
    return history[:-1] if reverse else history[1:]


def time_first(array):
    """[batch, time, n] <-> [time, batch, n]."""
    return ops.transpose(array, (1, 0, 2))


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
    steps = time_first(inputs)
    valid = None if valid is None else ops.cast(time_first(valid), "bool")
    histories, saved, last = forward(options, weights, steps, valid, initial)
    outputs = [time_first(outputs_of(histories[0], options.reverse))] if options.sequences else []

    def gradient(*upstream):
        of_outputs = time_first(upstream[0]) if options.sequences else None
        of_last = upstream[1:] if options.sequences else upstream
        of_steps, *others = backward(options, weights, steps, valid, histories, saved, of_outputs, of_last)
        return time_first(of_steps), *others

    return (*outputs, *last), gradient


def _or_empty(array):
    return ops.zeros((0,)) if array is None else array
