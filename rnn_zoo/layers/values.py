"""Values: the head for regression."""

import keras

from rnn_zoo.layers.head import Head


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Values(Head):
    """Real numbers.

        y = x W + b

    The loss is the mean squared error, the metric the mean absolute error, both in the units of the targets.

    Args:
        count: int > 0, the numbers per prediction.
        evidence_weight: in [0, 1), how much evidence counts beside the inputs, see `Head`.

    Call arguments:
        inputs: <float>[batch, ..., features].
        evidence: <float>[batch, ..., count] or None, a second opinion, see `Head`.
        training: bool, whether the evidence stays out.

    Returns:
        <float32>[batch, ..., count].

    Raises:
        ValueError: `count` is not a positive integer.
    """

    per_step = True

    def make_loss(self):
        return keras.losses.MeanSquaredError()

    def make_metrics(self):
        return [keras.metrics.MeanAbsoluteError(name="mae")]
