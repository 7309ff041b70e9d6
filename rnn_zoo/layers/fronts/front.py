"""Front: base class of the layers from raw steps to vectors over time."""

from typing import Any

import keras


class Front(keras.layers.Layer):
    """A layer from raw steps to <float>[batch, time, dim] with a mask, and the `keras.Input` for it.

    Attributes:
        per_step: whether the output of a step depends on that step only, so that steps can be streamed
            (`rnn_zoo.Stream`).
    """

    per_step = False

    def make_input(self) -> Any:
        """Returns a `keras.Input` with the shape and dtype of the inputs, for any batch size and length."""
        raise NotImplementedError(f"{type(self).__name__} must define `make_input`.")
