"""Classes: the head that tells one of several classes."""

import keras

from rnn_zoo.layers.head import Head


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Classes(Head):
    """The probabilities of classes that exclude each other.

        y = softmax(x W + b)

    Targets are class numbers, <int>[batch]. The loss is the sparse categorical cross-entropy, for which Keras takes
    the logits from before the softmax; the metric is the accuracy.

    Args:
        count: int > 1, the number of classes.

    Call arguments:
        inputs: <float>[batch, ..., features].

    Returns:
        <float32>[batch, ..., count], each row a distribution.

    Raises:
        ValueError: `count` is not an integer > 1.
    """

    activation = "softmax"

    def __init__(self, count, **kwargs):
        super().__init__(count, **kwargs)
        if self.count < 2:
            raise ValueError("`count` must be at least 2, got 1: the probability of a single class is always 1.")

    def make_loss(self):
        return keras.losses.SparseCategoricalCrossentropy()

    def make_metrics(self):
        return [keras.metrics.SparseCategoricalAccuracy(name="accuracy")]
