"""TimePooling: from vectors over time to one vector."""

import keras
from keras import ops

from rnn_zoo.checks import one_of
from rnn_zoo.layers.steps import clear_masked, last_step

_MODES = ("last", "max", "mean", "attention")


@keras.saving.register_keras_serializable(package="rnn_zoo")
class TimePooling(keras.layers.Layer):
    """One vector per sequence, from its valid steps alone; zeros for a sequence without one.

        last:       y = x_T at the last valid step T; features that ran backwards are read at the first one
        max:        y = max_t x_t
        mean:       y = sum_t x_t / T
        attention:  y = sum_t a_t x_t,  a = softmax_t(v tanh(x_t W + b))

    Args:
        modes: one of "last", "max", "mean", "attention", or several, concatenated in that order.
        backward_features: int >= 0, how many of the last features ran backwards in time (`Recurrent` has a property of
            this name).

    Call arguments:
        inputs: <float>[batch, time, features].
        mask: <bool>[batch, time]; by default the mask that the inputs carry.

    Returns:
        <float>[batch, features * number of modes].

    Raises:
        ValueError: a mode is unknown or none is given.

    Reference: Yang et al. 2016, "Hierarchical attention networks for document classification", equations 5-7.
    """

    def __init__(self, modes="last", backward_features=0, **kwargs):
        super().__init__(**kwargs)
        self.modes = [modes] if isinstance(modes, str) else list(modes)
        if not self.modes:
            raise ValueError(f"`modes` must name at least one of {', '.join(map(repr, _MODES))}; got none.")
        for mode in self.modes:
            one_of("modes", mode, _MODES)
        self.backward_features = backward_features

    def build(self, inputs_shape):
        if "attention" in self.modes:
            features = inputs_shape[-1]
            self.kernel = self.add_weight((features, features), "glorot_uniform", name="attention_kernel")
            self.bias = self.add_weight((features,), "zeros", name="attention_bias")
            self.query = self.add_weight((features, 1), "glorot_uniform", name="attention_query")

    def call(self, inputs, mask=None):
        if mask is None:
            mask = ops.ones(ops.shape(inputs)[:2], dtype="bool")
        pools = {"last": self._last, "max": self._max, "mean": self._mean, "attention": self._attention}
        return ops.concatenate([pools[mode](inputs, ops.cast(mask, "bool")) for mode in self.modes], axis=-1)

    def _last(self, inputs, mask):
        return last_step(inputs, mask, self.backward_features)

    def _max(self, inputs, mask):
        greatest = ops.max(ops.where(mask[..., None], inputs, ops.cast(float("-inf"), inputs.dtype)), axis=1)
        return clear_masked(greatest, ops.any(mask, axis=1))

    def _mean(self, inputs, mask):
        return self._weighted_sum(inputs, ops.cast(mask, "float32"))

    def _attention(self, inputs, mask):
        hidden = ops.tanh(ops.matmul(inputs, self.kernel) + self.bias)
        scores = ops.cast(ops.matmul(hidden, self.query)[..., 0], "float32")
        scores = ops.where(mask, scores, -1e9)
        weights = ops.exp(scores - ops.max(scores, axis=1, keepdims=True))
        return self._weighted_sum(inputs, weights * ops.cast(mask, "float32"))

    def _weighted_sum(self, inputs, weights):
        """Sum of the steps with weights <float32>[batch, time], scaled to sum to 1; zeros where all are 0."""
        # In float32, because a sum over 100,000 steps overflows float16 and rounds away in bfloat16.
        weights = weights / ops.maximum(ops.sum(weights, axis=1, keepdims=True), keras.config.epsilon())
        steps = clear_masked(ops.cast(inputs, "float32"), weights > 0)
        # Not as a product of matrices: for one short text that takes a tenth of a millisecond to start.
        return ops.cast(ops.sum(weights[..., None] * steps, axis=1), inputs.dtype)

    def compute_mask(self, inputs, previous_mask=None):
        return None

    def compute_output_shape(self, inputs_shape):
        return (inputs_shape[0], inputs_shape[-1] * len(self.modes))

    def get_config(self):
        modes = self.modes[0] if len(self.modes) == 1 else list(self.modes)
        return {**super().get_config(), "modes": modes, "backward_features": self.backward_features}
