"""The two loops over time: forward, and back.

Arrays over time are <float>[batch, time, n] where `time_axis` of the cell is 1, <float>[time, batch, n] where it is 0.
"""

from keras import ops

from rnn_zoo.bptt.backend import put_at, slice_at


def forward(cell, masked, projected, valid, recurrent_kernel, recurrent_bias, reverse, *initial):
    """Runs a cell from its initial states to its last.

    The loop carries the states and adds one product to what was projected before it, h_(t-1) U.

    Args:
        cell: `Vanilla`, `LSTM` or `GRU`.
        masked: bool, whether `valid` is to be read.
        projected: <float>[batch, time, gates * units], x_t W + b of all steps.
        valid: <bool>[batch, time, 1]; where it is False the states stay as they are.
        recurrent_kernel: <float>[units, gates * units], U.
        recurrent_bias: <float>[gates * units].
        reverse: <int32>[], 1 to read from the last step to the first, else 0. A number and not a choice of code, so
            that both directions of a layer share one compiled loop.
        initial: <float>[batch, units] for each state.

    Returns:
        (histories, saved, last): for each state <float>[batch, time + 1, units], the state after step t at t + 1 and
        the initial one at 0 (in reverse at t, and at time); what the cell saved, each <float>[batch, time, units]; the
        last states.
    """
    axis = cell.time_axis
    batch, time = ops.shape(projected)[1 - axis], ops.shape(projected)[axis]
    units = recurrent_kernel.shape[0]
    dtype = projected.dtype
    histories = [_put(_zeros(batch, time + 1, units, axis, dtype), reverse * time, state, axis) for state in initial]
    saved = [_zeros(batch, time, units, axis, dtype) for _ in range(cell.saves)]

    def body(step, places, states, histories, saved):
        t, after = places
        recurrent = ops.matmul(states[0], recurrent_kernel) + recurrent_bias
        new, kept = cell.step(_at(projected, t, axis), recurrent, states)
        if masked:
            new = [ops.where(_at(valid, t, axis), now, before) for now, before in zip(new, states, strict=True)]
        histories = [_put(history, after, state, axis) for history, state in zip(histories, new, strict=True)]
        saved = [_put(array, t, part, axis) for array, part in zip(saved, kept, strict=True)]
        return step + 1, _moved(places, forth), new, histories, saved

    first, forth = reverse * (time - 1), 1 - 2 * reverse
    places = [first, first + 1 - reverse]  # of a step, and of the state after it
    *_, last, histories, saved = _loop(lambda step: step < time, body, 0, places, list(initial), histories, saved)
    return histories, saved, last


def backward(
    cell,
    masked,
    sequences,
    truncated,
    recurrent_kernel,
    valid,
    reverse,
    truncate,
    first,
    fresh,
    outputs,
    last,
    histories,
    saved,
):
    """Runs the gradient from the last step to the first.

    The loop carries dL/dh and adds one product, da_t U^T; the gradients of the weights and inputs are products over all
    steps, after it.

    Args:
        cell, masked, recurrent_kernel, valid, reverse: as of `forward`.
        sequences: bool, whether `outputs` is to be read.
        truncated: bool, whether `truncate` is to be read.
        truncate: <int32>[], no gradient crosses from a step k, 2k, 3k, ... to the one before.
        first: <int32>[], the number of the first step in the order of reading.
        fresh: <int32>[], the number of the first step that is not part of another segment, for no cut is made before.
        outputs: <float>[batch, time, units], dL/dy.
        last: <float>[batch, units] for each state, the gradient of the last one.
        histories, saved: as `forward` returned them.

    Returns:
        (recurrent, further, initial): dL/dr <float>[batch, time, gates * units]; what else the cell's
        `projected_gradient` wants, each <float>[batch, time, units]; the gradient of each initial state.
    """
    axis = cell.time_axis
    batch, time = ops.shape(histories[0])[1 - axis], ops.shape(histories[0])[axis] - 1
    units = recurrent_kernel.shape[0]
    dtype = histories[0].dtype
    transposed = ops.transpose(recurrent_kernel)
    arrays = [_zeros(batch, time, width, axis, dtype) for width in (cell.gates * units, *[units] * cell.further)]

    def body(step, places, gradients, arrays):
        t, earlier, later = places
        if sequences:
            gradients = [gradients[0] + _at(outputs, t, axis), *gradients[1:]]
        recurrent, further, before = cell.gradient(
            [_at(array, t, axis) for array in saved],
            [_at(history, earlier, axis) for history in histories],
            [_at(history, later, axis) for history in histories],
            gradients,
        )
        parts = [recurrent, *further]
        if masked:
            parts = [ops.where(_at(valid, t, axis), part, ops.zeros_like(part)) for part in parts]
            before = [ops.where(_at(valid, t, axis), new, old) for new, old in zip(before, gradients, strict=True)]
        before = [before[0] + ops.matmul(parts[0], transposed), *before[1:]]
        if truncated:
            number = first + step
            cut = ops.logical_and(number > 0, number % truncate == 0) & (number >= fresh)
            before = [ops.where(cut, ops.zeros_like(gradient), gradient) for gradient in before]
        arrays = [_put(array, t, part, axis) for array, part in zip(arrays, parts, strict=True)]
        return step - 1, _moved(places, back), before, arrays

    end, back = (1 - reverse) * (time - 1), 2 * reverse - 1
    places = [end, end + reverse, end + 1 - reverse]  # of a step, and of the states before and after it
    *_, initial, arrays = _loop(lambda step: step >= 0, body, time - 1, places, list(last), arrays)
    return arrays[0], arrays[1:], initial


def _moved(places, by):
    """The places of the next step, carried by the loop from one step to the next.

    Computed from the number of the step they would make `reverse` a number that XLA on TensorFlow has to know when it
    compiles, and each loop would be compiled twice: once for each direction.
    """
    return [place + by for place in places]


def _zeros(batch, time, width, axis, dtype):
    return ops.zeros((batch, time, width) if axis else (time, batch, width), dtype)


def _at(array, index, axis):
    """<float>[batch, n], one step of an array over time."""
    if axis == 0:
        return array[index]
    batch, _, width = ops.shape(array)
    return slice_at(array, (0, index, 0), (batch, 1, width))[:, 0]


def _put(array, index, row, axis):
    """The array over time with a new step."""
    if axis == 0:
        return put_at(array, (index, 0, 0), row[None])
    return put_at(array, (0, index, 0), row[:, None])


def _loop(condition, body, start, *carried):
    """A while loop whose state is a number and lists of arrays, as both backends want it: flat."""
    sizes = [len(group) for group in carried]

    def flat(step, groups):
        return (step, *(array for group in groups for array in group))

    def grouped(arrays):
        arrays = list(arrays)
        return [[arrays.pop(0) for _ in range(size)] for size in sizes]

    def flat_body(step, *arrays):
        step, *groups = body(step, *grouped(arrays))
        return flat(step, groups)

    start = ops.convert_to_tensor(start, "int32")
    step, *arrays = ops.while_loop(lambda step, *_: condition(step), flat_body, flat(start, carried))
    return (step, *grouped(arrays))
