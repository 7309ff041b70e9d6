"""References for the loops of `rnn_zoo.bptt`: Keras's layers, and Keras's cells step by step."""

import contextlib
from dataclasses import dataclass

import keras
import numpy as np
import pytest
from differentiate import values_and_gradients
from hypothesis import strategies as st
from keras import ops

from rnn_zoo.bptt import recurrence
from rnn_zoo.bptt.gru import GRU
from rnn_zoo.bptt.lstm import LSTM
from rnn_zoo.bptt.vanilla import Vanilla

CELLS = {**{name: Vanilla(name) for name in ("tanh", "relu", "sigmoid", "linear")}, "lstm": LSTM(), "gru": GRU()}
TOLERANCES = {"float32": 1e-5, "float64": 1e-10}
# Outside TensorFlow some of Keras's operations return float32 for any input.
DTYPE = "float64" if keras.backend.backend() == "tensorflow" else "float32"
needs_jax = pytest.mark.skipif(keras.backend.backend() != "jax", reason="JAX only")


@dataclass
class Problem:
    """A cell, its input arrays, and Keras's layer with the same weights.

    Its functions take `arrays`: inputs, W, U, b (with `use_bias` only), h_0 (and c_0). They return
    [outputs <float>[batch, time, units] in time order, *last states].

    Args:
        kind: a key of `CELLS`.
        shape: batch, time, features, units.
        masked: bool, rows are in turn full, padded right, padded left, with gaps, empty; else all are full.
        reverse: bool, runs from the last step to the first.
        use_bias: bool, whether b (of the GRU b and b') is there.
        dtype: of all arrays.
        seed: int, of all numbers; also selects the padding pattern of the first row.
    """

    kind: str
    shape: tuple
    masked: bool = True
    reverse: bool = False
    use_bias: bool = True
    dtype: str = DTYPE
    seed: int = 0

    def __post_init__(self):
        generator = np.random.default_rng(self.seed)
        batch, time, features, units = self.shape
        self.cell = CELLS[self.kind]
        self.mask = _mask(generator, batch, time, self.seed) if self.masked else None
        options = {"return_sequences": True, "return_state": True, "go_backwards": self.reverse, "dtype": self.dtype}
        if self.kind in ("lstm", "gru"):
            kind = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU}[self.kind]
            self.layer = kind(units, use_bias=self.use_bias, use_cudnn=False, **options)
        else:
            self.layer = keras.layers.SimpleRNN(units, self.kind, use_bias=self.use_bias, **options)
        self.layer.build((None, None, features))
        shapes = [(batch, time, features), *(tuple(weight.shape) for weight in self.layer.weights)]
        shapes += [(batch, units)] * self.cell.states
        self.arrays = [generator.standard_normal(shape).astype(self.dtype) / 2 for shape in shapes]

    def split(self, arrays):
        """Returns inputs, weights, initial states."""
        return arrays[0], arrays[1 : -self.cell.states], list(arrays[-self.cell.states :])

    def ours(self, **options):
        """With `recurrence`; without outputs where `sequences` is False."""

        def run(*arrays):
            inputs, (kernel, recurrent_kernel, *biases), initial = self.split(arrays)
            bias, recurrent_bias = biases[0] if biases else None, None
            if biases and self.kind == "gru":
                bias, recurrent_bias = bias[0], bias[1]
            given = {"recurrent_bias": recurrent_bias, "mask": self.mask, "reverse": self.reverse, **options}
            outputs, last = recurrence(self.cell, inputs, kernel, recurrent_kernel, bias, initial, **given)
            return [*([] if outputs is None else [outputs]), *last]

        return run

    def keras_layer(self, *arrays):
        """With the Keras layer, whose outputs before the first valid step differ: see `where_read`."""
        inputs, weights, initial = self.split(arrays)
        others = [variable.value for variable in self.layer.non_trainable_variables]
        call = {"initial_state": initial, "mask": None if self.mask is None else ops.convert_to_tensor(self.mask)}
        (outputs, *last), _ = self.layer.stateless_call(weights, others, inputs, **call)
        return [ops.flip(outputs, axis=1) if self.reverse else outputs, *last]

    def keras_cell(self, truncate=None):
        """With the Keras cell, in a Python loop that detaches the states before steps k, 2k, ... in reading order."""

        def run(*arrays):
            inputs, weights, states = self.split(arrays)
            others = [variable.value for variable in self.layer.cell.non_trainable_variables]
            outputs = []
            for step in range(self.shape[1]):
                t = self.shape[1] - 1 - step if self.reverse else step
                if truncate and step and step % truncate == 0:
                    states = [ops.stop_gradient(state) for state in states]
                (_, new), _ = self.layer.cell.stateless_call(weights, others, inputs[:, t], states)
                if self.masked:
                    valid = self.mask[:, t, None]
                    new = [ops.where(valid, after, before) for after, before in zip(new, states, strict=True)]
                states = list(new)
                outputs.append(states[0])
            return [ops.stack(outputs[::-1] if self.reverse else outputs, axis=1), *states]

        return run

    def where_read(self, function):
        """Returns the function with its outputs set to zero before the first valid step."""
        if not self.masked:
            return function
        valid = self.mask[:, ::-1] if self.reverse else self.mask
        read = np.logical_or.accumulate(valid, axis=1)
        read = (read[:, ::-1] if self.reverse else read)[..., None].astype(self.dtype)

        def run(*arrays):
            outputs, *last = function(*arrays)
            return [outputs * (read if isinstance(outputs, np.ndarray) else ops.convert_to_tensor(read)), *last]

        return run


