"""The sizes of windows: horizon, look-back, transform and parts, from the series where the user leaves them open."""

import dataclasses

import numpy as np

from rnn_zoo.layers import TimeFeatures
from rnn_zoo.series.frequency import is_number
from rnn_zoo.series.series import Series
from rnn_zoo.series.windows import Windows
from rnn_zoo.tasks.forecasting.forecasters.ridge import Ridge
from rnn_zoo.tasks.forecasting.forecasters.smoothing import Smoothing

# Steps ahead by the seconds of a step; those of the M4 competition from hours on.
_HORIZONS = ((60, 60), (1_800, 48), (86_400, 48), (172_800, 14), (1_209_600, 13), (3_000_000, 12), (9_000_000, 8))
_LONGEST_HORIZON = 6  # of yearly steps
_LEAST_PER_HORIZON = 8  # horizons in a series
_LONGEST = 256  # steps of a look-back that is chosen
_MULTIPLES = (1, 2, 4, 8)
_NEARLY = 1.02  # a longer look-back must lower the error by this factor
_GAIN = 0.95  # a transform must have this fraction of the error without
AUTO = "auto"


def usual_horizon(series: Series) -> int:
    """The steps ahead that are usual for the frequency, at most an eighth of the longest series."""
    longest = int(np.diff(series.bounds).max())
    usual = 10
    if not is_number(series.frequency):
        steps = np.diff(series.times[: series.bounds[1]].as_unit("s").asi8)
        usual = next((count for size, count in _HORIZONS if np.median(steps) < size), _LONGEST_HORIZON)
    return max(1, min(usual, longest // _LEAST_PER_HORIZON))


def long_enough(series: Series, horizon: int) -> Series:
    """The series with validation and test parts of at least a horizon, where that leaves two for training."""
    cuts = np.atleast_2d(series.cuts).copy()
    starts, ends = series.bounds[:-1], series.bounds[1:]
    cuts[:, 1] = np.minimum(cuts[:, 1], np.maximum(ends - horizon, starts))
    cuts[:, 0] = np.minimum(cuts[:, 0], np.maximum(cuts[:, 1] - horizon, starts))
    return dataclasses.replace(series, cuts=cuts if series.many else tuple(cuts[0].tolist()))


def choose_windows(
    series: Series,
    lookback: int | None,
    horizon: int,
    transform: str,
    time_features: TimeFeatures | None = None,
) -> Windows:
    """The windows of a series; what is left open is chosen by the validation errors of ridge and smoothing.

    Args:
        series: the series.
        lookback: past steps that a forecast reads; None: chosen from multiples of the season and the horizon.
        horizon: steps ahead.
        transform: "none", "log", "box-cox", or "auto": the best of them.
        time_features: see `Windows`.
    """
    if lookback is None:
        lookback = _chosen_lookback(series, horizon)
    windows = Windows(series, lookback, horizon, time_features, "none" if transform == AUTO else transform)
    first_targets = series.values[:, : len(series.targets)]
    if transform != AUTO or first_targets.min() < 0 or series.many:
        return windows
    plain = _error(windows)
    others = {kind: dataclasses.replace(windows, transform=kind) for kind in ("log", "box-cox")}
    errors = {kind: _error(other) for kind, other in others.items()}
    best = min(errors, key=errors.__getitem__)
    return others[best] if errors[best] < _GAIN * plain else windows


def _chosen_lookback(series: Series, horizon: int) -> int:
    firsts, stops = series.member_parts["train"]
    longest = int((stops - firsts).max())
    season = series.season if series.season <= _LONGEST else 1
    base = max(season if 2 * season > _LONGEST else 2 * season, min(2 * horizon, _LONGEST), 8)
    most = max(1, min(_LONGEST, longest - horizon - max(4, horizon // 2)))
    tried = sorted({min(base * multiple, most) for multiple in _MULTIPLES})
    errors = {}
    for steps in tried:
        if steps == tried[0] or steps <= longest // 3:
            errors[steps] = _error(Windows(series, steps, horizon), smooth=False)
    best = min(errors.values())
    return next(steps for steps, error in errors.items() if error <= _NEARLY * best)


def _error(windows: Windows, smooth: bool = True) -> float:
    """The least validation MSE of ridge regression and smoothing, in units scaled by the training part."""
    starts = windows.starts("validation")
    actual, deviation = windows.actual(starts), windows.deviations[windows.members(starts)][:, None]
    errors = []
    for kind in (Ridge, Smoothing)[: 1 + smooth]:
        forecaster = kind()
        forecaster.learn(windows)
        value = windows.units(forecaster.guess(windows, starts)[0], starts)
        errors.append(float(np.mean(((value - actual) / deviation) ** 2)))
    return min(errors)
