"""Scores of forecasts: errors (MSE, MAE, MASE, sMAPE), and coverage and width of the intervals."""

from typing import Any

import numpy as np

from rnn_zoo.series.series import Scale
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
    season = season if season < len(values) else 1
    error = np.abs(values[season:] - values[:-season]).mean(axis=0)
    return np.where(error > 1e-12 * np.maximum(1, np.abs(values).max(axis=0)), error, 1.0)


def forecast_scores(actual: Tensor, forecast: Forecast, scale: Scale, unit: Tensor) -> dict[str, Any]:
    """Scores averaged over windows, steps and targets, and separately for each step ahead.

        mse   = mean (z - f)^2,  mae = mean |z - f|                       scaled
        mase  = mean |y - f| / unit                                       in units
        smape = mean 200 |y - f| / (|y| + |f|), 0 where both are 0        in units, percent
        coverage = fraction of values with lower <= y <= upper
        width    = mean (upper - lower)                                   scaled

    Args:
        actual: <float>[windows, horizon, targets], scaled.
        forecast: the forecasts, scaled.
        scale: the scale of the training part.
        unit: <float>[targets], the result of `naive_error`.
    Returns:
        {score: mean}, with "mae_units", a list of the mean absolute error of each target in units, and "by_step",
        {score: list of the means of each step ahead}.
    Reference: Hyndman and Koehler 2006, "Another look at measures of forecast accuracy" (MASE).
    """
    error = forecast.value - actual
    actual_units, value_units = scale.undo(actual), scale.undo(forecast.value)
    distance = np.abs(value_units - actual_units)
    size = np.abs(actual_units) + np.abs(value_units)
    scores = {
        "mse": error**2,
        "mae": np.abs(error),
        "mase": distance / unit,
        "smape": 200 * np.divide(distance, size, out=np.zeros_like(size), where=size > 0),
        "coverage": (forecast.lower <= actual) & (actual <= forecast.upper),
        "width": forecast.upper - forecast.lower,
    }
    by_step = {name: values.mean(axis=(0, 2), dtype="float64") for name, values in scores.items()}
    return {
        **{name: float(values.mean()) for name, values in by_step.items()},
        "mae_units": distance.mean(axis=(0, 1)).tolist(),
        "by_step": {name: values.tolist() for name, values in by_step.items()},
    }
