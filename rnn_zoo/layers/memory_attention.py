"""MemoryAttention: what a network that writes looks at, at each step, in what it has read."""

import keras
from keras import ops

from rnn_zoo.checks import one_of, positive_integer

KINDS = ("additive", "multiplicative")


@keras.saving.register_keras_serializable(package="rnn_zoo")
class MemoryAttention(keras.layers.Layer):
    """For every step that is written, a mean of the memory, weighted by how well each of its steps fits.

        e_ts = v . tanh(h_t W + m_s U)      "additive"
        e_ts = (h_t W) . m_s                "multiplicative"
        a_t  = softmax over valid s of e_ts,    c_t = sum_s a_ts m_s,    y_t = tanh([c_t; h_t] V)

    Both read the memory after the recurrence, as Luong et al. do: so the recurrence of a training step runs over all
    steps at once.

    Args:
        units: int > 0, the width of y, and of the additive score.
        kind: "multiplicative" or "additive".

    Call arguments:
        inputs: <float>[batch, time, features], h.
        memory: <float>[batch, steps, width], m.
        mask: <bool>[batch, steps], False at padding; None: all valid. A row without a valid step has c = 0.

    Returns:
        (<float>[batch, time, units], <float>[batch, time, steps]): y and the weights a.

    Raises:
        ValueError: an argument is out of its range.

    Reference: Bahdanau et al. 2015, appendix A.1.2 (the additive score); Luong et al. 2015, equations 5, 7 and 8.
    """

    def __init__(self, units, kind="multiplicative", **kwargs):
        super().__init__(**kwargs)
        self.units = positive_integer("units", units)
        self.kind = one_of("kind", kind, KINDS)

    def build(self, inputs_shape, memory_shape, mask_shape=None):
        width = memory_shape[-1]

        def dense(name, features, units, **options):
            layer = keras.layers.Dense(units, dtype=self.dtype_policy, name=name, **options)
            layer.build((None, None, features))
            return layer

        self.query = dense("query", inputs_shape[-1], self.units if self.kind == "additive" else width, use_bias=False)
        if self.kind == "additive":
            self.key = dense("key", width, self.units)
            self.score = dense("score", self.units, 1, use_bias=False)
        self.mix = dense("mix", width + inputs_shape[-1], self.units, activation="tanh", use_bias=False)

    def call(self, inputs, memory, mask=None):
        query = self.query(inputs)
        if self.kind == "additive":
            scores = self.score(ops.tanh(query[:, :, None] + self.key(memory)[:, None]))[..., 0]
        else:
            scores = ops.matmul(query, ops.transpose(memory, (0, 2, 1)))
        scores = ops.cast(scores, "float32")
        if mask is not None:
            mask = ops.cast(mask, "bool")[:, None]
            scores = ops.where(mask, scores, -1e9)
        # The softmax; that of Keras warns of a memory of one step, such as an image seen as one vector.
        weights = ops.exp(scores - ops.logsumexp(scores, axis=-1, keepdims=True))
        if mask is not None:
            weights = ops.where(mask, weights, 0.0)  # a row without a valid step had equal weights
        context = ops.matmul(ops.cast(weights, self.compute_dtype), memory)
        return self.mix(ops.concatenate([context, inputs], axis=-1)), weights

    def compute_mask(self, inputs, previous_mask=None):
        return None

    def compute_output_shape(self, inputs_shape, memory_shape, mask_shape=None):
        return (*inputs_shape[:2], self.units), (*inputs_shape[:2], memory_shape[1])

    def compute_output_spec(self, inputs, memory, mask=None):
        features, weights = self.compute_output_shape(inputs.shape, memory.shape)
        return keras.KerasTensor(features, self.compute_dtype), keras.KerasTensor(weights, "float32")

    def get_config(self):
        return {**super().get_config(), "units": self.units, "kind": self.kind}