def _mask(generator, batch, time, first):
    mask = np.ones((batch, time), bool)
    for row in range(batch):
        length = generator.integers(1, time + 1)
        pattern = (row + first) % 5
        if pattern == 1:
            mask[row, length:] = False
        elif pattern == 2:
            mask[row, : time - length] = False
        elif pattern == 3:
            mask[row] = generator.random(time) < 0.5
        elif pattern == 4:
            mask[row] = False
    return mask


def loss(values):
    """A random projection, different for each value, so that all gradients differ."""
    return sum(ops.sum(value * ops.convert_to_tensor(weight, value.dtype)) for value, weight in weighed(values))


def weighed(values):
    """Pairs each value with its random weights in the loss."""
    weights = [np.random.default_rng(number).standard_normal(tuple(value.shape)) for number, value in enumerate(values)]
    return zip(values, weights, strict=True)


def with_gradients(function, arrays):
    """Returns (values, gradients of their `loss`) as NumPy: eager on TensorFlow, one jitted function on JAX."""
    return values_and_gradients(function, arrays, loss)


def assert_close(actual, expected, tolerance=TOLERANCES[DTYPE]):
    """Compares up to `tolerance` times the largest magnitude of each expected array."""
    actual, expected = keras.tree.flatten(actual), keras.tree.flatten(expected)
    for one, other in zip(actual, expected, strict=True):
        scale = np.abs(other).max(initial=1e-3)  # smaller sums are rounding error
        np.testing.assert_allclose(one, other, rtol=0, atol=tolerance * scale)


@contextlib.contextmanager
def uncompiled():
    """Runs the loops eagerly on TensorFlow, so that no shape needs a compilation."""
    if keras.backend.backend() != "tensorflow":
        yield
        return
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(False)


# Arguments of a Problem. Batches of 16 rows and more are split.
any_problem = st.builds(
    dict,
    kind=st.sampled_from([*CELLS]),
    shape=st.tuples(st.integers(1, 6) | st.sampled_from([17, 26]), *[st.integers(1, 6)] * 3),
    masked=st.booleans(),
    reverse=st.booleans(),
    use_bias=st.booleans(),
    seed=st.integers(0, 99),
)
