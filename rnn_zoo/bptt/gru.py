"""The GRU step and its gradient."""

from collections.abc import Sequence
from dataclasses import dataclass

from keras import ops

from rnn_zoo.bptt.backend import tanh
from rnn_zoo.types import Tensor


@dataclass(frozen=True)
class GRU:
    """One step of the GRU with p_t = x_t W + b and r_t = h_(t-1) U + b', each with the gates z, r, n concatenated.

        z, r = sigmoid(p_t + r_t),  n = tanh(p_t + r * r_t)
        h_t = z * h_(t-1) + (1 - z) * n

    The reset gate acts after the product, as in cuDNN and `keras.layers.GRU(reset_after=True)`.

    Reference: Cho et al. 2014.
    """

    gates = 3
    states = 1
    saves = 4  # arrays that the gradient needs besides the states
    extra = 1  # parts of dL/dp_t that dL/dr_t does not contain
    time_axis = 0  # as in `LSTM`

    def step(self, projected: Tensor, recurrent: Tensor, states: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """p_t, r_t <float>[batch, 3 * units], [h_(t-1)] -> [h_t], [z, r, n, the candidate's part of r_t]."""
        units = ops.shape(states[0])[-1]
        # sigmoid(x) = tanh(x / 2) / 2 + 1 / 2, for both gates at once: XLA vectorises tanh better than the exponential.
        gates = tanh((projected[:, : 2 * units] + recurrent[:, : 2 * units]) * 0.5) * 0.5 + 0.5
        z, r = gates[:, :units], gates[:, units:]
        candidate = recurrent[:, 2 * units :]
        n = tanh(projected[:, 2 * units :] + r * candidate)
        return [n + z * (states[0] - n)], [z, r, n, candidate]

    def gradient(
        self, saved: Sequence[Tensor], previous: Sequence[Tensor], new: Sequence[Tensor], gradients: Sequence[Tensor]
    ) -> tuple[Tensor, list[Tensor], list[Tensor]]:
        """[dL/dh_t] -> (dL/dr_t, [dL/dn before its tanh], [dL/dh_(t-1)] without the path through r_t)."""
        z, r, n, candidate = saved
        (output,) = gradients
        dn = output * (1 - z) * (1 - n * n)
        dz = output * (previous[0] - n) * z * (1 - z)
        dr = dn * candidate * r * (1 - r)
        return ops.concatenate([dz, dr, dn * r], axis=1), [dn], [output * z]

    @staticmethod
    def projected_gradient(recurrent: Tensor, extra: Sequence[Tensor]) -> Tensor:
        """dL/dp of all steps: equal to dL/dr except for the candidate, which the reset gate does not scale in p."""
        units = ops.shape(extra[0])[-1]
        return ops.concatenate([recurrent[..., : 2 * units], extra[0]], axis=-1)
