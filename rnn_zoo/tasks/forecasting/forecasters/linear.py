"""Linear: forecasters whose forecasts are sums of the values of the look-back, each times a weight."""

import dataclasses

import numpy as np

from rnn_zoo.series.windows import Windows
from rnn_zoo.tasks.forecasting.forecasters.forecaster import Forecaster
from rnn_zoo.types import Tensor


@dataclasses.dataclass(frozen=True)
class Weights:
    """A linear map from a window to the steps ahead, of scaled values.

        f = past W + known V + b    for each target

    Args:
        past: <float32>[targets, lookback, horizon].
        known: <float32>[targets, horizon * known, horizon].
        bias: <float32>[targets, horizon].
    """

    past: Tensor
    known: Tensor
    bias: Tensor

    @classmethod
    def of_past(cls, past: Tensor, windows: Windows) -> "Weights":
        """Weights of the look-back alone, <float>[lookback, horizon], the same for each target."""
        shape = (windows.targets, windows.horizon * windows.known, windows.horizon)
        each = np.repeat(past[None], windows.targets, axis=0).astype("float32")
        return cls(each, np.zeros(shape, "float32"), np.zeros((windows.targets, windows.horizon), "float32"))

    def __add__(self, other: "Weights") -> "Weights":
        return Weights(self.past + other.past, self.known + other.known, self.bias + other.bias)

    def __mul__(self, factor: float) -> "Weights":
        parts = (self.past, self.known, self.bias)
        return Weights(*(np.float32(factor) * part for part in parts))

    def apply(self, windows: Windows, starts: Tensor) -> Tensor:
        """<float32>[windows, horizon, targets], the forecasts."""
        value = np.empty((len(starts), *self.bias.shape[::-1]), "float32")
        ahead = windows.ahead(starts).reshape(len(starts), -1)
        for target in range(len(self.bias)):
            past = windows.past_of(starts, target) @ self.past[target]
            value[:, :, target] = past + ahead @ self.known[target] + self.bias[target]
        return value


class Linear(Forecaster):
    """Base class of linear forecasters; a subclass defines `weigh`."""

    weights: Weights

    def fresh(self) -> "Linear":
        return type(self)(self.coverage)

    def weigh(self, windows: Windows) -> Weights:
        """The weights, fitted on the training part."""
        raise NotImplementedError(f"{type(self).__name__} must define `weigh`.")

    def learn(self, windows: Windows) -> None:
        self.weights = self.weigh(windows)

    def refit(self, windows: Windows) -> None:
        """Fits again, to windows whose validation part is joined to the training part."""
        self.learn(windows)

    def guess(self, windows: Windows, starts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        value = self.weights.apply(windows, starts)
        return value, value, value


class LastOfWindow(Linear):
    """Every future value equals the last of the look-back."""

    name = "last_value"

    def weigh(self, windows: Windows) -> Weights:
        weights = np.zeros((windows.lookback, windows.horizon))
        weights[-1] = 1
        return Weights.of_past(weights, windows)


class SeasonOfWindow(Linear):
    """Every future value equals the last of the look-back at the same point of the season."""

    name = "seasonal_naive"

    def weigh(self, windows: Windows) -> Weights:
        season = windows.series.season
        if season > windows.lookback:
            raise ValueError(f"`lookback` must be at least a season, {season} steps, got {windows.lookback}.")
        weights = np.zeros((windows.lookback, windows.horizon))
        ahead = np.arange(windows.horizon)
        weights[windows.lookback + ahead - season * (ahead // season + 1), ahead] = 1
        return Weights.of_past(weights, windows)


class DriftOfWindow(Linear):
    """The line through the first and the last value of the look-back goes on."""

    name = "drift"

    def weigh(self, windows: Windows) -> Weights:
        weights = np.zeros((windows.lookback, windows.horizon))
        slope = np.arange(1, windows.horizon + 1) / max(1, windows.lookback - 1)
        weights[-1] += 1 + slope
        weights[0] -= slope
        return Weights.of_past(weights, windows)


class Mean(Linear):
    """Every future value is the mean of the look-back."""

    name = "mean"

    def weigh(self, windows: Windows) -> Weights:
        return Weights.of_past(np.full((windows.lookback, windows.horizon), 1 / windows.lookback), windows)
