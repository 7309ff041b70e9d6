"""Classes: the head that tells one of several classes."""

import keras

from rnn_zoo.layers.head import Head


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Classes(Head):
    """The probabilities of classes that exclude each other.

        y = softmax(x W + b)

    Targets are class numbers, <int>[batch, ...]. The loss is the sparse categorical cross-entropy, for which Keras
    takes the logits from before the softmax; the metric is the accuracy.

    Args:
        count: int > 1, the number of classes.
        evidence_weight: in [0, 1), how much evidence counts beside the inputs, see `Head`.

    Call arguments:
        inputs: <float>[batch, ..., features].
        evidence: <float>[batch, ..., count] or None, a second opinion, see `Head`.
        training: bool, whether the evidence stays out.

    Returns:
        <float32>[batch, ..., count], each row a distribution.

    Raises:
        ValueError: `count` is not an integer > 1.
    """

    per_step = True
    activation = "softmax"

    def __init__(self, count, evidence_weight=0.5, **kwargs):
        super().__init__(count, evidence_weight, **kwargs)
        if self.count < 2:
            raise ValueError("`count` must be at least 2, got 1: the probability of a single class is always 1.")

    def make_loss(self):
        return keras.losses.SparseCategoricalCrossentropy()

    def make_metrics(self):
        return [keras.metrics.SparseCategoricalAccuracy(name="accuracy")]
