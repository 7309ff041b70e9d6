"""Forecaster: base class of all forecasters, naive or trained."""

import dataclasses
from typing import Any, Self

import numpy as np
import pandas as pd

from rnn_zoo.checks import positive_integer
from rnn_zoo.series.windows import Windows
from rnn_zoo.tasks.forecasting.forecasters.conformal import margins, misses, track, widen
from rnn_zoo.types import Model, Tensor

_GROUPS = (1 / 3, 2 / 3)  # quantiles of roughness
_LEAST_IN_GROUPS = 300  # windows


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


def roughness(windows: Windows, starts: Tensor) -> Tensor:
    """<float>[windows], the mean change of the targets from step to step of each look-back, scaled."""
    past = windows.past(starts)[:, :, : windows.targets]
    return np.abs(np.diff(past, axis=1)).mean(axis=(1, 2))


class Forecaster:
    """Base class of forecasters: predicts the next steps of a series, with calibrated intervals.

    A subclass defines `learn`, `guess` and `fresh`. All values are scaled, as `Windows` returns them.

    Args:
        coverage: fraction of the steps that an interval should cover, in (0, 1).
    Attributes:
        name: name in reports.
        margins: <float>[horizon, targets], calibrated on the validation part, by which intervals are widened; for many
            series <float>[groups, horizon, targets]; None before `fit`.
        spread: standard deviation of the calibration scores, of the same shape; None before `fit`.
        edges: <float>[groups - 1], the roughness of a look-back at which the next group begins, see `roughness`.
        parameters: number of learned parameters.
        train_seconds: training time in seconds; None if nothing is learned.
        model: the keras.Model from scaled windows to quantiles; None before `fit`, and for methods without one.
        joins: whether `model` joins several, so that no training has saved it.
    Raises:
        ValueError: `coverage` is out of range.
    """

    name: str = ""
    parameters: int = 0
    train_seconds: float | None = None
    model: Model = None
    joins: bool = False
    margins: Tensor = None
    spread: Tensor = None
    edges: Tensor = np.zeros(0)

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
        self.calibrate(windows, starts, misses(windows.future(starts), lower, upper))
        return self

    def refit(self, windows: Windows) -> None:
        """Fits again what is learned, with the hyperparameters that were chosen; the intervals stay.

        Args:
            windows: windows whose validation part is joined to the training part, see `Windows.all_known`.
        """

    def calibrate(self, windows: Windows, starts: Tensor, scores: Tensor) -> None:
        """Sets the margins from scores of windows that were not fitted; of many series, by groups of like roughness.

        Args:
            windows: the windows of the series.
            starts: <int>[windows], the first step ahead of each window.
            scores: <float>[windows, horizon, targets], see `misses`.
        """
        if not windows.series.many:
            if len(scores) * (1 - self.coverage) < self.coverage - 1e-9:  # too few windows: all steps have one margin
                pooled = scores.reshape(-1, 1, scores.shape[-1])
                scores = np.broadcast_to(pooled, (len(pooled), *scores.shape[1:]))
            self.margins, self.spread = margins(scores, self.coverage), scores.std(axis=0)
            return
        rough = roughness(windows, starts)
        self.edges = np.quantile(rough, _GROUPS) if len(starts) >= _LEAST_IN_GROUPS else np.zeros(0)
        group = np.searchsorted(self.edges, rough)
        parts = [scores[group == place] for place in range(len(self.edges) + 1)]
        self.margins = np.stack([margins(part, self.coverage) for part in parts])
        self.spread = np.stack([part.std(axis=0) for part in parts])

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
        # Tracking needs the forecasts of all windows since the end of the validation part of each series.
        calibrated = windows.series.member_parts["validation"][1]
        members = windows.members(starts)
        tracked = {
            int(place): np.arange(calibrated[place], starts[members == place].max() + 1) for place in np.unique(members)
        }
        needed = np.union1d(starts, np.concatenate(list(tracked.values())))
        value, lower, upper = self.guess(windows, needed)
        group = np.searchsorted(self.edges, roughness(windows, needed)) if windows.series.many else None
        margin = np.repeat(self.margins[None], len(needed), axis=0) if group is None else self.margins[group]
        for rows in tracked.values():
            if len(rows) > 1 or (len(rows) and group is None):
                at = slice(np.searchsorted(needed, rows[0]), np.searchsorted(needed, rows[-1]) + 1)
                scores = misses(windows.future(rows), lower[at], upper[at])
                first, spread = margin[at], self.spread if group is None else self.spread[group[at]]
                margin[at] = track(scores, self.margins if group is None else first, spread, self.coverage)
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
        if series.many and refit is not None:
            raise ValueError("`refit` fits one series again; leave it out for many.")
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
            columns = {name: known.units(values, group).ravel() for name, values in scaled.items()}
            steps, count = group[:, None] + np.arange(windows.horizon), windows.targets
            names = np.array(series.ids, dtype=object)[known.members(group)]
            identity = {"id": np.repeat(names, windows.horizon * count)} if series.many else {}
            tables.append(
                pd.DataFrame(
                    {
                        **identity,
                        "origin": series.times[np.repeat(group - 1, windows.horizon * count)],
                        "time": series.times[np.repeat(steps.ravel(), count)],
                        "target": np.tile(series.targets, steps.size),
                        "actual": series.values[steps, :count].ravel(),
                        **columns,
                    }
                )
            )
        return pd.concat(tables, ignore_index=True)

    def inspected_model(self, given: Any) -> Model:
        """The model to inspect: with calibrated intervals for `Windows`, as exported; the network for arrays.

        Args:
            given: the inputs of the inspection, `Windows` or the arrays that the network takes.
        """
        from rnn_zoo.tasks.forecasting.export import raw_model  # here, because it imports `Forecaster`

        return raw_model(self, given) if self.margins is not None and hasattr(given, "series") else self.model
