"""RawForecast: a trained forecaster that reads and answers in the units of the data."""

import keras
import numpy as np
from keras import ops

from rnn_zoo.layers.quantiles import middle_of


@keras.saving.register_keras_serializable(package="rnn_zoo")
class RawForecast(keras.layers.Layer):
    """Scales a raw window, adds the time, asks the network and gives its quantiles in units, calibrated.

        z = (x - mean) / deviation
        f = network(z)
        forecast = f_median deviation + mean
        lower = min(f_first - margin, f_median) deviation + mean
        upper = max(f_last + margin, f_median) deviation + mean

    Args:
        network: keras.Model of scaled numbers, as those of `rnn_zoo.models.forecasting`.
        mean, deviation: list of floats, one a column: the targets, the inputs, what is known ahead.
        margins: list of lists of floats, [horizon][targets], of the calibration, scaled.
        levels: tuple of floats, the quantiles of the network.
        known: int >= 0, the columns, the last ones, that are known ahead.
        clock: layer from <int32>[batch, time], minutes since 1970, to <float32>[batch, time, count], such as
            `TimeFeatures`; None: the network reads no time.

    Call arguments:
        past: <float32>[batch, lookback, columns], in units.
        known: <float32>[batch, horizon, known], in units, of the steps ahead; None where there is none.
        times: <int32>[batch, lookback + horizon], minutes since 1970; None where there is no clock.

    Returns:
        dict: "forecast", "lower" and "upper", each <float32>[batch, horizon, targets], in units.
    """

    def __init__(self, network, mean, deviation, margins, levels, known=0, clock=None, **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.network = network
        self.clock = clock
        self.mean, self.deviation = ([float(number) for number in numbers] for numbers in (mean, deviation))
        self.margins = np.asarray(margins, "float32").tolist()
        self.levels = tuple(levels)
        self.known = known
        self.built = True

    def call(self, past, known=None, times=None):
        mean, deviation = (ops.convert_to_tensor(numbers, "float32") for numbers in (self.mean, self.deviation))
        parts, ahead = [(ops.cast(past, "float32") - mean) / deviation], []
        first = len(self.mean) - self.known
        if known is not None:
            ahead.append((ops.cast(known, "float32") - mean[first:]) / deviation[first:])
        if times is not None:
            clock = self.clock(times)
            lookback = past.shape[1]
            parts.append(clock[:, :lookback])
            ahead.append(clock[:, lookback:])
        inputs = ops.concatenate(parts, axis=-1)
        if len(self.network.inputs) > 1:
            inputs = [inputs, ops.concatenate(ahead, axis=-1)]
        quantiles = self.network(inputs, training=False)
        margins = ops.convert_to_tensor(self.margins, "float32")
        value = quantiles[..., middle_of(self.levels)]
        lower = ops.minimum(quantiles[..., 0] - margins, value)
        upper = ops.maximum(quantiles[..., -1] + margins, value)
        targets = len(self.margins[0])
        answers = {"forecast": value, "lower": lower, "upper": upper}
        return {name: numbers * deviation[:targets] + mean[:targets] for name, numbers in answers.items()}

    def compute_output_shape(self, past_shape, known_shape=None, times_shape=None):
        shape = (past_shape[0], len(self.margins), len(self.margins[0]))
        return {"forecast": shape, "lower": shape, "upper": shape}

    def get_config(self):
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
    def from_config(cls, config):
        parts = {name: keras.saving.deserialize_keras_object(config.pop(name)) for name in ("network", "clock")}
        return cls(**parts, **config)
