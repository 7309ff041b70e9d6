"""The vanilla step and its gradient."""

from collections.abc import Sequence
from dataclasses import dataclass

from keras import ops

from rnn_zoo.bptt.backend import tanh
from rnn_zoo.types import Tensor


@dataclass(frozen=True)
class Vanilla:
    """One step of h_t = f(p_t + r_t), where p_t = x_t W + b and r_t = h_(t-1) U.

    The gradient needs only the new state, because f' is a function of f for every supported f:

        da_t = dh_t * f'(h_t)

    Args:
        activation: "tanh", "relu", "sigmoid" or "linear".
    """

    activation: str = "tanh"

    gates = 1
    states = 1
    saves = 0  # arrays that the gradient needs besides the states
    extra = 0  # parts of dL/dp_t that dL/dr_t does not contain
    time_axis = 1  # steps are small: transposed copies would cost more than strided access

    def step(self, projected: Tensor, recurrent: Tensor, states: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """p_t, r_t <float>[batch, units], [h_(t-1)] -> [h_t], arrays that the gradient needs besides the states."""
        return [ACTIVATIONS[self.activation][0](projected + recurrent)], []

    def gradient(
        self, saved: Sequence[Tensor], previous: Sequence[Tensor], new: Sequence[Tensor], gradients: Sequence[Tensor]
    ) -> tuple[Tensor, list[Tensor], list[Tensor]]:
        """[dL/dh_t] -> (dL/dr_t, extra parts of dL/dp_t, [dL/dh_(t-1)] without the path through r_t)."""
        return gradients[0] * ACTIVATIONS[self.activation][1](new[0]), [], [ops.zeros_like(previous[0])]

    @staticmethod
    def projected_gradient(recurrent: Tensor, extra: Sequence[Tensor]) -> Tensor:
        """dL/dp of all steps, from dL/dr and the extra parts."""
        return recurrent


# Each f with f' as a function of y = f(x).
ACTIVATIONS = {
    "tanh": (tanh, lambda y: 1 - y * y),
    "relu": (ops.relu, lambda y: ops.cast(y > 0, y.dtype)),
    "sigmoid": (ops.sigmoid, lambda y: y * (1 - y)),
    "linear": (lambda x: x, ops.ones_like),
}
