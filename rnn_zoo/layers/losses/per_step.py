"""PerStepLoss and PerStepMetric: losses and metrics of per-step predictions, without padding."""

from typing import Any

import keras
from keras import ops

from rnn_zoo.layers.masks import carried_mask
from rnn_zoo.types import Model, Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
class PerStepLoss(keras.losses.Loss):
    """Mean of a loss over the valid steps of a batch.

        L = sum_(b,t) w_b m_bt l(y_bt, p_bt) / sum_(b,t) m_bt

    Targets at masked steps are ignored: any value is allowed, such as NaN or -1.

    Args:
        loss: `keras.losses.Loss` of single predictions, averaged over the batch.

    Call arguments:
        y_true: [batch, time, ...], targets; <float>[batch, time] too if a prediction is one number.
        y_pred: <float>[batch, time, count], which carries the mask m; without a mask all steps are valid.
        sample_weight: <float>[batch] or <float>[batch, time] or None, w.

    Returns:
        <float>[]; 0 for a batch without a valid step.
    """

    def __init__(
        self, loss: Model, name: str | None = None, reduction: str | None = "sum_over_batch_size", dtype: Any = None
    ) -> None:
        super().__init__(name=name or loss.name, reduction=reduction, dtype=dtype)
        self.loss = loss

    def __call__(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None) -> Tensor:
        return self.loss(_targets(y_true, y_pred), y_pred, _weights(sample_weight))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "loss": keras.saving.serialize_keras_object(self.loss)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Model:
        return cls(**{**config, "loss": keras.saving.deserialize_keras_object(config["loss"])})


@keras.saving.register_keras_serializable(package="rnn_zoo")
class PerStepMetric(keras.metrics.Metric):
    """A metric in which every valid step counts as one example.

    Keras averages over the steps of each sequence first, so that steps of padded sequences would count less.

    Args:
        metric: `keras.metrics.Metric` of single predictions.

    Arguments of `update_state`: as the call arguments of `PerStepLoss`.
    """

    def __init__(self, metric: Model, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name=name or metric.name, dtype=dtype)
        self.metric = metric

    @property
    def _direction(self) -> str:
        """What Keras's early stopping reads: "up" if higher is better, else "down"; absent if the metric has none."""
        return self.metric._direction

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None) -> None:
        mask = carried_mask(y_pred)
        weights = ops.ones(ops.shape(y_pred)[:2]) if mask is None else ops.cast(mask, "float32")
        if sample_weight is not None:
            weights = weights * ops.cast(_weights(sample_weight), "float32")
        targets = _targets(y_true, y_pred)
        self.metric.update_state(
            _flatten_time(targets), _flatten_time(y_pred), sample_weight=ops.reshape(weights, (-1,))
        )

    def result(self) -> Tensor:
        return self.metric.result()

    def reset_state(self) -> None:
        self.metric.reset_state()

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "metric": keras.saving.serialize_keras_object(self.metric)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Model:
        return cls(**{**config, "metric": keras.saving.deserialize_keras_object(config["metric"])})


def _targets(y_true, y_pred):
    """Targets with the rank that Keras expects for these predictions, zeros at masked steps."""
    targets = ops.convert_to_tensor(y_true)
    if len(targets.shape) == 2 and y_pred.shape[-1] == 1:
        targets = targets[..., None]  # else Keras takes the time axis for the numbers of one prediction
    mask = carried_mask(y_pred)
    if mask is None:
        return targets
    valid = ops.reshape(ops.cast(mask, "bool"), (*ops.shape(mask), *[1] * (len(targets.shape) - 2)))
    return ops.where(valid, targets, ops.zeros_like(targets))


def _weights(sample_weight):
    """Expands weights of sequences to weights of steps."""
    if sample_weight is None:
        return None
    weights = ops.convert_to_tensor(sample_weight)
    return weights[:, None] if len(weights.shape) == 1 else weights


def _flatten_time(steps):
    """[batch, time, ...] -> [batch * time, ...]."""
    return ops.reshape(steps, (-1, *steps.shape[2:]))
