"""Front: what turns the steps of an input into vectors over time."""

import keras


class Front(keras.layers.Layer):
    """A layer from raw steps to <float>[batch, time, dim] with a mask, that knows the `keras.Input` it reads.

    Attributes:
        per_step: bool, whether what a step gives depends on that step alone, so that steps can be fed as they come
            (`rnn_zoo.Stream`).
    """

    per_step = False

    def make_input(self):
        """A `keras.Input` of the shape and dtype that the front reads, any batch and time."""
        raise NotImplementedError(f"{type(self).__name__} must define `make_input`.")
