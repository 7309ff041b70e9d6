"""Forecaster: the verbs of every forecaster, naive or trained."""

import dataclasses
from typing import Any, Self

import numpy as np

from rnn_zoo.checks import positive_integer
from rnn_zoo.tasks.forecasting.forecasters.conformal import margins, misses, track, widen
from rnn_zoo.types import Tensor


@dataclasses.dataclass(frozen=True)
class Forecast:
    """What is expected, and between which ends.

    Args:
        value: <float>[windows, horizon, targets].
        lower, upper: the same, the ends of the interval.
    """

    value: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


class Forecaster:
    """Base class of forecasters: predicts the next steps of a series, with calibrated intervals.

    A subclass defines `learn`, `guess` and `fresh`. All values are scaled, as `Windows` returns them.

    Args:
        coverage: fraction of the steps that an interval should cover, in (0, 1).
    Attributes:
        name: name in reports.
        margins: <float>[horizon, targets], by which calibration widens the intervals at the end of the validation
            part; None before `fit`.
        spread: <float>[horizon, targets], standard deviation of the calibration scores.
        parameters: number of learned values.
        train_seconds: seconds of training; None if nothing is learned.
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

    def learn(self, windows: Any) -> None:
        """Fits the training part; the validation part may be used for choices."""

    def guess(self, windows: Any, starts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Forecasts before calibration, (value, lower, upper), of the windows whose future begins at `starts`.

        A forecaster without intervals returns its value three times.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `guess`.")

    def fresh(self) -> "Forecaster":
        """An unfitted forecaster with the same settings, for a refit."""
        raise NotImplementedError(f"{type(self).__name__} must define `fresh`.")

    def fit(self, windows: Any) -> Self:
        """Learns from the training part and calibrates the intervals on the validation part; returns itself.

        Args:
            windows: rnn_zoo.datasets.Windows.
        """
        self.learn(windows)
        starts = windows.starts("validation")
        _, lower, upper = self.guess(windows, starts)
        scores = misses(windows.future(starts), lower, upper)
        self.margins = margins(scores, self.coverage)
        self.spread = scores.std(axis=0)
        return self

    def predict(self, windows: Any, starts: Tensor) -> Any:
        """Forecasts with calibrated intervals, which know at each window what has come in before it.

        Args:
            windows: rnn_zoo.datasets.Windows.
            starts: <int>[windows], the first step ahead of each.
        Returns:
            Forecast, scaled.
        Raises:
            RuntimeError: before `fit`.
        """
        return self._predict(windows, np.asarray(starts))[0]

    def margins_at(self, windows: Any, start: Any) -> Any:
        """<float>[horizon, targets], the margins of the window that begins at a step, when all before it is known."""
        return self._predict(windows, np.array([start]))[1][0]

    def _predict(self, windows, starts):
        """(Forecast, <float>[windows, horizon, targets] its margins)."""
        if self.margins is None:
            raise RuntimeError(f"{self.name} has not learned anything yet: call `fit` first.")
        calibrated = windows.series.parts["validation"][1]
        since = np.arange(calibrated, starts.max() + 1)
        asked = np.union1d(starts, since)
        value, lower, upper = self.guess(windows, asked)
        margin = np.repeat(self.margins[None], len(asked), axis=0)
        if len(since):
            later = asked >= calibrated
            scores = misses(windows.future(since), lower[later], upper[later])
            margin[later] = track(scores, self.margins, self.spread, self.coverage)
        rows = np.searchsorted(asked, starts)
        value, lower, upper, margin = (numbers[rows] for numbers in (value, lower, upper, margin))
        return Forecast(value, *widen(value, lower, upper, margin)), margin

    def backtest(self, windows: Any, *, part: str = "test", stride: int | None = None, refit: Any = None) -> Any:
        """What would have been forecast at one origin after another, with nothing known of what came later.

        Args:
            windows: rnn_zoo.datasets.Windows, that this was fitted on.
            part: the part whose steps are forecast.
            stride: int > 0, steps from one origin to the next; None: the horizon, so that each step is forecast once.
            refit: int > 0, origins after which everything is learned anew from all that is known by then; None: never.
        Returns:
            pandas.DataFrame, a row a step and target: origin, time, target, actual, forecast, lower, upper, in units.
        """
        import pandas as pd

        series = windows.series
        stride = windows.horizon if stride is None else positive_integer("stride", stride)
        origins = windows.starts(part)[::stride]
        every = len(origins) if refit is None else positive_integer("refit", refit)
        tables = []
        for first in range(0, len(origins), every):
            group = origins[first : first + every]
            one, seen = self, windows
            if refit is not None:
                seen = windows.known_until(int(group[0]))
                one = self.fresh().fit(seen)
            forecast = one.predict(seen, group)
            parts = {"forecast": forecast.value, "lower": forecast.lower, "upper": forecast.upper}
            parts = {name: seen.scale.undo(numbers).ravel() for name, numbers in parts.items()}
            steps = group[:, None] + np.arange(windows.horizon)
            count = len(series.targets)
            tables.append(
                pd.DataFrame(
                    {
                        "origin": series.times[np.repeat(group - 1, windows.horizon * count)],
                        "time": series.times[np.repeat(steps.ravel(), count)],
                        "target": np.tile(series.targets, steps.size),
                        "actual": series.values[steps, :count].ravel(),
                        **parts,
                    }
                )
            )
        return pd.concat(tables, ignore_index=True)
