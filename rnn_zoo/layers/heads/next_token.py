"""NextToken: head for next-token prediction (language modelling)."""

from typing import Any

import keras
from keras import ops

from rnn_zoo.layers.fronts.tokens import PADDING
from rnn_zoo.layers.heads.head import Head
from rnn_zoo.layers.losses.per_step import step_weights
from rnn_zoo.layers.masks import carried_mask
from rnn_zoo.types import Model, Shape, Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
class NextToken(Head):
    """Logits over the vocabulary for the next token.

        s = x W + b
        s = (x P + q) E^T + b    if tied, with the embeddings E of the front

    Targets are the next tokens, <int>[batch, time], 0 at padding. The loss is the cross-entropy per token (nats), the
    metric the perplexity; both ignore padding.

    Args:
        vocabulary_size: int > 1, number of token ids, padding included.
        tied: whether to use the input embeddings as output weights (Press and Wolf 2017); needs `embeddings`.

    Call arguments:
        inputs: <float>[batch, ..., features].
        embeddings: <float>[vocabulary_size, dim], if tied.

    Returns:
        <float32>[batch, ..., vocabulary_size].

    Raises:
        ValueError: `vocabulary_size` is not an integer > 1, or tied without `embeddings`.
    """

    per_step = True

    def __init__(self, vocabulary_size: int, tied: bool = False, **kwargs: Any) -> None:
        super().__init__(vocabulary_size, **kwargs)
        if self.count < 2:
            raise ValueError("`vocabulary_size` must be at least 2 (padding is an id too), got 1.")
        self.vocabulary_size = self.count
        self.tied = tied

    def build(self, inputs_shape: Shape, embeddings_shape: Shape | None = None) -> None:
        if not self.tied:
            super().build(inputs_shape)
            return
        if embeddings_shape is None or embeddings_shape[0] != self.vocabulary_size:
            raise ValueError(
                f"`embeddings` must have a vector for each of {self.vocabulary_size} tokens if `tied` is True, got "
                f"{embeddings_shape}; use the front `Tokens` with the same `vocabulary_size`."
            )
        self.dense = keras.layers.Dense(embeddings_shape[1], dtype="float32", name="dense")
        self.dense.build(inputs_shape)
        self.bias = self.add_weight((self.vocabulary_size,), "zeros", name="bias")

    def call(self, inputs: Tensor, embeddings: Tensor | None = None) -> Tensor:  # type: ignore[override]
        scores = self.dense(inputs)
        if not self.tied:
            return scores
        return ops.matmul(scores, ops.transpose(ops.cast(embeddings, "float32"))) + self.bias

    def compute_output_shape(self, inputs_shape: Shape, embeddings_shape: Shape | None = None) -> Shape:
        return super().compute_output_shape(inputs_shape)

    def make_loss(self) -> Model:
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=PADDING)

    def make_metrics(self) -> list[Model]:
        return [Perplexity()]

    def make_step_metrics(self) -> list[Model]:
        return self.make_metrics()

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["count"], config["evidence_weight"]
        return {**config, "vocabulary_size": self.vocabulary_size, "tied": self.tied}


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Perplexity(keras.metrics.Mean):
    """Perplexity: exponential of the mean loss per token (nats), over all tokens of all batches.

    Arguments of `update_state`:
        y_true: <int>[batch, time], tokens, 0 at padding; steps that the mask of `y_pred` leaves out do not count.
        y_pred: <float>[batch, time, vocabulary_size], logits.
        sample_weight: <float>[batch] or <float>[batch, time] or None: weights of sequences or of steps.
    """

    def __init__(self, name: str = "perplexity", dtype: Any = None) -> None:
        super().__init__(name, dtype)
        self._direction = "down"  # Keras's early stopping reads it: lower is better

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None) -> None:
        weights = ops.cast(y_true != PADDING, "float32")
        mask = carried_mask(y_pred)
        if mask is not None:
            weights = weights * ops.cast(mask, "float32")
        if sample_weight is not None:
            weights = weights * ops.cast(step_weights(sample_weight, y_pred), "float32")
        loss = keras.losses.sparse_categorical_crossentropy(y_true, ops.cast(y_pred, "float32"), from_logits=True)
        super().update_state(loss, weights)

    def result(self) -> Tensor:
        return ops.exp(super().result())
