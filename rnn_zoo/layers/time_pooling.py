"""TimePooling: pools a sequence over time."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from rnn_zoo.checks import one_of
from rnn_zoo.layers.masks import clear_masked, last_step
from rnn_zoo.types import Shape, Tensor

MODES = ("last", "max", "mean", "attention")


@keras.saving.register_keras_serializable(package="rnn_zoo")
class TimePooling(keras.layers.Layer):
    """Pools each sequence into one vector, over its valid steps only; zeros for a sequence without any.

        last:       y = x_T at the last valid step T; backward features at the first valid step
        max:        y = max_t x_t
        mean:       y = sum_t x_t / T
        attention:  y = sum_t a_t x_t,  a = softmax_t(v tanh(x_t W + b))

    Args:
        modes: one of "last", "max", "mean", "attention", or several, concatenated in that order.
        backward_features: int >= 0, the number of last features that ran backwards in time (see
            `Recurrent.backward_features`).

    Call arguments:
        inputs: <float>[batch, time, features].
        mask: <bool>[batch, time]; default: the mask of the inputs.

    Returns:
        <float>[batch, features * number of modes].

    Raises:
        ValueError: a mode is unknown, or `modes` is empty.

    Reference: Yang et al. 2016, "Hierarchical attention networks for document classification", equations 5-7.
    """

    def __init__(self, modes: str | Sequence[str] = "last", backward_features: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.modes = [modes] if isinstance(modes, str) else list(modes)
        if not self.modes:
            raise ValueError(f"`modes` must name at least one of {', '.join(map(repr, MODES))}; got none.")
        for mode in self.modes:
            one_of("modes", mode, MODES)
        self.backward_features = backward_features

    def build(self, inputs_shape: Shape) -> None:
        if "attention" in self.modes:
            features = inputs_shape[-1]
            self.kernel = self.add_weight((features, features), "glorot_uniform", name="attention_kernel")
            self.bias = self.add_weight((features,), "zeros", name="attention_bias")
            self.query = self.add_weight((features, 1), "glorot_uniform", name="attention_query")

    def call(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        if mask is None:
            mask = ops.ones(ops.shape(inputs)[:2], dtype="bool")
        pools = {"last": self._last, "max": self._max, "mean": self._mean, "attention": self._attention}
        return ops.concatenate([pools[mode](inputs, ops.cast(mask, "bool")) for mode in self.modes], axis=-1)

    def _last(self, inputs, mask):
        return last_step(inputs, mask, self.backward_features)

    def _max(self, inputs, mask):
        maximum = ops.max(ops.where(mask[..., None], inputs, ops.cast(float("-inf"), inputs.dtype)), axis=1)
        return clear_masked(maximum, ops.any(mask, axis=1))

    def _mean(self, inputs, mask):
        return self._weighted_sum(inputs, ops.cast(mask, "float32"))

    def _attention(self, inputs, mask):
        hidden = ops.tanh(ops.matmul(inputs, self.kernel) + self.bias)
        scores = ops.cast(ops.matmul(hidden, self.query)[..., 0], "float32")
        scores = ops.where(mask, scores, -1e9)
        # The largest score changes no weight, so it needs no gradient: that of a row without a step was NaN on a GPU.
        weights = ops.exp(scores - ops.stop_gradient(ops.max(scores, axis=1, keepdims=True)))
        return self._weighted_sum(inputs, weights * ops.cast(mask, "float32"))

    def _weighted_sum(self, inputs, weights):
        """Mean of the steps with weights <float32>[batch, time]; zeros if all weights are 0."""
        # In float32, because a sum over 100,000 steps overflows float16 and rounds away in bfloat16.
        weights = weights / ops.maximum(ops.sum(weights, axis=1, keepdims=True), keras.config.epsilon())
        steps = clear_masked(ops.cast(inputs, "float32"), weights > 0)
        # Not a matrix product: for one short text, starting one takes a tenth of a millisecond.
        return ops.cast(ops.sum(weights[..., None] * steps, axis=1), inputs.dtype)

    def compute_mask(self, inputs: Tensor, previous_mask: Tensor | None = None) -> Tensor | None:
        return None

    def compute_output_shape(self, inputs_shape: Shape) -> Shape:
        features: Any = inputs_shape[-1]
        return (inputs_shape[0], features * len(self.modes))

    def get_config(self) -> dict[str, Any]:
        modes = self.modes[0] if len(self.modes) == 1 else list(self.modes)
        return {**super().get_config(), "modes": modes, "backward_features": self.backward_features}
