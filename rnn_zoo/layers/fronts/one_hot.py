"""OneHot: front for small vocabularies, such as characters."""

from typing import Any

import keras
from keras import ops

from rnn_zoo.checks import positive_integer
from rnn_zoo.layers.fronts.front import Front
from rnn_zoo.types import Shape, Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
class OneHot(Front):
    """One-hot vectors of ids; id 0 is padding: a masked zero vector.

        y_t[k] = 1 if k = x_t and x_t > 0, else 0

    Args:
        vocabulary_size: int > 0, number of ids, padding included.

    Call arguments:
        inputs: <int>[batch, time], ids below vocabulary_size, padding on the right.

    Returns:
        <float>[batch, time, vocabulary_size], with the mask inputs != 0.

    Raises:
        ValueError: `vocabulary_size` is not a positive integer.
    """

    per_step = True

    def __init__(self, vocabulary_size: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.vocabulary_size = positive_integer("vocabulary_size", vocabulary_size)
        self.built = True

    def make_input(self) -> Any:
        return keras.Input((None,), dtype="int32", name="ids")

    def call(self, inputs: Tensor) -> Tensor:
        # One-hot of -1 is the zero vector.
        return ops.one_hot(ops.where(inputs == 0, -1, inputs), self.vocabulary_size, dtype=self.compute_dtype)

    def compute_mask(self, inputs: Tensor, previous_mask: Tensor | None = None) -> Tensor | None:
        return ops.not_equal(inputs, 0)

    def compute_output_shape(self, inputs_shape: Shape) -> Shape:
        return (*inputs_shape, self.vocabulary_size)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "vocabulary_size": self.vocabulary_size}
