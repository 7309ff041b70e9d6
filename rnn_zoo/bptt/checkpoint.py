"""Gradient checkpointing over time: only the states between segments are kept, the rest is computed twice."""

from keras import ops

from rnn_zoo.bptt import segment
from rnn_zoo.bptt.backend import compiled_for, put_at, slice_at


def checkpointed(options, weights, inputs, valid, initial, every):
    """All steps in segments of `every`; arguments and returns as of `segment.whole`.

    Both loops over the segments are compiled as one, products included, so that nothing as long as the sequence is
    made but the outputs and the gradient of the inputs.

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
    """-> outputs <float>[batch, time, units]; for each state <float>[segments, batch, units], as each starts; last."""
    cut = _Segments(options, every, inputs, valid)
    units = weights[1].shape[0]
    rows = ops.shape(inputs)[0]
    outputs = ops.zeros((rows, cut.time if options.sequences else 0, units), inputs.dtype)
    starts = [ops.zeros((cut.count, rows, units), inputs.dtype) for _ in initial]

    def body(number, outputs, *arrays):
        states, starts = arrays[: len(initial)], arrays[len(initial) :]
        starts = [_put(array, number, state) for array, state in zip(starts, states, strict=True)]
        steps, valid, fresh = cut.at(number)
        histories, _, last = segment.forward(options, weights, steps, valid, states)
        if options.sequences:
            new = segment.outputs_of(options, histories[0])
            old = cut.read(outputs, number)
            outputs = cut.write(outputs, number, ops.where(fresh, new, old))
        return number + 1, outputs, *last, *starts

    _, outputs, *arrays = ops.while_loop(
        lambda number, *_: number < cut.count, body, (_number(0), outputs, *initial, *starts)
    )
    return outputs, arrays[len(initial) :], arrays[: len(initial)]


def _backward(options, every, weights, inputs, valid, starts, upstream):
    cut = _Segments(options, every, inputs, valid)
    of_last = upstream[1:] if options.sequences else upstream
    states = len(of_last)

    def body(number, of_inputs, *arrays):
        gradients, totals = arrays[:states], arrays[states:]
        steps, valid, fresh = cut.at(number)
        histories, saved, _ = segment.forward(options, weights, steps, valid, [start[number] for start in starts])
        of_outputs = None
        if options.sequences:
            of_outputs = cut.read(upstream[0], number)
            of_outputs = segment.to_loops(options, ops.where(fresh, of_outputs, ops.zeros_like(of_outputs)))
        of_steps, of_weights, gradients = segment.backward(
            options,
            weights,
            steps,
            valid,
            histories,
            saved,
            of_outputs,
            gradients,
            cut.first_step(number),
            number * cut.length,
        )
        new = cut.read(of_inputs, number) + segment.to_loops(options, of_steps)
        totals = [total + part for total, part in zip(totals, of_weights, strict=True)]
        return number - 1, cut.write(of_inputs, number, new), *gradients, *totals

    zeros = [ops.zeros_like(weight) for weight in weights]
    _, of_inputs, *arrays = ops.while_loop(
        lambda number, *_: number >= 0, body, (_number(cut.count - 1), ops.zeros_like(inputs), *of_last, *zeros)
    )
    return of_inputs, arrays[states:], arrays[:states]


class _Segments:
    """A sequence cut in segments of equal length, in the order of reading; the last one overlaps the one before."""

    def __init__(self, options, every, inputs, valid):
        self.options, self.reverse = options, options.reverse
        self.inputs, self.valid = inputs, valid
        self.time = ops.shape(inputs)[1]
        # A Python number where the time is one: JAX wants sizes known.
        self.length = min(every, self.time) if isinstance(self.time, int) else ops.minimum(every, self.time)
        self.count = (self.time + self.length - 1) // self.length

    def start(self, number):
        """<int32>[], the time at which a segment starts."""
        if self.reverse:
            return ops.maximum(self.time - (number + 1) * self.length, 0)
        return ops.minimum(number * self.length, self.time - self.length)

    def first_step(self, number):
        """<int32>[], its first step in the order of reading."""
        return self.time - self.start(number) - self.length if self.reverse else self.start(number)

    def at(self, number):
        """Its steps and those of them that are valid, as the loops want them; those not in the segment before."""
        times = self.start(number) + ops.arange(self.length, dtype="int32")
        read = self.time - 1 - times if self.reverse else times
        fresh = (read >= number * self.length)[None, :, None]
        valid = ops.logical_and(ops.cast(self.read(self.valid, number), "bool"), fresh)
        steps = self.read(self.inputs, number)
        return segment.to_loops(self.options, steps), segment.to_loops(self.options, valid), fresh

    def read(self, array, number):
        """<float>[batch, length, n] of <float>[batch, time, n]."""
        rows, _, width = ops.shape(array)
        return slice_at(array, (0, self.start(number), 0), (rows, self.length, width))

    def write(self, array, number, part):
        return put_at(array, (0, self.start(number), 0), part)


def _number(value):
    return ops.cast(value, "int32")


def _put(array, index, row):
    return put_at(array, (index, 0, 0), row[None])
