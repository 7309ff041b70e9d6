"""The LSTM step and its gradient."""

from collections.abc import Sequence
from dataclasses import dataclass

from keras import ops

from rnn_zoo.bptt.backend import tanh
from rnn_zoo.types import Tensor


@dataclass(frozen=True)
class LSTM:
    """One step of the LSTM with p_t = x_t W + b and r_t = h_(t-1) U, each with the gates i, f, g, o concatenated.

        i, f, o = sigmoid(p_t + r_t),  g = tanh(p_t + r_t)
        c_t = f * c_(t-1) + i * g,  h_t = o * tanh(c_t)

    The gate order is that of `keras.layers.LSTM`.

    Reference: Hochreiter and Schmidhuber 1997; the forget gate: Gers et al. 2000.
    """

    gates = 4
    states = 2
    saves = 4  # arrays that the gradient needs besides the states
    extra = 0  # parts of dL/dp_t that dL/dr_t does not contain
    # The arrays are four times as wide as the state: contiguous steps are worth the transposed copies.
    time_axis = 0

    def step(self, projected: Tensor, recurrent: Tensor, states: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """p_t, r_t <float>[batch, 4 * units], [h_(t-1), c_(t-1)] -> [h_t, c_t], [i, f, g, o]."""
        units = ops.shape(states[0])[-1]
        scale, shift = _sigmoid_as_tanh(units, projected.dtype)
        # sigmoid(x) = tanh(x / 2) / 2 + 1 / 2: XLA vectorises one tanh over all gates, but not four over slices.
        gates = tanh((projected + recurrent) * scale) * scale + shift
        i, f, g, o = (gates[:, k * units : (k + 1) * units] for k in range(4))
        carry = f * states[1] + i * g
        return [o * tanh(carry), carry], [i, f, g, o]

    def gradient(
        self, saved: Sequence[Tensor], previous: Sequence[Tensor], new: Sequence[Tensor], gradients: Sequence[Tensor]
    ) -> tuple[Tensor, list[Tensor], list[Tensor]]:
        """[dL/dh_t, dL/dc_t] -> (dL/dr_t, [], [dL/dh_(t-1), dL/dc_(t-1)] without the path through r_t)."""
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
    def projected_gradient(recurrent: Tensor, extra: Sequence[Tensor]) -> Tensor:
        """dL/dp of all steps, equal to dL/dr: only the sum of p and r enters the step."""
        return recurrent


def _sigmoid_as_tanh(units, dtype):
    is_sigmoid = ops.repeat(ops.convert_to_tensor([1.0, 1.0, 0.0, 1.0], dtype), units)
    return 1 - is_sigmoid / 2, is_sigmoid / 2
