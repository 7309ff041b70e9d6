"""Head: what turns features into a prediction, with its loss and its metrics."""

import keras
from keras import ops

from rnn_zoo.checks import fraction, positive_integer
from rnn_zoo.layers.per_step import PerStepLoss, PerStepMetric
from rnn_zoo.layers.quantized import KeepsQuantization


class Head(KeepsQuantization, keras.layers.Layer):
    """A layer from features to a prediction, that knows the loss and the metrics to train it with.

        y = f(x W + b)
        y = f((1 - a) (x W + b) + a evidence)    with evidence, once trained

    Evidence is a second opinion, such as `NGramEvidence` gives: on the scale of x W + b, from a model that is trained
    already. In training it stays out, so that the features learn the whole answer by themselves; afterwards the mean of
    both counts (of log-odds: the geometric mean of two distributions), which can err less than either.

    Steps it predicts each by itself, and the prediction carries their mask on, to the loss and the metrics. A head that
    has to know the mask takes `mask` in its call, as any Keras layer does.

    It computes in float32 whatever the policy of the model: probabilities lose their small values in 16 bits.

    Args:
        count: int > 0, the numbers predicted.
        evidence_weight: in [0, 1), a; the better the evidence beside the features, the more.

    Call arguments:
        inputs: <float>[batch, ..., features].
        evidence: <float>[batch, ..., count] or None.
        training: bool, whether the evidence stays out.

    Returns:
        <float32>[batch, ..., count].

    Raises:
        ValueError: `count` is not a positive integer, `evidence_weight` is out of its range, or `evidence` has another
            width.

    Attributes:
        per_step: bool, whether what it predicts at a step depends on that step alone, so that steps can be fed as they
            come (`rnn_zoo.Stream`).
    """

    per_step = False
    activation = None

    def __init__(self, count, evidence_weight=0.5, **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.count = positive_integer("count", count)
        self.evidence_weight = fraction("evidence_weight", evidence_weight)
        self.dense = keras.layers.Dense(count, dtype="float32", name="dense")

    def build(self, inputs_shape, evidence_shape=None):
        if evidence_shape is not None and evidence_shape[-1] != self.count:
            raise ValueError(
                f"`evidence` must hold {self.count} numbers, as many as the head, got {evidence_shape[-1]}; give both "
                "the same `count`."
            )
        self.dense.build(inputs_shape)

    def call(self, inputs, evidence=None, training=None):
        logits = self.dense(inputs)
        if evidence is not None and not training:
            logits += self.evidence_weight * (ops.cast(evidence, "float32") - logits)
        return keras.activations.get(self.activation)(logits)

    def compute_output_shape(self, inputs_shape, evidence_shape=None):
        return (*inputs_shape[:-1], self.count)

    def compute_mask(self, inputs, previous_mask=None):
        return previous_mask

    def make_loss(self):
        """The `keras.losses.Loss` to train with."""
        raise NotImplementedError(f"{type(self).__name__} must define `make_loss`.")

    def make_metrics(self):
        """A list of new `keras.metrics.Metric`."""
        raise NotImplementedError(f"{type(self).__name__} must define `make_metrics`.")

    def make_step_loss(self):
        """The `keras.losses.Loss` to train with where every step has its own target."""
        return PerStepLoss(self.make_loss())

    def make_step_metrics(self):
        """A list of new `keras.metrics.Metric` where every step has its own target."""
        return [PerStepMetric(metric) for metric in self.make_metrics()]

    def get_config(self):
        return {**super().get_config(), "count": self.count, "evidence_weight": self.evidence_weight}
