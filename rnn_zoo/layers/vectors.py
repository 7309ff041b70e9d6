"""Vectors: the front that reads numbers over time."""

import keras
from keras import ops

from rnn_zoo.checks import positive_integer
from rnn_zoo.layers.front import Front
from rnn_zoo.layers.steps import clear_masked


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Vectors(Front):
    """Vectors as they are, masked where every feature equals a mark.

        y_t = x_t, and 0 with mask False where x_t[k] = mask_value for all k

    Args:
        features: int > 0, the numbers per step.
        mask_value: float, the mark of padding; None: every step is valid.

    Call arguments:
        inputs: <float>[batch, time, features], padding on the right.

    Returns:
        <float>[batch, time, features], with the mask, if there is a mask_value.

    Raises:
        ValueError: `features` is not a positive integer, or `mask_value` is NaN, which equals nothing.
    """

    per_step = True

    def __init__(self, features, mask_value=None, **kwargs):
        super().__init__(**kwargs)
        self.features = positive_integer("features", features)
        if mask_value is not None and mask_value != mask_value:
            raise ValueError("`mask_value` must be a number that equals itself, got nan; replace NaN in the data.")
        self.mask_value = mask_value
        self.built = True

    def make_input(self):
        return keras.Input((None, self.features), name="steps")

    def call(self, inputs):
        return clear_masked(inputs, self.compute_mask(inputs))

    def compute_mask(self, inputs, previous_mask=None):
        if self.mask_value is None:
            return previous_mask
        mask = ops.any(ops.not_equal(inputs, self.mask_value), axis=-1)
        return mask if previous_mask is None else ops.logical_and(mask, previous_mask)

    def compute_output_shape(self, inputs_shape):
        return tuple(inputs_shape)

    def get_config(self):
        return {**super().get_config(), "features": self.features, "mask_value": self.mask_value}
