"""RawForecast: a trained forecaster with inputs and outputs in the units of the data."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from rnn_zoo.layers.heads.quantiles import middle_of
from rnn_zoo.types import Model, Shape, Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
class RawForecast(keras.layers.Layer):
    """Standardises a raw window, adds time features, runs the network and returns calibrated quantiles in units.

        z = (x - mean) / deviation
        f = network(z)
        forecast = f_median deviation + mean
        lower = min(f_first - margin, f_median) deviation + mean
        upper = max(f_last + margin, f_median) deviation + mean

    Args:
        network: keras.Model of standardised numbers, as those of `rnn_zoo.tasks.forecasting.models`.
        mean, deviation: one float per column: targets, other inputs, columns known ahead.
        margins: <float>[horizon, targets], standardised margins of the calibration.
        levels: quantile levels of the network, ascending.
        known: int >= 0, number of last columns that are known ahead.
        clock: layer from <int32>[batch, time], minutes since 1970, to <float32>[batch, time, count], such as
            `TimeFeatures`; None: no time features.

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
        margins: Sequence[Sequence[float]] | Tensor,
        levels: Sequence[float],
        known: int = 0,
        clock: Model | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.network = network
        self.clock = clock
        self.mean, self.deviation = ([float(number) for number in numbers] for numbers in (mean, deviation))
        self.margins = np.asarray(margins, "float32").tolist()
        self.levels = tuple(levels)
        self.known = known
        self.built = True

    def call(self, past: Tensor, known: Tensor | None = None, times: Tensor | None = None) -> dict[str, Tensor]:
        mean, deviation = (ops.convert_to_tensor(numbers, "float32") for numbers in (self.mean, self.deviation))
        parts, ahead = [(ops.cast(past, "float32") - mean) / deviation], []
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
        median = quantiles[..., middle_of(self.levels)]
        lower = ops.minimum(quantiles[..., 0] - margins, median)
        upper = ops.maximum(quantiles[..., -1] + margins, median)
        targets = len(self.margins[0])
        answers = {"forecast": median, "lower": lower, "upper": upper}
        return {name: numbers * deviation[:targets] + mean[:targets] for name, numbers in answers.items()}

    def compute_output_shape(
        self, past_shape: Shape, known_shape: Shape | None = None, times_shape: Shape | None = None
    ) -> dict[str, Shape]:
        shape = (past_shape[0], len(self.margins), len(self.margins[0]))
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
            "clock": keras.saving.serialize_keras_object(self.clock),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Model:
        parts = {name: keras.saving.deserialize_keras_object(config.pop(name)) for name in ("network", "clock")}
        return cls(**parts, **config)
