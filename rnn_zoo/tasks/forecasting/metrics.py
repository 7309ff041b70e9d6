"""Scores of forecasts: squared, absolute, scaled and relative errors, and what the intervals held."""

from typing import Any

import numpy as np

from rnn_zoo.types import Tensor


def naive_error(values: Tensor, season: Any) -> Any:
    """The mean absolute error of the seasonal naive forecast of one step, on the training part: the unit of MASE.

    Args:
        values: <float>[steps, targets], in units.
        season: int > 0, steps; 1 where the part is no longer than that.
    Returns:
        <float>[targets], 1 where the error is 0.
    """
    season = season if season < len(values) else 1
    error = np.abs(values[season:] - values[:-season]).mean(axis=0)
    return np.where(error > 1e-12 * np.maximum(1, np.abs(values).max(axis=0)), error, 1.0)


def forecast_scores(actual: Any, forecast: Any, scale: Any, unit: Any) -> dict[str, Any]:
    """Scores over windows, steps and targets, and for each step ahead.

        mse   = mean (z - f)^2,  mae = mean |z - f|                       scaled
        mase  = mean |y - f| / unit                                       in units
        smape = mean 200 |y - f| / (|y| + |f|), 0 where both are 0        in units, per cent
        coverage = share of steps with lower <= y <= upper
        width    = mean (upper - lower)                                   scaled

    Args:
        actual: <float>[windows, horizon, targets], scaled.
        forecast: `rnn_zoo.tasks.forecasting.forecasters.Forecast`, scaled.
        scale: `rnn_zoo.datasets.Scale`.
        unit: <float>[targets], as `naive_error` gives it.
    Returns:
        dict: the scores, "mae_units" (a list, one number a target) and "by_step", {score: [horizon]}.
    Reference: Hyndman and Koehler 2006, "Another look at measures of forecast accuracy" (MASE).
    """
    error = forecast.value - actual
    truth, guess = scale.undo(actual), scale.undo(forecast.value)
    distance = np.abs(guess - truth)
    size = np.abs(truth) + np.abs(guess)
    each = {
        "mse": error**2,
        "mae": np.abs(error),
        "mase": distance / unit,
        "smape": 200 * np.divide(distance, size, out=np.zeros_like(size), where=size > 0),
        "coverage": (forecast.lower <= actual) & (actual <= forecast.upper),
        "width": forecast.upper - forecast.lower,
    }
    by_step = {name: numbers.mean(axis=(0, 2), dtype="float64") for name, numbers in each.items()}
    return {
        **{name: float(numbers.mean()) for name, numbers in by_step.items()},
        "mae_units": distance.mean(axis=(0, 1)).tolist(),
        "by_step": {name: numbers.tolist() for name, numbers in by_step.items()},
    }
