"""Scores of forecasts: errors (MSE, MAE, MASE, sMAPE), and coverage, width and MSIS of the intervals."""

from typing import Any

import numpy as np

from rnn_zoo.series.windows import Windows
from rnn_zoo.tasks.forecasting.forecasters import Forecast
from rnn_zoo.types import Tensor


def naive_error(values: Tensor, season: int) -> Tensor:
    """Mean absolute error of the one-step seasonal naive forecast on the training part, the denominator of MASE.

        unit = mean |y_t - y_(t-season)|

    Args:
        values: <float>[steps, targets], the training part in units.
        season: the season in steps, > 0; if it is not shorter than the training part, 1 is used.
    Returns:
        <float>[targets]; 1 for a target whose error is 0.
    Reference: Hyndman and Koehler 2006, "Another look at measures of forecast accuracy".
    """
    if len(values) < 2:
        return np.ones(values.shape[1])
    season = season if season < len(values) else 1
    error = np.abs(values[season:] - values[:-season]).mean(axis=0)
    return np.where(error > 1e-12 * np.maximum(1, np.abs(values).max(axis=0)), error, 1.0)


def forecast_scores(
    actual: Tensor, forecast: Forecast, deviation: Tensor, unit: Tensor, coverage: float
) -> dict[str, Any]:
    """Scores averaged over windows, steps and targets, and separately for each step ahead.

        mse   = mean (y - f)^2 / deviation^2,  mae = mean |y - f| / deviation
        mase  = mean |y - f| / unit                                       in units
        smape = mean 200 |y - f| / (|y| + |f|), 0 where both are 0        in units, percent
        coverage = fraction of values with lower <= y <= upper
        width    = mean (upper - lower) / deviation
        msis     = mean (upper - lower + 2 / (1 - coverage) * distance of y outside the interval) / unit
        pinball  = mean over the quantiles q of max(q (y - f_q), (q - 1) (y - f_q)) / deviation

    Args:
        actual: <float>[windows, horizon, targets], in units.
        forecast: the forecasts, in units; lower, value and upper are the quantiles of the pinball loss.
        deviation: standard deviation of the training part, <float>[targets] or <float>[windows, 1, targets].
        unit: the result of `naive_error`, of the same shape.
        coverage: nominal coverage of the intervals.
    Returns:
        {score: mean}, with "mae_units", a list of the mean absolute error of each target in units, and "by_step",
        {score: list of the means of each step ahead}.
    Reference: Hyndman and Koehler 2006, "Another look at measures of forecast accuracy" (MASE); Makridakis et al. 2020,
        "The M4 competition" (sMAPE, MSIS).
    """
    distance = np.abs(forecast.value - actual)
    size = np.abs(actual) + np.abs(forecast.value)
    outside = np.maximum(forecast.lower - actual, 0) + np.maximum(actual - forecast.upper, 0)
    quantiles = ((1 - coverage) / 2, forecast.lower), (0.5, forecast.value), ((1 + coverage) / 2, forecast.upper)
    pinball = [np.maximum(level * (actual - value), (level - 1) * (actual - value)) for level, value in quantiles]
    scores = {
        "mse": (distance / deviation) ** 2,
        "mae": distance / deviation,
        "mase": distance / unit,
        "smape": 200 * np.divide(distance, size, out=np.zeros_like(size), where=size > 0),
        "coverage": (forecast.lower <= actual) & (actual <= forecast.upper),
        "width": (forecast.upper - forecast.lower) / deviation,
        "msis": (forecast.upper - forecast.lower + 2 / (1 - coverage) * outside) / unit,
        "pinball": sum(pinball) / len(pinball) / deviation,
    }
    by_step = {name: values.mean(axis=(0, 2), dtype="float64") for name, values in scores.items()}
    return {
        **{name: float(values.mean()) for name, values in by_step.items()},
        "mae_units": distance.mean(axis=(0, 1)).tolist(),
        "by_step": {name: values.tolist() for name, values in by_step.items()},
    }


def naive_errors(windows: Windows) -> Tensor:
    """<float>[series, targets], the `naive_error` of each series."""
    series = windows.series
    firsts, stops = series.member_parts["train"]
    parts = [series.values[first:stop, : windows.targets] for first, stop in zip(firsts, stops, strict=True)]
    return np.stack([naive_error(part, series.season) for part in parts])


def in_units(forecast: Forecast, windows: Windows, starts: Tensor) -> Forecast:
    """The forecasts of windows in units."""
    return Forecast(*(windows.units(part, starts) for part in (forecast.value, forecast.lower, forecast.upper)))
