"""The LSTM step and its gradient."""

from dataclasses import dataclass

import numpy as np
from keras import ops

from rnn_zoo.bptt.backend import tanh


@dataclass(frozen=True)
class LSTM:
    """One step of the LSTM with p_t = x_t W + b and r_t = h_(t-1) U, each the gates i, f, g, o side by side.

        i, f, o = sigmoid(p_t + r_t),  g = tanh(p_t + r_t)
        c_t = f * c_(t-1) + i * g,  h_t = o * tanh(c_t)

    Reference: Hochreiter and Schmidhuber 1997; the forget gate: Gers et al. 2000. Gate order of `keras.layers.LSTM`.
    """

    gates = 4
    states = 2
    saves = 4  # arrays that the gradient needs besides the states
    further = 0  # parts of dL/dp_t that are not parts of dL/dr_t
    time_axis = (
        0  # reading and writing whole rows of a step is worth transposed copies, the arrays being four times as wide
    )

    def step(self, projected, recurrent, states):
        """<float>[batch, 4 * units], the same, [h, c] before -> [h, c] after, [i, f, g, o]."""
        units = states[0].shape[-1]
        scale, shift = _sigmoid_as_tanh(units, projected.dtype)
        # One tanh over all gates, sigmoid(x) = tanh(x / 2) / 2 + 1 / 2: XLA vectorises it, and not four of slices.
        gates = tanh((projected + recurrent) * scale) * scale + shift
        i, f, g, o = (gates[:, k * units : (k + 1) * units] for k in range(4))
        carry = f * states[1] + i * g
        return [o * tanh(carry), carry], [i, f, g, o]

    def gradient(self, saved, previous, new, gradients):
        """[dL/dh_t, dL/dc_t] -> (dL/dr_t, [], [dL/dh_(t-1), dL/dc_(t-1)] without the way through r_t)."""
        i, f, g, o = saved
        output, carry = gradients
        squashed = tanh(new[1])
        carry = carry + output * o * (1 - squashed * squashed)
        gates = [
            carry * g * i * (1 - i),
            carry * previous[1] * f * (1 - f),
            carry * i * (1 - g * g),
            output * squashed * o * (1 - o),
        ]
        return ops.concatenate(gates, axis=1), [], [ops.zeros_like(output), carry * f]

    @staticmethod
    def projected_gradient(recurrent, further):
        """dL/dp of all steps: p and r enter the step as their sum."""
        return recurrent


def _sigmoid_as_tanh(units, dtype):
    sigmoids = np.repeat([1.0, 1.0, 0.0, 1.0], units)
    return ops.convert_to_tensor(1 - sigmoids / 2, dtype), ops.convert_to_tensor(sigmoids / 2, dtype)
