"""Chords: head that predicts the keys of a chord one after another, each given those below it (as RNN-NADE)."""

from typing import Any

import keras
from keras import ops

from rnn_zoo.checks import positive_integer
from rnn_zoo.layers.quantized import KeepsQuantization
from rnn_zoo.types import Shape, Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Chords(KeepsQuantization, keras.layers.Layer):
    """Distribution over sets of keys: the probability of each key given the lower keys of the same step.

        p(v | x) = prod over k of p(v_k | v_1 .. v_(k-1), x)
        g_k = relu(x W + c + sum over j < k of v_j A_j),    p(v_k = 1 | ...) = sigmoid(x U_k + b_k + g_k . B_k)

    With `Labels` instead, the keys of a chord are sampled independently. It has no Keras loss, because the likelihood
    of a step depends on its keys: train with `StepLoss`. It computes in float32.

    Args:
        keys: int > 0.
        hidden: int > 0, width of g.

    Call arguments:
        inputs: <float>[batch, ..., features].

    Returns:
        <float32>[batch, ..., keys + hidden], (x U + b, x W + c), the inputs of
        `negative_log_likelihood` and `sample`.

    Raises:
        ValueError: an argument is not a positive integer.

    Reference: Larochelle and Murray 2011, "The neural autoregressive distribution estimator", equations 9 to 12;
        Boulanger-Lewandowski et al. 2012, section 4 (one for each step of a recurrence).
    """

    per_step = True

    def __init__(self, keys: int, hidden: int = 64, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.keys, self.hidden = positive_integer("keys", keys), positive_integer("hidden", hidden)
        self.supports_masking = True
        self.dense = keras.layers.Dense(self.keys + self.hidden, dtype="float32", name="dense")

    def build(self, inputs_shape: Shape) -> None:
        self.dense.build(inputs_shape)
        self.reads = self.add_weight((self.keys, self.hidden), "glorot_uniform", name="reads")
        self.answers = self.add_weight((self.keys, self.hidden), "glorot_uniform", name="answers")

    def call(self, inputs: Tensor) -> Tensor:
        return self.dense(inputs)

    def compute_output_shape(self, inputs_shape: Shape) -> Shape:
        return (*inputs_shape[:-1], self.keys + self.hidden)

    def negative_log_likelihood(self, predicted: Tensor, steps: Tensor) -> Tensor:
        """-log p(v | x) of observed keys.

        Args:
            predicted: <float32>[batch, ..., keys + hidden], as `call` returns it.
            steps: <float>[batch, ..., keys], zeros and ones.
        Returns:
            <float32>[batch, ...].
        """
        predicted, steps = ops.convert_to_tensor(predicted), ops.cast(steps, "float32")
        read = steps[..., None] * self.reads
        below = ops.cumsum(read, axis=-2) - read
        hidden = ops.relu(predicted[..., None, self.keys :] + below)
        scores = predicted[..., : self.keys] + ops.sum(hidden * self.answers, axis=-1)
        return ops.sum(ops.softplus(scores) - steps * scores, axis=-1)

    def sample(self, predicted: Tensor, uniform: Tensor) -> Tensor:
        """Samples the keys one after another.

        Args:
            predicted: <float32>[batch, keys + hidden].
            uniform: <float>[batch, keys], random numbers in [0, 1).
        Returns:
            <float32>[batch, keys], zeros and ones.
        """
        predicted, numbers = ops.convert_to_tensor(predicted), ops.arange(self.keys)

        def step(key: Any, state: Any) -> Any:
            hidden, keys = state
            one_hot = ops.cast(numbers == key, "float32")
            score = ops.matmul(predicted[:, : self.keys], one_hot[:, None])[:, 0]
            score += ops.sum(ops.relu(hidden) * self.answers[key], axis=-1)
            sounds = ops.cast(ops.matmul(uniform, one_hot[:, None])[:, 0] < ops.sigmoid(score), "float32")[:, None]
            return hidden + sounds * self.reads[key], keys + sounds * one_hot

        start = (predicted[:, self.keys :], ops.zeros_like(predicted[:, : self.keys]))
        return ops.fori_loop(0, self.keys, step, start)[1]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "keys": self.keys, "hidden": self.hidden}
