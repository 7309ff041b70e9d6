"""Labels: head for multi-label classification."""

import keras
from keras import ops

from rnn_zoo.layers.heads.head import Head
from rnn_zoo.types import Model, Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Labels(Head):
    """Independent probabilities of several labels.

        y = sigmoid(x W + b)

    Targets are zeros and ones, <float>[batch, ..., count]. The loss is the binary cross-entropy, which Keras
    computes from the logits before the sigmoid; the metric is the fraction of correct labels at threshold 1/2.

    Args:
        count: int > 0, number of labels.
        evidence_weight: in [0, 1), weight of the evidence, see `Head`.

    Call arguments:
        inputs: <float>[batch, ..., features].
        evidence: <float>[batch, ..., count] or None, logits of another model, see `Head`.
        training: whether to ignore the evidence.

    Returns:
        <float32>[batch, ..., count], each in (0, 1).

    Raises:
        ValueError: `count` is not a positive integer.
    """

    per_step = True
    activation = "sigmoid"

    def make_loss(self) -> Model:
        return keras.losses.BinaryCrossentropy()

    def make_metrics(self) -> list[Model]:
        return [keras.metrics.BinaryAccuracy(name="accuracy")]

    def negative_log_likelihood(self, predicted: Tensor, steps: Tensor) -> Tensor:
        """-log p of observed labels: probabilities and targets, each <float>[batch, ..., count] -> [batch, ...]."""
        return ops.sum(ops.binary_crossentropy(ops.cast(steps, "float32"), predicted), axis=-1)

    def sample(self, predicted: Tensor, uniform: Tensor) -> Tensor:
        """Samples each label independently: probabilities and random numbers in [0, 1), each <float>[batch, count]."""
        return ops.cast(uniform < predicted, "float32")
