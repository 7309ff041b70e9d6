"""Values: head for regression."""

import keras

from rnn_zoo.layers.heads.head import Head
from rnn_zoo.types import Model


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Values(Head):
    """Real numbers.

        y = x W + b

    The loss is the mean squared error, the metric the mean absolute error, both in the units of the targets.

    Args:
        count: int > 0, numbers per prediction.
        evidence_weight: in [0, 1), weight of the evidence, see `Head`.

    Call arguments:
        inputs: <float>[batch, ..., features].
        evidence: <float>[batch, ..., count] or None, predictions of another model, see `Head`.
        training: whether to ignore the evidence.

    Returns:
        <float32>[batch, ..., count].

    Raises:
        ValueError: `count` is not a positive integer.
    """

    per_step = True

    def make_loss(self) -> Model:
        return keras.losses.MeanSquaredError()

    def make_metrics(self) -> list[Model]:
        return [keras.metrics.MeanAbsoluteError(name="mae")]
