"""Classes: head for classification into one of several classes."""

from typing import Any

import keras

from rnn_zoo.layers.heads.head import Head
from rnn_zoo.types import Model


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Classes(Head):
    """Probabilities of mutually exclusive classes.

        y = softmax(x W + b)

    Targets are class numbers, <int>[batch, ...]. The loss is the sparse categorical cross-entropy, which Keras
    computes from the logits before the softmax; the metric is the accuracy.

    Args:
        count: int > 1, number of classes.
        evidence_weight: in [0, 1), weight of the evidence, see `Head`.

    Call arguments:
        inputs: <float>[batch, ..., features].
        evidence: <float>[batch, ..., count] or None, logits of another model, see `Head`.
        training: whether to ignore the evidence.

    Returns:
        <float32>[batch, ..., count], each row a distribution.

    Raises:
        ValueError: `count` is not an integer > 1.
    """

    per_step = True
    activation = "softmax"

    def __init__(self, count: int, evidence_weight: float = 0.5, **kwargs: Any) -> None:
        super().__init__(count, evidence_weight, **kwargs)
        if self.count < 2:
            raise ValueError("`count` must be at least 2, got 1: the probability of a single class is always 1.")

    def make_loss(self) -> Model:
        return keras.losses.SparseCategoricalCrossentropy()

    def make_metrics(self) -> list[Model]:
        return [keras.metrics.SparseCategoricalAccuracy(name="accuracy")]
