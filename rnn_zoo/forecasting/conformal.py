"""Split-conformal calibration: how much wider an interval has to be to hold what it promises."""

import math

import numpy as np


def margins(actual, lower, upper, coverage):
    """How far each interval has to move its ends apart, so that it would have held on what it was not fitted on.

        E_i = max(lower_i - y_i, y_i - upper_i)
        margin = the ceil((n + 1) coverage)-th smallest of E_1 ... E_n

    A margin below 0 makes an interval narrower. A forecast without an interval of its own has lower = upper; its
    margin is a quantile of the absolute errors. What is promised holds where the windows to come are exchangeable with
    these; windows of a series overlap and drift, so that the coverage has to be measured.

    Args:
        actual: <float>[windows, horizon, targets].
        lower, upper: the same, the ends.
        coverage: float in (0, 1).
    Returns:
        <float>[horizon, targets].
    Raises:
        ValueError: there are too few windows for this coverage.
    Reference: Romano et al. 2019, "Conformalized quantile regression", equations 6 to 8.
    """
    count = len(actual)
    # Rounded, because 10 * 0.9 may be more than 9.
    rank = math.ceil(round((count + 1) * coverage, 9))
    if rank > count:
        needed = math.ceil(round(coverage / (1 - coverage), 9))
        raise ValueError(
            f"{count} windows for validation cannot calibrate intervals of {coverage:.0%}, {needed} are needed; give a "
            "longer series, a larger share `validation` or a shorter `horizon`."
        )
    scores = np.maximum(lower - actual, actual - upper)
    return np.partition(scores, rank - 1, axis=0)[rank - 1]


def widen(value, lower, upper, margin):
    """(lower, upper) by the margin, which may not cross at the forecast.

    Args:
        value, lower, upper: <float>[windows, horizon, targets].
        margin: <float>[horizon, targets].
    """
    return np.minimum(lower - margin, value), np.maximum(upper + margin, value)
