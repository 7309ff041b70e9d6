"""OneHot: the front for small vocabularies, such as characters."""

import keras
from keras import ops

from rnn_zoo.checks import positive_integer
from rnn_zoo.layers.front import Front


@keras.saving.register_keras_serializable(package="rnn_zoo")
class OneHot(Front):
    """One-hot vectors of ids; id 0 is padding: the zero vector, masked.

        y_t[k] = 1 if k = x_t and x_t > 0, else 0

    Args:
        vocabulary_size: int > 0, the number of ids, padding included.

    Call arguments:
        inputs: <int>[batch, time], ids below vocabulary_size, padding on the right.

    Returns:
        <float>[batch, time, vocabulary_size], with the mask inputs != 0.

    Raises:
        ValueError: `vocabulary_size` is not a positive integer.
    """

    per_step = True

    def __init__(self, vocabulary_size, **kwargs):
        super().__init__(**kwargs)
        self.vocabulary_size = positive_integer("vocabulary_size", vocabulary_size)
        self.built = True

    def make_input(self):
        return keras.Input((None,), dtype="int32", name="ids")

    def call(self, inputs):
        # One-hot of -1 is the zero vector.
        return ops.one_hot(ops.where(inputs == 0, -1, inputs), self.vocabulary_size, dtype=self.compute_dtype)

    def compute_mask(self, inputs, previous_mask=None):
        return ops.not_equal(inputs, 0)

    def compute_output_shape(self, inputs_shape):
        return (*inputs_shape, self.vocabulary_size)

    def get_config(self):
        return {**super().get_config(), "vocabulary_size": self.vocabulary_size}
