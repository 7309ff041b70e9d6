"""Labels: the head that tells any number of several labels."""

import keras
from keras import ops

from rnn_zoo.layers.head import Head


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Labels(Head):
    """The probabilities of labels that may hold together.

        y = sigmoid(x W + b)

    Targets are zeros and ones, <float>[batch, ..., count]. The loss is the binary cross-entropy, for which Keras takes
    the logits from before the sigmoid; the metric is the share of labels on the right side of 1/2.

    Args:
        count: int > 0, the number of labels.
        evidence_weight: in [0, 1), how much evidence counts beside the inputs, see `Head`.

    Call arguments:
        inputs: <float>[batch, ..., features].
        evidence: <float>[batch, ..., count] or None, a second opinion, see `Head`.
        training: bool, whether the evidence stays out.

    Returns:
        <float32>[batch, ..., count], each in (0, 1).

    Raises:
        ValueError: `count` is not a positive integer.
    """

    per_step = True
    activation = "sigmoid"

    def make_loss(self):
        return keras.losses.BinaryCrossentropy()

    def make_metrics(self):
        return [keras.metrics.BinaryAccuracy(name="accuracy")]

    def nats(self, predicted, steps):
        """What labels that hold cost: -log p. <float>[batch, ..., count], probabilities and truth -> [batch, ...]."""
        return ops.sum(ops.binary_crossentropy(ops.cast(steps, "float32"), predicted), axis=-1)

    def draw(self, predicted, uniform):
        """Labels drawn each by its own chance, with numbers from [0, 1): twice <float>[batch, count] -> the same."""
        return ops.cast(uniform < predicted, "float32")
