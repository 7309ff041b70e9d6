"""Gradient checkpointing over time: stores only the states between segments and recomputes the rest."""

from collections.abc import Callable, Sequence

from keras import ops

from rnn_zoo.bptt import segment
from rnn_zoo.bptt.backend import compiled_for, put_at, slice_at, while_loop
from rnn_zoo.types import Tensor


def checkpointed(
    options: segment.Options,
    weights: Sequence[Tensor],
    inputs: Tensor,
    valid: Tensor | None,
    initial: Sequence[Tensor],
    every: int,
) -> tuple[tuple[Tensor, ...], Callable[..., tuple]]:
    """Runs all steps in segments of `every` steps; arguments and returns as in `segment.whole`.

    Each loop over the segments, products included, is compiled as a whole, so that the outputs and the gradient of the
    inputs are the only arrays as long as the sequence.

    Reference: Chen et al. 2016, "Training deep nets with sublinear memory cost"; over time: Gruslys et al. 2016.
    """
    if valid is None:
        valid = ops.ones((*ops.shape(inputs)[:2], 1), inputs.dtype)
    run = compiled_for(_forward, options, every)
    outputs, starts, last = run(list(weights), inputs, valid, list(initial))
    results = [outputs] if options.sequences else []

    def gradient(*upstream):
        run = compiled_for(_backward, options, every)
        return run(list(weights), inputs, valid, starts, list(upstream))

    return (*results, *last), gradient


def _forward(options, every, weights, inputs, valid, initial):
    """Returns outputs <float>[batch, time, units], segment starts <float>[segments, batch, units], last states."""
    segments = _Segments(options, every, inputs, valid)
    units = weights[1].shape[0]
    rows = ops.shape(inputs)[0]
    outputs = ops.zeros((rows, segments.time if options.sequences else 0, units), inputs.dtype)
    starts = [ops.zeros((segments.count, rows, units), inputs.dtype) for _ in initial]

    def body(number, outputs, *arrays):
        states, starts = arrays[: len(initial)], arrays[len(initial) :]
        starts = [_put(array, number, state) for array, state in zip(starts, states, strict=True)]
        steps, valid, fresh = segments.at(number)
        histories, _, last = segment.forward(options, weights, steps, valid, states)
        if options.sequences:
            new = segment.outputs_of(options, histories[0])
            old = segments.read(outputs, number)
            outputs = segments.write(outputs, number, ops.where(fresh, new, old))
        return number + 1, outputs, *last, *starts

    _, outputs, *arrays = while_loop(
        lambda number, *_: number < segments.count, body, (_int32(0), outputs, *initial, *starts)
    )
    return outputs, arrays[len(initial) :], arrays[: len(initial)]


def _backward(options, every, weights, inputs, valid, starts, upstream):
    segments = _Segments(options, every, inputs, valid)
    grad_last = upstream[1:] if options.sequences else upstream
    states = len(grad_last)

    def body(number, grad_inputs, *arrays):
        gradients, totals = arrays[:states], arrays[states:]
        steps, valid, fresh = segments.at(number)
        histories, saved, _ = segment.forward(options, weights, steps, valid, [start[number] for start in starts])
        grad_outputs = None
        if options.sequences:
            grad_outputs = segments.read(upstream[0], number)
            grad_outputs = segment.to_loops(options, ops.where(fresh, grad_outputs, ops.zeros_like(grad_outputs)))
        grad_steps, grad_weights, gradients = segment.backward(
            options,
            weights,
            steps,
            valid,
            histories,
            saved,
            grad_outputs,
            gradients,
            segments.first_step(number),
            number * segments.length,
        )
        new = segments.read(grad_inputs, number) + segment.to_loops(options, grad_steps)
        totals = [total + part for total, part in zip(totals, grad_weights, strict=True)]
        return number - 1, segments.write(grad_inputs, number, new), *gradients, *totals

    zeros = [ops.zeros_like(weight) for weight in weights]
    _, grad_inputs, *arrays = while_loop(
        lambda number, *_: number >= 0, body, (_int32(segments.count - 1), ops.zeros_like(inputs), *grad_last, *zeros)
    )
    return grad_inputs, arrays[states:], arrays[:states]


class _Segments:
    """A sequence split into segments of equal length, in reading order; the last one overlaps the one before."""

    def __init__(self, options, every, inputs, valid):
        self.options, self.reverse = options, options.reverse
        self.inputs, self.valid = inputs, valid
        self.time = ops.shape(inputs)[1]
        # A Python int where the time is static: JAX needs static sizes.
        self.length = min(every, self.time) if isinstance(self.time, int) else ops.minimum(every, self.time)
        self.count = (self.time + self.length - 1) // self.length

    def start(self, number):
        """Returns <int32>[], the time index at which a segment starts."""
        if self.reverse:
            return ops.maximum(self.time - (number + 1) * self.length, 0)
        return ops.minimum(number * self.length, self.time - self.length)

    def first_step(self, number):
        """Returns <int32>[], the first step of a segment in reading order."""
        return self.time - self.start(number) - self.length if self.reverse else self.start(number)

    def at(self, number):
        """Returns a segment's steps and mask, in the loops' axis order, and which steps the one before lacks."""
        times = self.start(number) + ops.arange(self.length, dtype="int32")
        read = self.time - 1 - times if self.reverse else times
        fresh = (read >= number * self.length)[None, :, None]
        valid = ops.logical_and(ops.cast(self.read(self.valid, number), "bool"), fresh)
        steps = self.read(self.inputs, number)
        return segment.to_loops(self.options, steps), segment.to_loops(self.options, valid), fresh

    def read(self, array, number):
        """Slices a segment <float>[batch, length, n] out of <float>[batch, time, n]."""
        rows, _, width = ops.shape(array)
        return slice_at(array, (0, self.start(number), 0), (rows, self.length, width))

    def write(self, array, number, part):
        return put_at(array, (0, self.start(number), 0), part)


def _int32(value):
    return ops.cast(value, "int32")


def _put(array, index, row):
    return put_at(array, (index, 0, 0), row[None])
