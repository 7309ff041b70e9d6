"""NumPy reference of the linear recurrences in float64, with shared test inputs and weights."""

import keras
import numpy as np
from differentiate import values_and_gradients
from helpers import random_inputs
from keras import ops

from rnn_zoo.cells import MinGRU, MinGRUCell, MinLSTM, MinLSTMCell

BATCH, TIME, FEATURES, UNITS = 6, 5, 3, 4
MASK = np.array(
    [
        [1, 1, 1, 1, 1],
        [1, 1, 1, 0, 0],  # padded on the right
        [0, 0, 1, 1, 1],  # padded on the left
        [1, 0, 1, 0, 1],  # gaps
        [0, 1, 0, 1, 0],
        [0, 0, 0, 0, 0],  # fully masked
    ],
    dtype=bool,
)
CELLS = {MinGRU: MinGRUCell, MinLSTM: MinLSTMCell}
LAYERS = list(CELLS)
INPUTS = random_inputs((BATCH, TIME, FEATURES))
STATE = random_inputs((BATCH, UNITS), seed=9)


def scan(decay, inputs, initial):
    """<float64>[time, batch, units]: h_t = a_t h_(t-1) + b_t."""
    state, states = np.asarray(initial, "float64"), []
    for a, b in zip(decay, inputs, strict=True):
        state = a * state + b
        states.append(state)
    return np.stack(states)


def log_sigmoid(x):
    return -np.logaddexp(0, -x)


def positive(x):
    return np.where(x >= 0, x + 0.5, np.exp(log_sigmoid(x)))


def min_gru_gates(projected):
    k, p = np.split(projected, 2, axis=-1)
    return np.exp(log_sigmoid(-k)), np.exp(log_sigmoid(k)) * positive(p)


def min_lstm_gates(projected):
    u, v, p = np.split(projected, 3, axis=-1)
    log_sum = np.logaddexp(log_sigmoid(u), log_sigmoid(v))
    return np.exp(log_sigmoid(u) - log_sum), np.exp(log_sigmoid(v) - log_sum) * positive(p)


def reference(layer, inputs, kernel, bias=0.0, state=None, mask=None, backwards=False):
    """Returns (outputs [batch, time, units] in reading order, last state) of MinGRU or MinLSTM."""
    gates = {MinGRU: min_gru_gates, MinLSTM: min_lstm_gates}[layer]
    decay, new = gates(np.asarray(inputs, "float64") @ kernel + bias)
    if mask is not None:
        decay, new = np.where(mask[..., None], decay, 1), np.where(mask[..., None], new, 0)
    decay, new = (array.swapaxes(0, 1)[:: -1 if backwards else 1] for array in (decay, new))
    states = scan(decay, new, np.full(decay.shape[1:], 0.5) if state is None else state)
    return states.swapaxes(0, 1), states[-1]


def weights(layer, seed=0, features=FEATURES, units=UNITS):
    """Returns kernel and bias, in the layer's order."""
    width = CELLS[layer].projections * units
    return [random_inputs((features, width), seed), random_inputs((width,), seed + 1)]


def with_weights(layer, values=None):
    layer.build((BATCH, TIME, FEATURES))
    kind = next(kind for kind in LAYERS if isinstance(layer, kind) or isinstance(layer.cell, CELLS[kind]))
    layer.set_weights(weights(kind) if values is None else values)
    return layer


def gradients_of(function, *arrays):
    """Returns the gradients of the sum of a function's output with respect to each argument, as NumPy."""
    return values_and_gradients(function, arrays)[1]


def numpy(outputs):
    return [ops.convert_to_numpy(output) for output in keras.tree.flatten(outputs)]


def close(actual, expected, tolerance=1e-5):
    for one, other in zip(numpy(actual), numpy(expected), strict=True):
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)
