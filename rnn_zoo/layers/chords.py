"""Chords: the head that tells which keys sound together, one after the other."""

import keras
from keras import ops

from rnn_zoo.checks import positive_integer
from rnn_zoo.layers.quantized import KeepsQuantization


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Chords(KeepsQuantization, keras.layers.Layer):
    """The chance of every set of keys: each key by its own chance, given those below it in the same step.

        p(v | x) = prod over k of p(v_k | v_1 .. v_(k-1), x)
        g_k = relu(x W + c + sum over j < k of v_j A_j),    p(v_k = 1 | ...) = sigmoid(x U_k + b_k + g_k . B_k)

    Keys that are drawn each by itself (`Labels`) make chords of which no two notes know of each other. It brings no
    loss to compile a model with: what a step costs depends on its keys, see `StepNats`. It computes in float32.

    Args:
        keys: int > 0.
        hidden: int > 0, the width of g.

    Call arguments:
        inputs: <float>[batch, ..., features].

    Returns:
        <float32>[batch, ..., keys + hidden], (x U + b, x W + c): all that `nats` and `draw` need of x.

    Raises:
        ValueError: an argument is not a positive integer.

    Reference: Larochelle and Murray 2011, "The neural autoregressive distribution estimator", equations 9 to 12;
        Boulanger-Lewandowski et al. 2012, section 4 (one for each step of a recurrence).
    """

    per_step = True

    def __init__(self, keys, hidden=64, **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.keys, self.hidden = positive_integer("keys", keys), positive_integer("hidden", hidden)
        self.supports_masking = True
        self.dense = keras.layers.Dense(self.keys + self.hidden, dtype="float32", name="dense")

    def build(self, inputs_shape):
        self.dense.build(inputs_shape)
        self.reads = self.add_weight((self.keys, self.hidden), "glorot_uniform", name="reads")
        self.answers = self.add_weight((self.keys, self.hidden), "glorot_uniform", name="answers")

    def call(self, inputs):
        return self.dense(inputs)

    def compute_output_shape(self, inputs_shape):
        return (*inputs_shape[:-1], self.keys + self.hidden)

    def nats(self, predicted, steps):
        """What the keys that sounded cost: -log p(v | x).

        Args:
            predicted: <float32>[batch, ..., keys + hidden], as a call returns it.
            steps: <float>[batch, ..., keys], zeros and ones.
        Returns:
            <float32>[batch, ...].
        """
        read = ops.cast(steps, "float32")[..., None] * self.reads
        below = ops.cumsum(read, axis=-2) - read
        hidden = ops.relu(predicted[..., None, self.keys :] + below)
        scores = predicted[..., : self.keys] + ops.sum(hidden * self.answers, axis=-1)
        return ops.sum(ops.softplus(scores) - steps * scores, axis=-1)

    def draw(self, predicted, uniform):
        """Keys drawn one after the other.

        Args:
            predicted: <float32>[batch, keys + hidden].
            uniform: <float>[batch, keys], numbers drawn from [0, 1).
        Returns:
            <float32>[batch, keys], zeros and ones.
        """
        numbers = ops.arange(self.keys)

        def turn(key, carried):
            hidden, keys = carried
            here = ops.cast(numbers == key, "float32")
            score = ops.matmul(predicted[:, : self.keys], here[:, None])[:, 0]
            score += ops.sum(ops.relu(hidden) * self.answers[key], axis=-1)
            sounds = ops.cast(ops.matmul(uniform, here[:, None])[:, 0] < ops.sigmoid(score), "float32")[:, None]
            return hidden + sounds * self.reads[key], keys + sounds * here

        start = (predicted[:, self.keys :], ops.zeros_like(predicted[:, : self.keys]))
        return ops.fori_loop(0, self.keys, turn, start)[1]

    def get_config(self):
        return {**super().get_config(), "keys": self.keys, "hidden": self.hidden}
