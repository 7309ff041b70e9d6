"""The two loops over time: forward and backward.

Arrays over time are <float>[batch, time, n] if the cell's `time_axis` is 1, <float>[time, batch, n] if it is 0.
"""

from collections.abc import Sequence
from typing import Any

from keras import ops

from rnn_zoo.bptt.backend import put_at, slice_at, while_loop
from rnn_zoo.types import Tensor


def forward(
    cell: Any,
    masked: bool,
    projected: Tensor,
    valid: Tensor,
    recurrent_kernel: Tensor,
    recurrent_bias: Tensor,
    reverse: Tensor,
    *initial: Tensor,
) -> tuple[list[Tensor], list[Tensor], list[Tensor]]:
    """Runs a cell over all steps.

    The loop carries the states and computes one product per step, h_(t-1) U; x_t W + b is computed before it.

    Args:
        cell: `Vanilla`, `LSTM` or `GRU`.
        masked: whether to use `valid`.
        projected: <float>[batch, time, gates * units], x_t W + b of all steps.
        valid: <bool>[batch, time, 1]; where it is False the states do not change.
        recurrent_kernel: <float>[units, gates * units], U.
        recurrent_bias: <float>[gates * units].
        reverse: <int32>[], 1 to run from the last step to the first, else 0. A tensor and not a Python flag, so that
            both directions of a layer share one compiled loop.
        initial: <float>[batch, units] for each state.

    Returns:
        (histories, saved, last): for each state <float>[batch, time + 1, units] with the state after step t at t + 1
        and the initial state at 0 (in reverse: at t, and at time); the arrays saved by the cell, each
        <float>[batch, time, units]; the last states.
    """
    axis = cell.time_axis
    batch, time = ops.shape(projected)[1 - axis], ops.shape(projected)[axis]
    units = ops.shape(recurrent_kernel)[0]
    dtype = projected.dtype
    histories = [_put(_zeros(batch, time + 1, units, axis, dtype), reverse * time, state, axis) for state in initial]
    saved = [_zeros(batch, time, units, axis, dtype) for _ in range(cell.saves)]

    def body(step, indices, states, histories, saved):
        t, after = indices
        recurrent = ops.matmul(states[0], recurrent_kernel) + recurrent_bias
        new, kept = cell.step(_at(projected, t, axis), recurrent, states)
        if masked:
            new = [ops.where(_at(valid, t, axis), now, before) for now, before in zip(new, states, strict=True)]
        histories = [_put(history, after, state, axis) for history, state in zip(histories, new, strict=True)]
        saved = [_put(array, t, part, axis) for array, part in zip(saved, kept, strict=True)]
        return step + 1, _advanced(indices, direction), new, histories, saved

    first, direction = reverse * (time - 1), 1 - 2 * reverse
    indices = [first, first + 1 - reverse]  # of a step, and of the state after it
    *_, last, histories, saved = _loop(lambda step: step < time, body, 0, indices, list(initial), histories, saved)
    return histories, saved, last


def backward(
    cell: Any,
    masked: bool,
    sequences: bool,
    truncated: bool,
    recurrent_kernel: Tensor,
    valid: Tensor,
    reverse: Tensor,
    truncate: Tensor,
    first: Tensor,
    fresh: Tensor,
    outputs: Tensor,
    last: Sequence[Tensor],
    histories: Sequence[Tensor],
    saved: Sequence[Tensor],
) -> tuple[Tensor, list[Tensor], list[Tensor]]:
    """Runs the gradient from the last step to the first.

    The loop carries dL/dh and computes one product per step, da_t U^T; the gradients of weights and inputs are products
    over all steps, after the loop.

    Args:
        cell, masked, recurrent_kernel, valid, reverse: as in `forward`.
        sequences: whether to use `outputs`.
        truncated: whether to use `truncate`.
        truncate: <int32>[], k: no gradient flows from step k, 2k, 3k, ... to the step before.
        first: <int32>[], the number of the first step in reading order.
        fresh: <int32>[], the number of the first step that no other segment contains; no cut is made before it.
        outputs: <float>[batch, time, units], dL/dy.
        last: <float>[batch, units] for each state, the gradient of the last state.
        histories, saved: as `forward` returned them.

    Returns:
        (recurrent, extra, initial): dL/dr <float>[batch, time, gates * units]; the extra arrays of the cell's
        `projected_gradient`, each <float>[batch, time, units]; the gradient of each initial state.
    """
    axis = cell.time_axis
    batch, time = ops.shape(histories[0])[1 - axis], ops.shape(histories[0])[axis] - 1
    units = ops.shape(recurrent_kernel)[0]
    dtype = histories[0].dtype
    transposed = ops.transpose(recurrent_kernel)
    arrays = [_zeros(batch, time, width, axis, dtype) for width in (cell.gates * units, *[units] * cell.extra)]

    def body(step, indices, gradients, arrays):
        t, earlier, later = indices
        if sequences:
            gradients = [gradients[0] + _at(outputs, t, axis), *gradients[1:]]
        recurrent, extra, before = cell.gradient(
            [_at(array, t, axis) for array in saved],
            [_at(history, earlier, axis) for history in histories],
            [_at(history, later, axis) for history in histories],
            gradients,
        )
        parts = [recurrent, *extra]
        if masked:
            parts = [ops.where(_at(valid, t, axis), part, ops.zeros_like(part)) for part in parts]
            before = [ops.where(_at(valid, t, axis), new, old) for new, old in zip(before, gradients, strict=True)]
        before = [before[0] + ops.matmul(parts[0], transposed), *before[1:]]
        if truncated:
            number = first + step
            cut = ops.logical_and(number > 0, number % truncate == 0) & (number >= fresh)
            before = [ops.where(cut, ops.zeros_like(gradient), gradient) for gradient in before]
        arrays = [_put(array, t, part, axis) for array, part in zip(arrays, parts, strict=True)]
        return step - 1, _advanced(indices, direction), before, arrays

    end, direction = (1 - reverse) * (time - 1), 2 * reverse - 1
    indices = [end, end + reverse, end + 1 - reverse]  # of a step, and of the states before and after it
    *_, initial, arrays = _loop(lambda step: step >= 0, body, time - 1, indices, list(last), arrays)
    return arrays[0], arrays[1:], initial


def _advanced(indices, direction):
    """Returns the indices of the next step, which the loop carries.

    Computed from the step number instead, they would make `reverse` a compile-time constant for XLA on TensorFlow, and
    each loop would be compiled twice, once per direction.
    """
    return [index + direction for index in indices]


def _zeros(batch, time, width, axis, dtype):
    return ops.zeros((batch, time, width) if axis else (time, batch, width), dtype)


def _at(array, index, axis):
    """Returns one step <float>[batch, n] of an array over time."""
    if axis == 0:
        return array[index]
    batch, _, width = ops.shape(array)
    return slice_at(array, (0, index, 0), (batch, 1, width))[:, 0]


def _put(array, index, row, axis):
    """Returns the array over time with one step replaced."""
    if axis == 0:
        return put_at(array, (index, 0, 0), row[None])
    return put_at(array, (0, index, 0), row[:, None])


def _loop(condition, body, start, *carried):
    """A while loop over a step number and lists of arrays, which it flattens for the backends."""
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
    step, *arrays = while_loop(lambda step, *_: condition(step), flat_body, flat(start, carried))
    return (step, *grouped(arrays))
