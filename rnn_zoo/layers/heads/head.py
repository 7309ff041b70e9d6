"""Head: base class of the layers from features to predictions, with their losses and metrics."""

from typing import Any

import keras
from keras import ops

from rnn_zoo.checks import fraction, positive_integer
from rnn_zoo.layers.losses.per_step import PerStepLoss, PerStepMetric
from rnn_zoo.layers.quantized import KeepsQuantization
from rnn_zoo.types import Model, Shape, Tensor


class Head(KeepsQuantization, keras.layers.Layer):
    """A layer from features to a prediction, with the loss and the metrics to train it.

        y = f(x W + b)
        y = f((1 - a) (x W + b) + a evidence)    with evidence, outside of training

    Evidence are the logits of another, already trained model, such as `NGramEvidence`. Training ignores them, so that
    the features learn the whole task; inference averages both (of log-odds: the geometric mean of two distributions),
    which can have a smaller error than either.

    It predicts each step independently, and the prediction carries the mask to the loss and the metrics. A
    subclass that needs the mask takes `mask` in its call, as any Keras layer.

    It computes in float32 under every dtype policy: small probabilities vanish in 16 bits.

    Args:
        count: int > 0, numbers per prediction.
        evidence_weight: in [0, 1), a; larger for more reliable evidence.

    Call arguments:
        inputs: <float>[batch, ..., features].
        evidence: <float>[batch, ..., count] or None.
        training: whether to ignore the evidence.

    Returns:
        <float32>[batch, ..., count].

    Raises:
        ValueError: `count` is not a positive integer, `evidence_weight` is out of its range, or `evidence` has another
            width.

    Attributes:
        per_step: whether the prediction of a step depends on that step only, so that steps can be streamed
            (`rnn_zoo.Stream`).
    """

    per_step = False
    activation: str | None = None

    def __init__(self, count: int, evidence_weight: float = 0.5, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.count = positive_integer("count", count)
        self.evidence_weight = fraction("evidence_weight", evidence_weight)
        self.dense = keras.layers.Dense(count, dtype="float32", name="dense")

    def build(self, inputs_shape: Shape, evidence_shape: Shape | None = None) -> None:
        if evidence_shape is not None and evidence_shape[-1] != self.count:
            raise ValueError(
                f"`evidence` must have {self.count} numbers, the `count` of the head, got {evidence_shape[-1]}; give "
                "both the same `count`."
            )
        self.dense.build(inputs_shape)

    def call(self, inputs: Tensor, evidence: Tensor | None = None, training: bool | None = None) -> Tensor:
        logits = self.dense(inputs)
        if evidence is not None and not training:
            logits += self.evidence_weight * (ops.cast(evidence, "float32") - logits)
        return keras.activations.get(self.activation)(logits)

    def compute_output_shape(self, inputs_shape: Shape, evidence_shape: Shape | None = None) -> Shape:
        return (*inputs_shape[:-1], self.count)

    def compute_mask(self, inputs: Tensor, previous_mask: Tensor | None = None) -> Tensor | None:
        return previous_mask

    def make_loss(self) -> Model:
        """Returns the `keras.losses.Loss` to train with."""
        raise NotImplementedError(f"{type(self).__name__} must define `make_loss`.")

    def make_metrics(self) -> list[Model]:
        """Returns a list of new `keras.metrics.Metric`."""
        raise NotImplementedError(f"{type(self).__name__} must define `make_metrics`.")

    def make_step_loss(self) -> Model:
        """Returns the `keras.losses.Loss` to train with if every step has a target."""
        return PerStepLoss(self.make_loss())

    def make_step_metrics(self) -> list[Model]:
        """Returns a list of new `keras.metrics.Metric` if every step has a target."""
        return [PerStepMetric(metric) for metric in self.make_metrics()]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "count": self.count, "evidence_weight": self.evidence_weight}
