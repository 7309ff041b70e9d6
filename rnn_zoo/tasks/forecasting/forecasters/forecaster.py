"""Forecaster: base class of all forecasters, naive or trained."""

import dataclasses
from typing import Self

import numpy as np
import pandas as pd

from rnn_zoo.checks import positive_integer
from rnn_zoo.series.windows import Windows
from rnn_zoo.tasks.forecasting.forecasters.conformal import margins, misses, track, widen
from rnn_zoo.types import Tensor


@dataclasses.dataclass(frozen=True)
class Forecast:
    """Point forecasts with intervals.

    Args:
        value: <float>[windows, horizon, targets], the point forecasts.
        lower: lower ends of the intervals, of the same shape.
        upper: upper ends of the intervals, of the same shape.
    """

    value: Tensor
    lower: Tensor
    upper: Tensor


class Forecaster:
    """Base class of forecasters: predicts the next steps of a series, with calibrated intervals.

    A subclass defines `learn`, `guess` and `fresh`. All values are scaled, as `Windows` returns them.

    Args:
        coverage: fraction of the steps that an interval should cover, in (0, 1).
    Attributes:
        name: name in reports.
        margins: <float>[horizon, targets], calibrated on the validation part, by which intervals are widened; None
            before `fit`.
        spread: <float>[horizon, targets], standard deviation of the calibration scores; None before `fit`.
        parameters: number of learned parameters.
        train_seconds: training time in seconds; None if nothing is learned.
    Raises:
        ValueError: `coverage` is out of range.
    """

    name: str = ""
    parameters: int = 0
    train_seconds: float | None = None
    margins: Tensor = None
    spread: Tensor = None

    def __init__(self, coverage: float = 0.9) -> None:
        if not 0 < coverage < 1:
            raise ValueError(f"`coverage` must be a number in (0, 1), got {coverage!r}.")
        self.coverage = coverage
        self.margins = self.spread = None

    def learn(self, windows: Windows) -> None:
        """Fits the training part; may use the validation part to choose hyperparameters or to stop early."""

    def guess(self, windows: Windows, starts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Forecasts before calibration; a forecaster without intervals returns `value` three times.

        Args:
            windows: the windows of the series.
            starts: <int>[windows], the first step ahead of each window.
        Returns:
            (value, lower, upper), each <float>[windows, horizon, targets].
        """
        raise NotImplementedError(f"{type(self).__name__} must define `guess`.")

    def fresh(self) -> "Forecaster":
        """A new, unfitted forecaster with the same settings, for a refit."""
        raise NotImplementedError(f"{type(self).__name__} must define `fresh`.")

    def fit(self, windows: Windows) -> Self:
        """Fits the training part and calibrates the intervals on the validation part.

        Args:
            windows: the windows of the series.
        Returns:
            The forecaster itself.
        Raises:
            ValueError: the validation part has too few windows to calibrate the intervals.
        """
        self.learn(windows)
        starts = windows.starts("validation")
        _, lower, upper = self.guess(windows, starts)
        scores = misses(windows.future(starts), lower, upper)
        self.margins = margins(scores, self.coverage)
        self.spread = scores.std(axis=0)
        return self

    def predict(self, windows: Windows, starts: Tensor) -> Forecast:
        """Forecasts with calibrated intervals.

        After the validation part, the intervals of a window are updated with all observations before it.

        Args:
            windows: the windows of the series.
            starts: <int>[windows], the first step ahead of each window.
        Returns:
            The forecasts, scaled.
        Raises:
            RuntimeError: the forecaster is not fitted.
        """
        return self._predict(windows, np.asarray(starts))[0]

    def margins_at(self, windows: Windows, start: int) -> Tensor:
        """The margins of one window, updated with all observations before it.

        Args:
            windows: the windows of the series.
            start: the first step ahead of the window.
        Returns:
            <float>[horizon, targets].
        Raises:
            RuntimeError: the forecaster is not fitted.
        """
        return self._predict(windows, np.array([start]))[1][0]

    def _predict(self, windows, starts):
        """(Forecast, <float>[windows, horizon, targets] its margins)."""
        if self.margins is None:
            raise RuntimeError(f"{self.name} is not fitted yet: call `fit` first.")
        calibrated = windows.series.parts["validation"][1]
        # Tracking needs the forecasts of all windows since the end of the validation part.
        tracked = np.arange(calibrated, starts.max() + 1)
        needed = np.union1d(starts, tracked)
        value, lower, upper = self.guess(windows, needed)
        margin = np.repeat(self.margins[None], len(needed), axis=0)
        if len(tracked):
            later = needed >= calibrated
            scores = misses(windows.future(tracked), lower[later], upper[later])
            margin[later] = track(scores, self.margins, self.spread, self.coverage)
        rows = np.searchsorted(needed, starts)
        value, lower, upper, margin = (array[rows] for array in (value, lower, upper, margin))
        return Forecast(value, *widen(value, lower, upper, margin)), margin

    def backtest(
        self, windows: Windows, *, part: str = "test", stride: int | None = None, refit: int | None = None
    ) -> pd.DataFrame:
        """Rolling-origin evaluation: forecasts at successive origins, each from the steps before it.

        Args:
            windows: the windows that the forecaster was fitted on.
            part: the part of the series to forecast: "train", "validation" or "test".
            stride: number of steps between origins, > 0; None: the horizon, so that each step is forecast once.
            refit: number of origins, > 0, after which a new forecaster is fitted to all steps known by then; None: no
                refits.
        Returns:
            One row per step and target: origin, time, target, actual, forecast, lower, upper, in units.
        Raises:
            ValueError: `part`, `stride` or `refit` is out of range.
            RuntimeError: the forecaster is not fitted.
        """
        series = windows.series
        stride = windows.horizon if stride is None else positive_integer("stride", stride)
        origins = windows.starts(part)[::stride]
        every = len(origins) if refit is None else positive_integer("refit", refit)
        tables = []
        for first in range(0, len(origins), every):
            group = origins[first : first + every]
            forecaster, known = self, windows
            if refit is not None:
                known = windows.known_until(int(group[0]))
                forecaster = self.fresh().fit(known)
            forecast = forecaster.predict(known, group)
            scaled = {"forecast": forecast.value, "lower": forecast.lower, "upper": forecast.upper}
            columns = {name: known.scale.undo(values).ravel() for name, values in scaled.items()}
            steps = group[:, None] + np.arange(windows.horizon)
            count = len(series.targets)
            tables.append(
                pd.DataFrame(
                    {
                        "origin": series.times[np.repeat(group - 1, windows.horizon * count)],
                        "time": series.times[np.repeat(steps.ravel(), count)],
                        "target": np.tile(series.targets, steps.size),
                        "actual": series.values[steps, :count].ravel(),
                        **columns,
                    }
                )
            )
        return pd.concat(tables, ignore_index=True)
