"""NumPy reference of the vanilla recurrence, with shared test inputs and weights."""

import keras
import numpy as np
from helpers import random_inputs
from keras import ops

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
NUMPY_ACTIVATIONS = {
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "linear": lambda x: x,
}


@keras.saving.register_keras_serializable(package="tests")
def halved_sine(x):
    return ops.sin(x) / 2


def reference(inputs, kernel, recurrent_kernel, bias=0.0, f=np.tanh, state=None, mask=None, backwards=False):
    """Returns (outputs [batch, time, units] in reading order, last state), in float64."""
    inputs = np.asarray(inputs, "float64")
    state = np.zeros((len(inputs), len(recurrent_kernel))) if state is None else np.asarray(state, "float64")
    output, outputs = np.zeros_like(state), []
    steps = range(inputs.shape[1])
    for t in reversed(steps) if backwards else steps:
        new = f(inputs[:, t] @ kernel + state @ recurrent_kernel + bias)
        valid = np.ones((len(inputs), 1), bool) if mask is None else mask[:, t, None]
        state, output = np.where(valid, new, state), np.where(valid, new, output)
        outputs.append(output)
    return np.stack(outputs, axis=1), state


def weights(seed=0, features=FEATURES, units=UNITS):
    """Returns kernel, recurrent_kernel and bias, in the layer's order."""
    return [random_inputs(shape, seed + i) / 2 for i, shape in enumerate([(features, units), (units, units), (units,)])]


def with_weights(layer, values=None, batch=BATCH):
    layer.build((batch, TIME, FEATURES))
    layer.set_weights(weights() if values is None else values)
    return layer


def numpy(outputs):
    return [ops.convert_to_numpy(output) for output in keras.tree.flatten(outputs)]


def close(actual, expected, atol=1e-5):
    for one, other in zip(numpy(actual), numpy(expected), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=atol)


INPUTS = random_inputs((BATCH, TIME, FEATURES))
STATE = random_inputs((BATCH, UNITS), seed=9)
