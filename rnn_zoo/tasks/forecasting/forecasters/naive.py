"""Naive forecasters: what any other has to beat."""

from typing import Any

import numpy as np

from rnn_zoo.tasks.forecasting.forecasters.forecaster import Forecaster
from rnn_zoo.types import Tensor


class _Naive(Forecaster):
    """A forecaster that fits only its intervals."""

    def fresh(self) -> "_Naive":
        return type(self)(self.coverage)

    def guess(self, windows: Any, starts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        value = self.value(windows, starts).astype("float32")
        return value, value, value

    def value(self, windows: Any, starts: Tensor) -> Tensor:
        """<float>[windows, horizon, targets]."""
        raise NotImplementedError(f"{type(self).__name__} must define `value`.")


class LastValue(_Naive):
    """Every future value equals the last observation.

    y_(T+h) = y_T
    """

    name = "last_value"

    def value(self, windows: Any, starts: Tensor) -> Any:
        last = _targets(windows)[starts - 1]
        return np.repeat(last[:, None], windows.horizon, axis=1)


class SeasonalNaive(_Naive):
    """It is as it was a season ago.

    y_(T+h) = y_(T+h-km)    m the season, k the smallest that lies in the past
    """

    name = "seasonal_naive"

    def value(self, windows: Any, starts: Tensor) -> Any:
        season = windows.series.season
        if starts.min() < season:
            raise ValueError(f"`season` must be at most the steps before the first forecast, {starts.min()}: {season}.")
        ahead = np.arange(windows.horizon)
        return _targets(windows)[starts[:, None] + ahead - season * (ahead // season + 1)]


class Drift(_Naive):
    """It goes on as it has gone since the series began.

    y_(T+h) = y_T + h (y_T - y_1) / (T - 1)
    """

    name = "drift"

    def value(self, windows: Any, starts: Tensor) -> Any:
        values = _targets(windows)
        last = values[starts - 1]
        slope = (last - values[0]) / np.maximum(starts - 1, 1)[:, None]
        return last[:, None] + np.arange(1, windows.horizon + 1)[None, :, None] * slope[:, None]


def _targets(windows):
    return windows.values[:, : len(windows.series.targets)]
