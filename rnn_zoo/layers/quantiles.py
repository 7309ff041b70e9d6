"""Quantiles: the head that forecasts a distribution by some of its quantiles."""

import itertools
import math

import keras
from keras import ops

from rnn_zoo.checks import positive_integer
from rnn_zoo.layers.head import Head

LEVELS = (0.05, 0.5, 0.95)


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Quantiles(Head):
    """Quantiles of each of some numbers.

        y_q = x W_q + b_q

    In inference they are sorted, which never moves them away from the truth. Targets are the numbers, without the axis
    of the quantiles; the loss is the pinball loss, the metric the absolute error of the median (or of the quantile
    nearest to it). With the one level 0.5 this is regression by the mean absolute error.

    Args:
        shape: int > 0 or tuple of them, the numbers to forecast, such as (horizon, series).
        levels: tuple of floats in (0, 1), ascending.

    Call arguments:
        inputs: <float>[batch, ..., features].
        training: bool, whether the quantiles are left unsorted.

    Returns:
        <float32>[batch, ..., *shape, levels].

    Raises:
        ValueError: `shape` or `levels` are none of the above.

    Reference: Koenker and Bassett 1978, "Regression quantiles"; Chernozhukov et al. 2010, "Quantile and probability
        curves without crossing" (sorting).
    """

    per_step = True

    def __init__(self, shape, levels=LEVELS, **kwargs):
        self.shape = tuple(positive_integer("shape", size) for size in (shape if _is_list(shape) else [shape]))
        self.levels = checked_levels(levels)
        super().__init__(math.prod(self.shape) * len(self.levels), **kwargs)

    def build(self, inputs_shape):
        super().build(inputs_shape)

    def call(self, inputs, training=None):
        numbers = self.dense(inputs)
        numbers = ops.reshape(numbers, (*_sizes(inputs), *self.shape, len(self.levels)))
        return numbers if training or len(self.levels) == 1 else ops.sort(numbers, axis=-1)

    def compute_output_shape(self, inputs_shape):
        return (*inputs_shape[:-1], *self.shape, len(self.levels))

    def make_loss(self):
        return PinballLoss(self.levels)

    def make_metrics(self):
        return [MedianError(self.levels)]

    def get_config(self):
        config = super().get_config()
        del config["count"], config["evidence_weight"]
        return {**config, "shape": list(self.shape), "levels": list(self.levels)}


@keras.saving.register_keras_serializable(package="rnn_zoo")
class PinballLoss(keras.losses.Loss):
    """The loss whose smallest expectation lies at the quantile.

        L(y, f) = mean over levels q of  max(q (y - f_q), (q - 1) (y - f_q))

    Args:
        levels: tuple of floats in (0, 1), ascending.

    Call arguments:
        y_true: <float>[batch, ...].
        y_pred: <float>[batch, ..., levels].

    Returns:
        <float>[], the mean.

    Reference: Koenker and Bassett 1978.
    """

    def __init__(self, levels=LEVELS, name="pinball", **kwargs):
        super().__init__(name=name, **kwargs)
        self.levels = checked_levels(levels)

    def call(self, y_true, y_pred):
        levels = ops.convert_to_tensor(self.levels, y_pred.dtype)
        error = ops.expand_dims(ops.cast(y_true, y_pred.dtype), -1) - y_pred
        loss = ops.maximum(levels * error, (levels - 1) * error)
        return ops.mean(loss, axis=tuple(range(1, len(loss.shape))))

    def get_config(self):
        return {**super().get_config(), "levels": list(self.levels)}


@keras.saving.register_keras_serializable(package="rnn_zoo")
class MedianError(keras.metrics.Mean):
    """The mean absolute error of the middle quantile.

    Args:
        levels: tuple of floats in (0, 1), ascending.
    """

    def __init__(self, levels=LEVELS, name="mae", **kwargs):
        super().__init__(name=name, **kwargs)
        self.levels = checked_levels(levels)

    def update_state(self, y_true, y_pred, sample_weight=None):
        middle = y_pred[..., middle_of(self.levels)]
        error = ops.abs(ops.cast(y_true, middle.dtype) - middle)
        super().update_state(ops.mean(error, axis=tuple(range(1, len(error.shape)))), sample_weight)

    def get_config(self):
        return {**super().get_config(), "levels": list(self.levels)}


def middle_of(levels):
    """int, the place of the level nearest to 0.5."""
    return min(range(len(levels)), key=lambda place: abs(levels[place] - 0.5))


def checked_levels(levels):
    """The levels as a tuple of floats; ValueError unless they ascend within (0, 1)."""
    levels = tuple(levels)
    if not levels or not all(isinstance(level, (int, float)) and 0 < level < 1 for level in levels):
        raise ValueError(f"`levels` must be numbers in (0, 1), such as (0.05, 0.5, 0.95), got {levels}.")
    if any(second <= first for first, second in itertools.pairwise(levels)):
        raise ValueError(f"`levels` must ascend, got {levels}.")
    return tuple(map(float, levels))


def _is_list(shape):
    return isinstance(shape, (list, tuple))


def _sizes(inputs):
    """The sizes of all axes but the last, with at most one that is only known at run time."""
    sizes = list(inputs.shape[:-1])
    if sizes.count(None) <= 1:
        return [-1 if size is None else size for size in sizes]
    return ops.shape(inputs)[:-1]
