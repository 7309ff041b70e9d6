"""MemoryAttention: attention of a decoder over the encoder's outputs."""

from typing import Any

import keras
from keras import ops

from rnn_zoo.checks import one_of, positive_integer
from rnn_zoo.types import Model, Shape, Tensor

KINDS = ("additive", "multiplicative")


@keras.saving.register_keras_serializable(package="rnn_zoo")
class MemoryAttention(keras.layers.Layer):
    """For each decoder step, a weighted mean of the memory (the encoder's outputs).

        e_ts = v . tanh(h_t W + m_s U)      "additive"
        e_ts = (h_t W) . m_s                "multiplicative"
        a_t  = softmax over valid s of e_ts,    c_t = sum_s a_ts m_s,    y_t = tanh([c_t; h_t] V)

    Both attend after the recurrence, as Luong et al. do, so that training runs the recurrence over all steps at once.

    Args:
        units: int > 0, width of y and of the additive score.
        kind: "multiplicative" or "additive".

    Call arguments:
        inputs: <float>[batch, time, features], h, the decoder's outputs.
        memory: <float>[batch, steps, width], m, the encoder's outputs.
        mask: <bool>[batch, steps], False at padding; None: all valid. A row without a valid step has c = 0.

    Returns:
        (<float>[batch, time, units], <float>[batch, time, steps]): y and the weights a.

    Raises:
        ValueError: an argument is out of its range.

    Reference: Bahdanau et al. 2015, appendix A.1.2 (the additive score); Luong et al. 2015, equations 5, 7 and 8.
    """

    def __init__(self, units: int, kind: str = "multiplicative", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = positive_integer("units", units)
        self.kind = one_of("kind", kind, KINDS)

    def build(self, inputs_shape: Shape, memory_shape: Shape, mask_shape: Shape | None = None) -> None:
        width: Any = memory_shape[-1]

        def dense(name: str, features: Any, units: int, **options: Any) -> Model:
            layer = keras.layers.Dense(units, dtype=self.dtype_policy, name=name, **options)
            layer.build((None, None, features))
            return layer

        self.query = dense("query", inputs_shape[-1], self.units if self.kind == "additive" else width, use_bias=False)
        if self.kind == "additive":
            self.key = dense("key", width, self.units)
            self.score = dense("score", self.units, 1, use_bias=False)
        self.mix = dense("mix", width + inputs_shape[-1], self.units, activation="tanh", use_bias=False)

    def call(self, inputs: Tensor, memory: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        query = self.query(inputs)
        if self.kind == "additive":
            scores = self.score(ops.tanh(query[:, :, None] + self.key(memory)[:, None]))[..., 0]
        else:
            scores = ops.matmul(query, ops.transpose(memory, (0, 2, 1)))
        scores = ops.cast(scores, "float32")
        if mask is not None:
            mask = ops.cast(mask, "bool")[:, None]
            scores = ops.where(mask, scores, -1e9)
        # A softmax by hand: that of Keras warns about a memory of one step, such as an image encoded as one vector.
        weights = ops.exp(scores - ops.logsumexp(scores, axis=-1, keepdims=True))
        if mask is not None:
            weights = ops.where(mask, weights, 0.0)  # else a row without a valid step has equal weights
        context = ops.matmul(ops.cast(weights, self.compute_dtype), memory)
        return self.mix(ops.concatenate([context, inputs], axis=-1)), weights

    def compute_mask(self, inputs: Tensor, previous_mask: Tensor | None = None) -> Tensor | None:
        return None

    def compute_output_shape(
        self, inputs_shape: Shape, memory_shape: Shape, mask_shape: Shape | None = None
    ) -> tuple[Shape, Shape]:
        return (*inputs_shape[:2], self.units), (*inputs_shape[:2], memory_shape[1])

    def compute_output_spec(self, inputs: Tensor, memory: Tensor, mask: Tensor | None = None) -> tuple[Any, Any]:
        features, weights = self.compute_output_shape(inputs.shape, memory.shape)
        return keras.KerasTensor(features, self.compute_dtype), keras.KerasTensor(weights, "float32")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units, "kind": self.kind}
