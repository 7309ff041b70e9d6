"""NumPy reference of the recurrences in `rnn_zoo.bptt`, and finite differences."""

import numpy as np
from bptt_reference import weighed


def in_numpy(kind, inputs, kernel, recurrent_kernel, bias, *states, mask, reverse):
    """Returns [outputs in time order, *last states]; the two biases of the GRU are the rows of one array."""
    bias, recurrent_bias = bias if kind == "gru" else (bias, 0.0)
    outputs = np.zeros((*inputs.shape[:2], len(recurrent_kernel)))
    steps = range(inputs.shape[1])
    for t in reversed(steps) if reverse else steps:
        new = _STEPS[kind](inputs[:, t] @ kernel + bias, states[0] @ recurrent_kernel + recurrent_bias, states)
        states = [np.where(mask[:, t, None], after, before) for after, before in zip(new, states, strict=True)]
        outputs[:, t] = states[0]
    return [outputs, *states]


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _elman(f):
    return lambda p, r, states: [f(p + r)]


def _lstm(p, r, states):
    i, f, g, o = np.split(p + r, 4, axis=-1)
    c = _sigmoid(f) * states[1] + _sigmoid(i) * np.tanh(g)
    return [_sigmoid(o) * np.tanh(c), c]


def _gru(p, r, states):
    (pz, pr, pn), (rz, rr, rn) = np.split(p, 3, axis=-1), np.split(r, 3, axis=-1)
    z, n = _sigmoid(pz + rz), np.tanh(pn + _sigmoid(pr + rr) * rn)
    return [z * states[0] + (1 - z) * n]


_STEPS = {
    "tanh": _elman(np.tanh),
    "relu": _elman(lambda x: np.maximum(x, 0)),
    "sigmoid": _elman(_sigmoid),
    "linear": _elman(lambda x: x),
    "lstm": _lstm,
    "gru": _gru,
}


def numpy_loss(values):
    return sum(np.sum(value * weight) for value, weight in weighed(values))


def finite_differences(function, arrays, directions, step=1e-5):
    """Central differences of a scalar function of arrays, along one direction for each array."""
    differences = []
    for place, direction in enumerate(directions):
        ends = []
        for sign in (1, -1):
            moved = [array + sign * step * direction if n == place else array for n, array in enumerate(arrays)]
            ends.append(function(*moved))
        differences.append((ends[0] - ends[1]) / (2 * step))
    return differences
