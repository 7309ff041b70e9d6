"""FutureSteps: decoder inputs of a forecaster, one vector per future step."""

from typing import Any

import keras
from keras import ops

from rnn_zoo.checks import positive_integer
from rnn_zoo.layers.seeds import derive
from rnn_zoo.types import Shape, Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
class FutureSteps(keras.layers.Layer):
    """A learned embedding of each step ahead, concatenated with the features known for that step.

        x_h = [step_h, known_h]        h = 1 ... horizon

    A decoder with these inputs, instead of its own forecasts, predicts all steps without feeding errors back.

    Args:
        horizon: int > 0, steps ahead.
        dim: int > 0, width of the embeddings.
        seed: seed of their initial values.

    Call arguments:
        inputs: <float>[batch, ...], any tensor with the batch size.
        known: <float>[batch, horizon, features] or None.

    Returns:
        <float>[batch, horizon, dim]; with known, <float>[batch, horizon, dim + features].

    Raises:
        ValueError: `horizon` or `dim` is not a positive integer.
    """

    def __init__(self, horizon: int, dim: int = 16, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.horizon = positive_integer("horizon", horizon)
        self.dim = positive_integer("dim", dim)
        self.seed = seed

    def build(self, inputs_shape: Shape, known_shape: Shape | None = None) -> None:
        initializer = keras.initializers.RandomNormal(stddev=1.0, seed=derive(self.seed, "future_steps"))
        self.steps = self.add_weight(shape=(self.horizon, self.dim), initializer=initializer, name="steps")

    def call(self, inputs: Tensor, known: Tensor | None = None) -> Tensor:
        steps = ops.cast(self.steps, self.compute_dtype)[None]
        steps = ops.broadcast_to(steps, (ops.shape(inputs)[0], self.horizon, self.dim))
        return steps if known is None else ops.concatenate([steps, ops.cast(known, steps.dtype)], axis=-1)

    def compute_output_shape(self, inputs_shape: Shape, known_shape: Shape | None = None) -> Shape:
        features: Any = known_shape[-1] if known_shape else 0
        return (inputs_shape[0], self.horizon, self.dim + features)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "horizon": self.horizon, "dim": self.dim, "seed": self.seed}
