"""Naive forecasters: the baselines for all others."""

import numpy as np

from rnn_zoo.series.windows import Windows
from rnn_zoo.tasks.forecasting.forecasters.forecaster import Forecaster
from rnn_zoo.types import Tensor


class _Naive(Forecaster):
    """Base class of forecasters without parameters: only the intervals are calibrated."""

    def fresh(self) -> "_Naive":
        return type(self)(self.coverage)

    def guess(self, windows: Windows, starts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        value = windows.scaled(self.value(windows, starts), starts)
        return value, value, value

    def value(self, windows: Windows, starts: Tensor) -> Tensor:
        """<float>[windows, horizon, targets], the forecasts of windows from the steps `starts` on, not scaled."""
        raise NotImplementedError(f"{type(self).__name__} must define `value`.")


class LastValue(_Naive):
    """Every future value equals the last observation.

    y_(T+h) = y_T
    """

    name = "last_value"

    def value(self, windows: Windows, starts: Tensor) -> Tensor:
        last = windows.levels[starts - 1]
        return np.repeat(last[:, None], windows.horizon, axis=1)


class SeasonalNaive(_Naive):
    """Every future value equals the last observed value at the same point of the season.

    y_(T+h) = y_(T+h-km)    m: the season in steps; k: the smallest integer with h <= km
    """

    name = "seasonal_naive"

    def value(self, windows: Windows, starts: Tensor) -> Tensor:
        season = windows.series.season
        before = starts - windows.series.bounds[windows.members(starts)]
        if before.min() < season:
            raise ValueError(
                f"`season` must be at most the {before.min()} steps before the first forecast, got {season}."
            )
        ahead = np.arange(windows.horizon)
        return windows.levels[starts[:, None] + ahead - season * (ahead // season + 1)]


class Drift(_Naive):
    """Extrapolates the line through the first and the last observation.

    y_(T+h) = y_T + h (y_T - y_1) / (T - 1)
    """

    name = "drift"

    def value(self, windows: Windows, starts: Tensor) -> Tensor:
        first = windows.series.bounds[windows.members(starts)]
        last = windows.levels[starts - 1]
        slope = (last - windows.levels[first]) / np.maximum(starts - first - 1, 1)[:, None]
        return last[:, None] + np.arange(1, windows.horizon + 1)[None, :, None] * slope[:, None]
