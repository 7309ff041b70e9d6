"""The vanilla step and its gradient."""

from dataclasses import dataclass

from keras import ops

from rnn_zoo.bptt.backend import tanh


@dataclass(frozen=True)
class Vanilla:
    """One step of h_t = f(p_t + r_t), where p_t = x_t W + b and r_t = h_(t-1) U.

    Its gradient needs nothing but the new state, because f' is a function of f for each f it knows:

        da_t = dh_t * f'(h_t)

    Args:
        activation: "tanh", "relu", "sigmoid" or "linear".
    """

    activation: str = "tanh"

    gates = 1
    states = 1
    saves = 0  # arrays that the gradient needs besides the states
    further = 0  # parts of dL/dp_t that are not parts of dL/dr_t
    time_axis = 1  # its steps are so small that transposed copies would cost more than strided reading

    def step(self, projected, recurrent, states):
        """<float>[batch, units], the same, [h_(t-1)] -> [h_t], what the gradient needs besides the states."""
        return [ACTIVATIONS[self.activation][0](projected + recurrent)], []

    def gradient(self, saved, previous, new, gradients):
        """[dL/dh_t] -> (dL/dr_t, further parts of dL/dp_t, [dL/dh_(t-1)] without the way through r_t)."""
        return gradients[0] * ACTIVATIONS[self.activation][1](new[0]), [], [ops.zeros_like(previous[0])]

    @staticmethod
    def projected_gradient(recurrent, further):
        """dL/dp of all steps from dL/dr and the further parts."""
        return recurrent


# Each f with f' as a function of y = f(x).
ACTIVATIONS = {
    "tanh": (tanh, lambda y: 1 - y * y),
    "relu": (ops.relu, lambda y: ops.cast(y > 0, y.dtype)),
    "sigmoid": (ops.sigmoid, lambda y: y * (1 - y)),
    "linear": (lambda x: x, ops.ones_like),
}
