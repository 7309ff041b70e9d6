"""NextToken: the head that foretells the next token of a text."""

import keras
from keras import ops

from rnn_zoo.layers.head import Head
from rnn_zoo.layers.tokens import PADDING


@keras.saving.register_keras_serializable(package="rnn_zoo")
class NextToken(Head):
    """A score for every token that may come next, whose softmax is their distribution.

        s = x W + b
        s = (x P + q) E^T + b    tied, with the vectors E of the front

    Targets are the tokens that come next, <int>[batch, time], 0 where there is none. The loss is the cross-entropy in
    nats per token, the metric its exponential, the perplexity; neither counts padding.

    Args:
        vocabulary_size: int > 1, the number of ids, padding included.
        tied: bool, score by the vectors with which tokens are read (Press and Wolf 2017); needs `embeddings`.

    Call arguments:
        inputs: <float>[batch, ..., features].
        embeddings: <float>[vocabulary_size, dim], where tied.

    Returns:
        <float32>[batch, ..., vocabulary_size].

    Raises:
        ValueError: `vocabulary_size` is not an integer > 1, or tied without `embeddings`.
    """

    per_step = True

    def __init__(self, vocabulary_size, tied=False, **kwargs):
        super().__init__(vocabulary_size, **kwargs)
        if self.count < 2:
            raise ValueError("`vocabulary_size` must be at least 2 (padding is an id too), got 1.")
        self.vocabulary_size = self.count
        self.tied = tied

    def build(self, inputs_shape, embeddings_shape=None):
        if not self.tied:
            super().build(inputs_shape)
            return
        if embeddings_shape is None or embeddings_shape[0] != self.vocabulary_size:
            raise ValueError(
                f"`embeddings` must hold a vector for each of {self.vocabulary_size} tokens where `tied` is True, got "
                f"{embeddings_shape}; read with `Tokens` of the same `vocabulary_size`."
            )
        self.dense = keras.layers.Dense(embeddings_shape[1], dtype="float32", name="dense")
        self.dense.build(inputs_shape)
        self.bias = self.add_weight((self.vocabulary_size,), "zeros", name="bias")

    def call(self, inputs, embeddings=None):
        scores = self.dense(inputs)
        if not self.tied:
            return scores
        return ops.matmul(scores, ops.transpose(ops.cast(embeddings, "float32"))) + self.bias

    def compute_output_shape(self, inputs_shape, embeddings_shape=None):
        return super().compute_output_shape(inputs_shape)

    def make_loss(self):
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=PADDING)

    def make_metrics(self):
        return [Perplexity()]

    def get_config(self):
        config = super().get_config()
        del config["count"], config["evidence_weight"]
        return {**config, "vocabulary_size": self.vocabulary_size, "tied": self.tied}


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Perplexity(keras.metrics.Mean):
    """The exponential of the mean nats per token; every token counts the same, whatever batch it is in.

    Call arguments:
        y_true: <int>[batch, time], the tokens, 0 where there is none.
        y_pred: <float>[batch, time, vocabulary_size], scores.
    """

    def __init__(self, name="perplexity", dtype=None):
        super().__init__(name, dtype)
        self._direction = "down"  # what Keras's early stopping asks a metric: which way is better

    def update_state(self, y_true, y_pred, sample_weight=None):
        counts = ops.cast(y_true != PADDING, "float32")
        if sample_weight is not None:
            counts = counts * ops.cast(sample_weight, "float32")
        nats = keras.losses.sparse_categorical_crossentropy(y_true, ops.cast(y_pred, "float32"), from_logits=True)
        super().update_state(nats, counts)

    def result(self):
        return ops.exp(super().result())
