"""The gates of a cell, computed from its inputs and states."""

from typing import Any

import keras
from keras import ops

from rnn_zoo.cells.linear_cell import LinearCell
from rnn_zoo.types import Model, Tensor


def gates(layer: Model, inputs: Tensor, before: list[Tensor]) -> dict[str, Tensor]:
    """The gates of all steps.

        lstm: i, f, o;  gru: z, r;  min_gru: z, 1 - a of h_t = a h_(t-1) + b;  min_lstm: f, a of the same

    Args:
        layer: keras.layers.RNN.
        inputs: <float>[rows, features], x_t of all steps.
        before: one <float>[rows, units] per state: its value before the step.

    Returns:
        name -> <float>[rows, units] in [0, 1]; empty for cells without gates and for custom cells.
    """
    cell = layer.cell
    if isinstance(cell, LinearCell):
        projected = ops.matmul(inputs, cell.kernel)
        projected = projected if cell.bias is None else projected + cell.bias
        kept, _ = cell.gates(ops.split(projected, cell.projections, axis=-1))
        return {"z": 1 - kept} if cell.projections == 2 else {"f": kept}
    if type(cell) is keras.layers.LSTMCell:
        i, f, _, o = _sums(cell, inputs, before[0], 4, cell.bias)
        return {name: cell.recurrent_activation(total) for name, total in zip("ifo", (i, f, o), strict=True)}
    if type(cell) is keras.layers.GRUCell:
        bias = cell.bias
        if bias is not None and cell.reset_after:
            bias = bias[0] + bias[1]  # z and r use their sum
        z, r, _ = _sums(cell, inputs, before[0], 3, bias)
        return {"z": cell.recurrent_activation(z), "r": cell.recurrent_activation(r)}
    return {}


def _sums(cell: Any, inputs: Tensor, before: Tensor, count: int, bias: Tensor | None) -> list[Tensor]:
    total = ops.matmul(inputs, cell.kernel) + ops.matmul(before, cell.recurrent_kernel)
    return ops.split(total if bias is None else total + bias, count, axis=-1)
