"""RawForecast: a trained forecaster with inputs and outputs in the units of the data."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from rnn_zoo.layers.heads.quantiles import middle_of
from rnn_zoo.types import Model, Shape, Tensor

_LEAST = 1e-9  # of the base of a power
_LARGEST_LOG = 85.0  # whose exponential is a float32
_FLAT = 1e-6  # a look-back whose deviation is this fraction of its level is constant


@keras.saving.register_keras_serializable(package="rnn_zoo")
class RawForecast(keras.layers.Layer):
    """Standardises a raw window, adds time features, runs the network and returns calibrated quantiles in units.

        z = (power(x) - mean) / deviation
        f = network(z)
        forecast = power^-1(f_median deviation + mean)
        lower = power^-1(min(f_first - margin, f_median) deviation + mean)
        upper = power^-1(max(f_last + margin, f_median) deviation + mean)

    Args:
        network: keras.Model of standardised numbers, as those of `rnn_zoo.tasks.forecasting.models`.
        mean, deviation: one float per column: targets, other inputs, columns known ahead.
        margins: <float>[horizon, targets], standardised margins of the calibration; with `edges`
            <float>[groups, horizon, targets].
        levels: quantile levels of the network, ascending.
        known: int >= 0, number of last columns that are known ahead.
        clock: layer from <int32>[batch, time], minutes since 1970, to <float32>[batch, time, count], such as
            `TimeFeatures`; None: no time features.
        transform: {"power", "shift", "floor": one float per target}, see `rnn_zoo.series.transform.Transform`; None: no
            transform.
        by_window: whether the targets are scaled by the mean and the deviation of each window, not by those given.
        edges: with `by_window`, the roughness (mean change from step to step of the scaled targets) of a window from
            which the margins are those of the next group.

    Call arguments:
        past: <float32>[batch, lookback, columns], in units.
        known: <float32>[batch, horizon, known], in units, of the steps ahead; None if `known` is 0.
        times: <int32>[batch, lookback + horizon], minutes since 1970; None without a clock.

    Returns:
        dict: "forecast", "lower" and "upper", each <float32>[batch, horizon, targets], in units.
    """

    def __init__(
        self,
        network: Model,
        mean: Sequence[float],
        deviation: Sequence[float],
        margins: Sequence[Any] | Tensor,
        levels: Sequence[float],
        known: int = 0,
        clock: Model | None = None,
        transform: dict[str, Sequence[float]] | None = None,
        by_window: bool = False,
        edges: Sequence[float] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.network = network
        self.clock = clock
        self.mean, self.deviation = ([float(number) for number in numbers] for numbers in (mean, deviation))
        self.margins = np.asarray(margins, "float32").tolist()
        self.levels = tuple(levels)
        self.known = known
        self.transform = transform
        self.by_window = by_window
        self.edges = [float(edge) for edge in edges]
        self.targets = np.asarray(margins).shape[-1]
        self.built = True

    def call(self, past: Tensor, known: Tensor | None = None, times: Tensor | None = None) -> dict[str, Tensor]:
        mean, deviation = (ops.convert_to_tensor(numbers, "float32") for numbers in (self.mean, self.deviation))
        past, count = ops.cast(past, "float32"), self.targets
        values = self._each(past[:, :, :count], _powered)
        level, size = _window_level(values) if self.by_window else (mean[:count], deviation[:count])
        values = (values - level) / size
        parts, ahead = [values, (past[:, :, count:] - mean[count:]) / deviation[count:]], []
        first = len(self.mean) - self.known
        if known is not None:
            ahead.append((ops.cast(known, "float32") - mean[first:]) / deviation[first:])
        if times is not None:
            clock: Any = self.clock
            features = clock(times)
            lookback = past.shape[1]
            parts.append(features[:, :lookback])
            ahead.append(features[:, lookback:])
        inputs = ops.concatenate(parts, axis=-1)
        if len(self.network.inputs) > 1:
            inputs = [inputs, ops.concatenate(ahead, axis=-1)]
        quantiles = self.network(inputs, training=False)
        margins = ops.convert_to_tensor(self.margins, "float32")
        if self.by_window:
            rough = ops.mean(ops.absolute(values[:, 1:] - values[:, :-1]), axis=(1, 2))
            group = sum((ops.cast(rough > edge, "int32") for edge in self.edges), start=ops.zeros_like(rough, "int32"))
            margins = ops.take(ops.reshape(margins, (-1, *margins.shape[-2:])), group, axis=0)
        median = quantiles[..., middle_of(self.levels)]
        lower = ops.minimum(quantiles[..., 0] - margins, median)
        upper = ops.maximum(quantiles[..., -1] + margins, median)
        answers = {"forecast": median, "lower": lower, "upper": upper}
        return {name: self._each(numbers * size + level, _unpowered) for name, numbers in answers.items()}

    def _each(self, values, function):
        """Applies a function of (values, power, shift, floor) to each target of <float>[batch, time, targets]."""
        if self.transform is None:
            return values
        settings = zip(*(self.transform[name] for name in ("power", "shift", "floor")), strict=True)
        return ops.stack([function(values[..., place], *each) for place, each in enumerate(settings)], axis=-1)

    def compute_output_shape(
        self, past_shape: Shape, known_shape: Shape | None = None, times_shape: Shape | None = None
    ) -> dict[str, Shape]:
        shape = (past_shape[0], *np.shape(self.margins)[-2:])
        return {"forecast": shape, "lower": shape, "upper": shape}

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "network": keras.saving.serialize_keras_object(self.network),
            "mean": self.mean,
            "deviation": self.deviation,
            "margins": self.margins,
            "levels": list(self.levels),
            "known": self.known,
            "transform": self.transform,
            "by_window": self.by_window,
            "edges": self.edges,
            "clock": keras.saving.serialize_keras_object(self.clock),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Model:
        parts = {name: keras.saving.deserialize_keras_object(config.pop(name)) for name in ("network", "clock")}
        return cls(**parts, **config)


def _powered(values, power, shift, floor):
    if power == 1 and shift == 0:
        return values
    shifted = ops.maximum(values + shift, _LEAST)
    return ops.log(shifted) if power == 0 else (ops.power(shifted, power) - 1) / power


def _unpowered(values, power, shift, floor):
    if power == 0:
        values = ops.exp(ops.minimum(values, _LARGEST_LOG)) - shift
    elif power != 1 or shift != 0:
        values = ops.power(ops.maximum(power * values + 1, _LEAST), 1 / power) - shift
    return values if floor == -np.inf else ops.maximum(values, floor)


def _window_level(past):
    """(mean, deviation) by which a window is scaled, as `rnn_zoo.series.windows.window_level`."""
    mean = ops.mean(past, axis=1, keepdims=True)
    deviation = ops.std(past, axis=1, keepdims=True)
    level = ops.absolute(mean)
    return mean, ops.where(deviation > _FLAT * level, deviation, ops.where(level > 0, level, ops.ones_like(level)))
