"""PerStepLoss and PerStepMetric: losses and metrics of per-step predictions, without padding."""

from typing import Any

import keras
from keras import ops
from keras.src.losses.loss import reduce_weighted_values  # the only place that counts masked steps out as Keras does

from rnn_zoo.layers.masks import carried_mask
from rnn_zoo.types import Model, Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
class PerStepLoss(keras.losses.Loss):
    """Mean of a loss over the valid steps of a batch.

        L = sum_(b,t) w_b m_bt l(y_bt, p_bt) / sum_(b,t) m_bt

    Targets at masked steps are ignored: any value is allowed, such as NaN or -1.

    Args:
        loss: `keras.losses.Loss` of single predictions, l; averaged over the numbers of a prediction.

    Call arguments:
        y_true: [batch, time, ...], targets; <float>[batch, time] too if a prediction is one number.
        y_pred: <float>[batch, time, ...], which carries the mask m; without a mask all steps are valid.
        sample_weight: <float>[batch] or <float>[batch, time] or None, w: weights of sequences or of steps.

    Returns:
        <float>[]; 0 for a batch without a valid step.
    """

    def __init__(
        self, loss: Model, name: str | None = None, reduction: str | None = "sum_over_batch_size", dtype: Any = None
    ) -> None:
        super().__init__(name=name or loss.name, reduction=reduction, dtype=dtype)
        self.loss = loss

    def __call__(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None) -> Tensor:
        mask, weights = carried_mask(y_pred), step_weights(sample_weight, y_pred)
        targets, predicted = _flatten_time(_targets(y_true, y_pred)), _flatten_time(y_pred)
        # The loss sees steps as a batch: its own reduction would not count masked steps out.
        losses = self.loss.call(ops.convert_to_tensor(targets), ops.cast(predicted, self.dtype))
        counted = carried_mask(losses)  # of a loss that ignores some targets
        losses = ops.mean(losses, axis=tuple(range(1, len(losses.shape)))) if len(losses.shape) > 1 else losses
        if mask is not None:
            mask = ops.reshape(ops.cast(mask, "bool"), (-1,))
            counted = mask if counted is None else ops.logical_and(counted, mask)
        if weights is not None:
            weights = ops.reshape(ops.broadcast_to(weights, ops.shape(y_pred)[:2]), (-1,))
        return reduce_weighted_values(losses, weights, counted, self.reduction, self.dtype)

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
            weights = weights * ops.cast(step_weights(sample_weight, y_pred), "float32")
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


def step_weights(sample_weight: Tensor | None, y_pred: Tensor) -> Tensor | None:
    """Weights that broadcast to steps.

    Args:
        sample_weight: <float>[batch] or [batch, 1], one weight a sequence; <float>[batch, time], one a step; or None.
        y_pred: [batch, time, ...].

    Returns:
        <float>[batch, 1] or <float>[batch, time], or None.
    """
    if sample_weight is None:
        return None
    # Keras may trace with weights of unknown rank, so the rank does not tell which they are.
    return ops.reshape(ops.convert_to_tensor(sample_weight), (ops.shape(y_pred)[0], -1))


def _flatten_time(steps):
    """[batch, time, ...] -> [batch * time, ...]."""
    return ops.reshape(steps, (-1, *steps.shape[2:]))
