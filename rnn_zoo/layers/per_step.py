"""The loss and the metrics of predictions at every step, in which padding never counts."""

import keras
from keras import ops

from rnn_zoo.layers.steps import carried_mask


@keras.saving.register_keras_serializable(package="rnn_zoo")
class PerStepLoss(keras.losses.Loss):
    """A loss of one prediction, as the mean over the valid steps of a batch.

        L = sum_(b,t) w_b m_bt l(y_bt, p_bt) / sum_(b,t) m_bt

    Targets at masked steps are never read: they may hold anything, NaN or -1 for one.

    Args:
        loss: `keras.losses.Loss` of single predictions, averaged over a batch.

    Call arguments:
        y_true: [batch, time, ...], the targets; of predictions of one number also <float>[batch, time].
        y_pred: <float>[batch, time, count], with the mask m that it carries; without one all steps are valid.
        sample_weight: <float>[batch] or <float>[batch, time] or None, w.

    Returns:
        <float>[], 0 for a batch without a valid step.
    """

    def __init__(self, loss, name=None, reduction="sum_over_batch_size", dtype=None):
        super().__init__(name=name or loss.name, reduction=reduction, dtype=dtype)
        self.loss = loss

    def __call__(self, y_true, y_pred, sample_weight=None):
        return self.loss(_targets(y_true, y_pred), y_pred, _weights(sample_weight))

    def get_config(self):
        return {**super().get_config(), "loss": keras.saving.serialize_keras_object(self.loss)}

    @classmethod
    def from_config(cls, config):
        return cls(**{**config, "loss": keras.saving.deserialize_keras_object(config["loss"])})


@keras.saving.register_keras_serializable(package="rnn_zoo")
class PerStepMetric(keras.metrics.Metric):
    """A metric of one prediction, in which every valid step is an example.

    Keras averages over the steps of each sequence first, so that a step counts the less the more padding stands beside
    it.

    Args:
        metric: `keras.metrics.Metric` of single predictions.

    Call arguments of `update_state`: as those of `PerStepLoss`.
    """

    def __init__(self, metric, name=None, dtype=None):
        super().__init__(name=name or metric.name, dtype=dtype)
        self.metric = metric

    @property
    def _direction(self):
        """Keras's word for whether more is better, "up", or less, "down"; absent where the metric has none."""
        return self.metric._direction

    def update_state(self, y_true, y_pred, sample_weight=None):
        mask = carried_mask(y_pred)
        weights = ops.ones(ops.shape(y_pred)[:2]) if mask is None else ops.cast(mask, "float32")
        if sample_weight is not None:
            weights = weights * ops.cast(_weights(sample_weight), "float32")
        targets = _targets(y_true, y_pred)
        self.metric.update_state(_examples(targets), _examples(y_pred), sample_weight=ops.reshape(weights, (-1,)))

    def result(self):
        return self.metric.result()

    def reset_state(self):
        self.metric.reset_state()

    def get_config(self):
        return {**super().get_config(), "metric": keras.saving.serialize_keras_object(self.metric)}

    @classmethod
    def from_config(cls, config):
        return cls(**{**config, "metric": keras.saving.deserialize_keras_object(config["metric"])})


def _targets(y_true, y_pred):
    """Targets of the rank that Keras takes for these predictions, zeros at masked steps."""
    targets = ops.convert_to_tensor(y_true)
    if len(targets.shape) == 2 and y_pred.shape[-1] == 1:
        targets = targets[..., None]  # or Keras would take the steps for the numbers of one prediction
    mask = carried_mask(y_pred)
    if mask is None:
        return targets
    valid = ops.reshape(ops.cast(mask, "bool"), (*ops.shape(mask), *[1] * (len(targets.shape) - 2)))
    return ops.where(valid, targets, ops.zeros_like(targets))


def _weights(sample_weight):
    """Weights of sequences as weights of their steps."""
    if sample_weight is None:
        return None
    weights = ops.convert_to_tensor(sample_weight)
    return weights[:, None] if len(weights.shape) == 1 else weights


def _examples(steps):
    """[batch, time, ...] -> [batch * time, ...]."""
    return ops.reshape(steps, (-1, *steps.shape[2:]))
