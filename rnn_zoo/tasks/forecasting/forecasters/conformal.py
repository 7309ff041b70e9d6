"""Conformal calibration: widens prediction intervals to a required coverage, and updates them over time."""

import math

import numpy as np

from rnn_zoo.types import Tensor

# Learning rate of `track`, before the division by sqrt(horizon). Chosen on 27 rolling origins within the training and
# validation parts of bikes, CO2, ETTh1 and ETTh2 (two baselines and nine networks, horizons from 14 to 720). With 0.4
# and 0.6, the coverage was between 86 % and 94 % for all of them; with 0.2, it was not. With the rate 10 / horizon, the
# pinball loss was 7 % higher.
_LEARNING_RATE = 0.5


def misses(actual: Tensor, lower: Tensor, upper: Tensor) -> Tensor:
    """Conformity scores: the distance of each actual value outside its interval, negative if inside.

        E = max(lower - y, y - upper)

    Args:
        actual: <float>[windows, horizon, targets].
        lower: lower ends of the intervals, of the same shape.
        upper: upper ends of the intervals, of the same shape. For a point forecast lower = upper, and E = |error|.
    Returns:
        <float>[windows, horizon, targets].
    """
    return np.maximum(lower - actual, actual - upper)


def margins(scores: Tensor, coverage: float) -> Tensor:
    """Split-conformal margins: the amounts by which intervals must be widened to reach a coverage on unseen data.

        margin = the ceil((n + 1) coverage)-th smallest of E_1 ... E_n

    The coverage is guaranteed if future windows are exchangeable with the calibration windows. The windows of a series
    overlap and drift, so measure the coverage, and update the margins over time with `track`.

    Args:
        scores: <float>[windows, horizon, targets], scores of the calibration windows, see `misses`.
        coverage: required coverage, in (0, 1).
    Returns:
        <float>[horizon, targets].
    Raises:
        ValueError: there are too few windows for this coverage.
    Reference: Romano et al. 2019, "Conformalized quantile regression", equations 6 to 8.
    """
    count = len(scores)
    # Rounded, because the floating-point product 10 * 0.9 may exceed 9.
    rank = math.ceil(round((count + 1) * coverage, 9))
    if rank > count:
        needed = math.ceil(round(coverage / (1 - coverage), 9))
        raise ValueError(
            f"{count} validation windows are too few to calibrate {coverage:.0%} intervals, which need {needed}; give "
            "a longer series, a larger fraction `validation` or a shorter `horizon`."
        )
    return np.partition(scores, rank - 1, axis=0)[rank - 1]


def track(scores: Tensor, margin: Tensor, spread: Tensor, coverage: float) -> Tensor:
    """Quantile tracking: updates the margins with each new observation.

        margin_(t+1) = margin_t + spread / (2 sqrt(horizon)) * (fraction missed at t - (1 - coverage))

    Values outside their intervals widen all intervals of the target; values inside narrow them. Each new observation is
    compared with the forecasts of all windows that contain it, so long horizons do not wait for the end of a window.
    The forecasts are up to one horizon old. The learning rate decreases with the horizon, so that this delay does not
    make the margins oscillate.

    Args:
        scores: <float>[windows, horizon, targets], scores of windows that begin one step apart, see `misses`.
        margin: <float>[horizon, targets], the initial margins; or those of each window.
        spread: <float> >= 0 of the same shape, standard deviation of the calibration scores.
        coverage: required coverage, in (0, 1).
    Returns:
        <float>[windows, horizon, targets], the margins of each window, from the observations before its first step.
    Reference: Angelopoulos et al. 2023, "Conformal PID control for time series prediction", equation 2 (quantile
        tracking); Gibbs and Candes 2021, "Adaptive conformal inference under distribution shift".
    """
    horizon = scores.shape[1]
    margin, spread = (np.broadcast_to(array, scores.shape) for array in (margin, spread))
    offset = np.zeros(scores.shape[2])
    tracked = np.empty(scores.shape, scores.dtype)
    for window in range(len(scores)):
        # The latest observation is step h (from 0) of the window that began h + 1 steps ago.
        steps = np.arange(min(window, horizon))
        if len(steps):
            earlier = window - 1 - steps
            missed = (scores[earlier, steps] > tracked[earlier, steps]).mean(axis=0)
            offset += _LEARNING_RATE / math.sqrt(horizon) * (missed - (1 - coverage))
        tracked[window] = margin[window] + offset * spread[window]
    return tracked


def widen(value: Tensor, lower: Tensor, upper: Tensor, margin: Tensor) -> tuple[Tensor, Tensor]:
    """Widens intervals by the margins; with a negative margin, an interval narrows at most to the forecast.

    Args:
        value: <float>[windows, horizon, targets], the forecasts.
        lower: lower ends of the intervals, of the same shape.
        upper: upper ends of the intervals, of the same shape.
        margin: <float>[horizon, targets], or <float>[windows, horizon, targets].
    Returns:
        (lower, upper).
    """
    return np.minimum(lower - margin, value), np.maximum(upper + margin, value)
