"""Quantiles: head that predicts quantiles (probabilistic forecasting)."""

import itertools
import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from rnn_zoo.checks import positive_integer
from rnn_zoo.layers.heads.head import Head
from rnn_zoo.types import Model, Shape, Tensor

LEVELS = (0.05, 0.5, 0.95)


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Quantiles(Head):
    """Quantiles of each predicted number.

        y_q = x W_q + b_q

    Inference sorts them, which never increases their error. Targets are the numbers, without the quantile axis. The
    loss is the pinball loss, the metric the absolute error of the median (or of the quantile nearest to it). With the
    single level 0.5 this is regression by mean absolute error.

    Args:
        shape: int > 0 or several, shape of the predicted numbers, such as (horizon, series).
        levels: quantile levels in (0, 1), ascending.

    Call arguments:
        inputs: <float>[batch, ..., features].
        training: whether to leave the quantiles unsorted.

    Returns:
        <float32>[batch, ..., *shape, levels].

    Raises:
        ValueError: `shape` or `levels` are out of range.

    Reference: Koenker and Bassett 1978, "Regression quantiles"; Chernozhukov et al. 2010, "Quantile and probability
        curves without crossing" (sorting).
    """

    per_step = True

    def __init__(self, shape: int | Sequence[int], levels: Sequence[float] = LEVELS, **kwargs: Any) -> None:
        sizes = shape if isinstance(shape, (list, tuple)) else [shape]
        self.shape = tuple(positive_integer("shape", size) for size in sizes)
        self.levels = checked_levels(levels)
        super().__init__(math.prod(self.shape) * len(self.levels), **kwargs)

    # Without `evidence`: Keras matches shapes to arguments by the signatures.
    def build(self, inputs_shape: Shape) -> None:  # type: ignore[override]
        super().build(inputs_shape)

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:  # type: ignore[override]
        quantiles = self.dense(inputs)
        quantiles = ops.reshape(quantiles, (*_leading_sizes(inputs), *self.shape, len(self.levels)))
        return quantiles if training or len(self.levels) == 1 else ops.sort(quantiles, axis=-1)

    def compute_output_shape(self, inputs_shape: Shape) -> Shape:  # type: ignore[override]
        return (*inputs_shape[:-1], *self.shape, len(self.levels))

    def make_loss(self) -> Model:
        return PinballLoss(self.levels)

    def make_metrics(self) -> list[Model]:
        return [MedianError(self.levels)]

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["count"], config["evidence_weight"]
        return {**config, "shape": list(self.shape), "levels": list(self.levels)}


@keras.saving.register_keras_serializable(package="rnn_zoo")
class PinballLoss(keras.losses.Loss):
    """Pinball (quantile) loss, whose expectation is minimal at the quantile.

        L(y, f) = mean over levels q of  max(q (y - f_q), (q - 1) (y - f_q))

    Args:
        levels: quantile levels in (0, 1), ascending.

    Call arguments:
        y_true: <float>[batch, ...].
        y_pred: <float>[batch, ..., levels].

    Returns:
        <float>[], the mean.

    Reference: Koenker and Bassett 1978.
    """

    def __init__(self, levels: Sequence[float] = LEVELS, name: str = "pinball", **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)
        self.levels = checked_levels(levels)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        levels = ops.convert_to_tensor(self.levels, y_pred.dtype)
        error = ops.expand_dims(ops.cast(y_true, y_pred.dtype), -1) - y_pred
        loss = ops.maximum(levels * error, (levels - 1) * error)
        return ops.mean(loss, axis=tuple(range(1, len(loss.shape))))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "levels": list(self.levels)}


@keras.saving.register_keras_serializable(package="rnn_zoo")
class MedianError(keras.metrics.Mean):
    """Mean absolute error of the quantile nearest to the median.

    Args:
        levels: quantile levels in (0, 1), ascending.
    """

    def __init__(self, levels: Sequence[float] = LEVELS, name: str = "mae", **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)
        self.levels = checked_levels(levels)

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None) -> None:
        middle = y_pred[..., middle_of(self.levels)]
        error = ops.abs(ops.cast(y_true, middle.dtype) - middle)
        super().update_state(ops.mean(error, axis=tuple(range(1, len(error.shape)))), sample_weight)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "levels": list(self.levels)}


def middle_of(levels: Sequence[float]) -> int:
    """Index of the level nearest to 0.5."""
    return min(range(len(levels)), key=lambda index: abs(levels[index] - 0.5))


def checked_levels(levels: Sequence[float]) -> tuple[float, ...]:
    """Returns the levels as a tuple of floats; ValueError unless they ascend within (0, 1)."""
    levels = tuple(levels)
    if not levels or not all(isinstance(level, (int, float)) and 0 < level < 1 for level in levels):
        raise ValueError(f"`levels` must be numbers in (0, 1), such as (0.05, 0.5, 0.95), got {levels}.")
    if any(second <= first for first, second in itertools.pairwise(levels)):
        raise ValueError(f"`levels` must ascend, got {levels}.")
    return tuple(map(float, levels))


def _leading_sizes(inputs):
    """Sizes of all axes but the last: static ones, with -1 for a single dynamic one; else all dynamic."""
    sizes = list(inputs.shape[:-1])
    if sizes.count(None) <= 1:
        return [-1 if size is None else size for size in sizes]
    return ops.shape(inputs)[:-1]
