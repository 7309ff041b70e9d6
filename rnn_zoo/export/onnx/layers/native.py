"""Vanilla cells, LSTM and GRU by ONNX's own operators RNN, LSTM and GRU: the order of their weights and gates."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np

from rnn_zoo.cells import VanillaRNN
from rnn_zoo.export.onnx.graph import Graph, Value
from rnn_zoo.export.onnx.layers.keras_layers import array
from rnn_zoo.types import Tensor

# Order of the gates in the kernels of Keras -> in those of ONNX.
_LSTM_GATES = (0, 3, 1, 2)  # i f c o -> i o f c
_GRU_GATES = (0, 1, 2)  # z r h
_ACTIVATIONS = {"tanh": "Tanh", "relu": "Relu", "sigmoid": "Sigmoid", "linear": "Affine"}


def run_native(
    graph: Graph,
    recurrences: Sequence[Any],
    places: Sequence[str],
    names: Mapping[str, Sequence[str]],
    inputs: Value,
    lengths: Value | None,
    given: Mapping[str, Value],
) -> tuple[list[Value], dict[str, Value]]:
    """ONNX's own operator, one for both directions."""
    op, weights, options, count = NATIVE[type(recurrences[0])](recurrences)
    units = recurrences[0].units
    direction = "bidirectional" if len(places) == 2 else "reverse" if recurrences[0].go_backwards else "forward"
    initial = [
        _initial(graph, [names[place][state] for place in places], given, inputs, units) for state in range(count)
    ]
    steps = graph.transpose(inputs.cast("float32"), 1, 0, 2)
    made = graph.add(
        op, steps, *weights, lengths, *initial, count=1 + count, direction=direction, hidden_size=units, **options
    )
    sequence, *ends = made
    by_direction = graph.transpose(sequence, 2, 0, 1, 3)  # [time, directions, batch, units] -> batch first
    parts = [graph.squeeze(graph.slice(by_direction, 2, place, place + 1), 2) for place in range(len(places))]
    last = {
        names[place][state]: graph.squeeze(graph.slice(end, 0, number, number + 1), 0)
        for state, end in enumerate(ends)
        for number, place in enumerate(places)
    }
    return parts, last


def _initial(graph, names, given, inputs, units):
    """<float>[directions, batch, units], or None for zeros."""
    if not any(name in given for name in names):
        return None
    zeros = graph.add("ConstantOfShape", graph.sizes(graph.size(inputs, 0), units), dtype="float32", value=_tensor(0.0))
    return graph.concat([graph.expand_dims(given.get(name, zeros), 0) for name in names], 0)


def _vanilla(recurrences):
    cells = [one.cell for one in recurrences]
    kernels = np.stack([array(cell.kernel).T for cell in cells])
    recurrent_kernels = np.stack([array(cell.recurrent_kernel).T for cell in cells])
    biases = np.stack([np.concatenate([_bias(cell, cell.units), np.zeros(cell.units, "float32")]) for cell in cells])
    return "RNN", (kernels, recurrent_kernels, biases), _activations(cells, ("activation",)), 1


def _lstm(recurrences):
    cells = [one.cell for one in recurrences]
    units = cells[0].units
    kernels = np.stack([_gates(array(cell.kernel), _LSTM_GATES) for cell in cells])
    recurrent_kernels = np.stack([_gates(array(cell.recurrent_kernel), _LSTM_GATES) for cell in cells])
    biases = [_gates(_bias(cell, 4 * units)[None], _LSTM_GATES)[:, 0] for cell in cells]
    biases = np.stack([np.concatenate([bias, np.zeros_like(bias)]) for bias in biases])
    names = ("recurrent_activation", "activation", "activation")
    return "LSTM", (kernels, recurrent_kernels, biases), _activations(cells, names), 2


def _gru(recurrences):
    cells = [one.cell for one in recurrences]
    units = cells[0].units
    kernels = np.stack([_gates(array(cell.kernel), _GRU_GATES) for cell in cells])
    recurrent_kernels = np.stack([_gates(array(cell.recurrent_kernel), _GRU_GATES) for cell in cells])
    biases = []
    for cell in cells:
        bias = array(cell.bias) if cell.use_bias else np.zeros(6 * units if cell.reset_after else 3 * units, "float32")
        biases.append(bias.reshape(-1) if cell.reset_after else np.concatenate([bias, np.zeros_like(bias)]))
    options = _activations(cells, ("recurrent_activation", "activation"))
    options["linear_before_reset"] = int(cells[0].reset_after)
    return "GRU", (kernels, recurrent_kernels, np.stack(biases)), options, 1


def _gates(kernel: Tensor, order: tuple[int, ...]) -> Tensor:
    """Kernels <float>[features, gates * units] in ONNX's form, [gates * units, features], gates in its order."""
    return np.concatenate([np.split(kernel, len(order), axis=1)[gate] for gate in order], axis=1).T


def _bias(cell, size):
    return array(cell.bias) if cell.use_bias else np.zeros(size, "float32")


def _activations(cells, arguments):
    names = [getattr(cell, argument).__name__ for cell in cells for argument in arguments]
    if unknown := [name for name in names if name not in _ACTIVATIONS]:
        raise ValueError(f"The activation {unknown[0]!r} of a cell has no ONNX form; {', '.join(_ACTIVATIONS)} have.")
    options: dict[str, Any] = {"activations": [_ACTIVATIONS[name] for name in names]}
    if "linear" in names:
        options |= {"activation_alpha": [1.0] * len(names), "activation_beta": [0.0] * len(names)}
    return options


NATIVE = {VanillaRNN: _vanilla, keras.layers.LSTM: _lstm, keras.layers.GRU: _gru}


def _tensor(number):
    import onnx.numpy_helper

    return onnx.numpy_helper.from_array(np.array([number], "float32"))
