"""Vectors: front for numeric features over time."""

from typing import Any

import keras
from keras import ops

from rnn_zoo.checks import positive_integer
from rnn_zoo.layers.fronts.front import Front
from rnn_zoo.layers.masks import clear_masked
from rnn_zoo.types import Shape, Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Vectors(Front):
    """Passes vectors through, masked where every feature equals `mask_value`.

        y_t = x_t;  0 and masked if x_t[k] = mask_value for all k

    Args:
        features: int > 0, numbers per step.
        mask_value: value of padding; None: every step is valid.

    Call arguments:
        inputs: <float>[batch, time, features], padding on the right.

    Returns:
        <float>[batch, time, features], masked if there is a mask_value.

    Raises:
        ValueError: `features` is not a positive integer, or `mask_value` is NaN.
    """

    per_step = True

    def __init__(self, features: int, mask_value: float | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.features = positive_integer("features", features)
        if mask_value is not None and mask_value != mask_value:
            raise ValueError("`mask_value` must be a number that equals itself, got nan; replace NaN in the data.")
        self.mask_value = mask_value
        self.built = True

    def make_input(self) -> Any:
        return keras.Input((None, self.features), name="steps")

    def call(self, inputs: Tensor) -> Tensor:
        return clear_masked(inputs, self.compute_mask(inputs))

    def compute_mask(self, inputs: Tensor, previous_mask: Tensor | None = None) -> Tensor | None:
        if self.mask_value is None:
            return previous_mask
        mask = ops.any(ops.not_equal(inputs, self.mask_value), axis=-1)
        return mask if previous_mask is None else ops.logical_and(mask, previous_mask)

    def compute_output_shape(self, inputs_shape: Shape) -> Shape:
        return tuple(inputs_shape)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "features": self.features, "mask_value": self.mask_value}
