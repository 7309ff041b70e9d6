"""FutureSteps: what a decoder of numbers reads at each step ahead."""

import keras
from keras import ops

from rnn_zoo.checks import positive_integer
from rnn_zoo.layers.seeds import derive


@keras.saving.register_keras_serializable(package="rnn_zoo")
class FutureSteps(keras.layers.Layer):
    """A learned vector for each step ahead, beside what is known of that step.

        x_h = [step_h, known_h]        h = 1 ... horizon

    A decoder that reads no forecast of its own, but only which step it is at and what is known ahead, computes all
    steps without feeding errors back.

    Args:
        horizon: int > 0, the steps ahead.
        dim: int > 0, the size of the learned vectors.
        seed: int or None, of their initial values.

    Call arguments:
        inputs: <float>[batch, ...], anything with the batch.
        known: <float>[batch, horizon, features] or None.

    Returns:
        <float>[batch, horizon, dim], with known <float>[batch, horizon, dim + features].

    Raises:
        ValueError: `horizon` or `dim` is not a positive integer.
    """

    def __init__(self, horizon, dim=16, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.horizon = positive_integer("horizon", horizon)
        self.dim = positive_integer("dim", dim)
        self.seed = seed

    def build(self, inputs_shape, known_shape=None):
        initializer = keras.initializers.RandomNormal(stddev=1.0, seed=derive(self.seed, "future_steps"))
        self.steps = self.add_weight(shape=(self.horizon, self.dim), initializer=initializer, name="steps")

    def call(self, inputs, known=None):
        steps = ops.cast(self.steps, self.compute_dtype)[None]
        steps = ops.broadcast_to(steps, (ops.shape(inputs)[0], self.horizon, self.dim))
        return steps if known is None else ops.concatenate([steps, ops.cast(known, steps.dtype)], axis=-1)

    def compute_output_shape(self, inputs_shape, known_shape=None):
        return (inputs_shape[0], self.horizon, self.dim + (known_shape[-1] if known_shape else 0))

    def get_config(self):
        return {**super().get_config(), "horizon": self.horizon, "dim": self.dim, "seed": self.seed}
