"""Conformal calibration: how much wider an interval has to be to hold what it promises, now and as time goes on."""

import math

import numpy as np

_RATES = (0.0, 0.02, 0.05, 0.1, 0.2)
_NEAR = 0.01  # of the coverage


def misses(actual, lower, upper):
    """How far each interval would have had to move its ends apart to hold what came; below 0 where it held.

        E = max(lower - y, y - upper)

    Args:
        actual: <float>[windows, horizon, targets].
        lower, upper: the same, the ends. A forecast without an interval of its own has lower = upper, and E = |error|.
    """
    return np.maximum(lower - actual, actual - upper)


def margins(scores, coverage):
    """Split-conformal margins: so much wider, each interval would have held on what it was not fitted on.

        margin = the ceil((n + 1) coverage)-th smallest of E_1 ... E_n

    What is promised holds where the windows to come are exchangeable with these. Windows of a series overlap and drift,
    so that the coverage has to be measured, and the margins have to follow it (`track`).

    Args:
        scores: <float>[windows, horizon, targets], as `misses` gives them.
        coverage: float in (0, 1).
    Returns:
        <float>[horizon, targets].
    Raises:
        ValueError: there are too few windows for this coverage.
    Reference: Romano et al. 2019, "Conformalized quantile regression", equations 6 to 8.
    """
    count = len(scores)
    # Rounded, because 10 * 0.9 may be more than 9.
    rank = math.ceil(round((count + 1) * coverage, 9))
    if rank > count:
        needed = math.ceil(round(coverage / (1 - coverage), 9))
        raise ValueError(
            f"{count} windows for validation cannot calibrate intervals of {coverage:.0%}, {needed} are needed; give a "
            "longer series, a larger share `validation` or a shorter `horizon`."
        )
    return np.partition(scores, rank - 1, axis=0)[rank - 1]


def track(scores, margin, pace, coverage):
    """Margins that follow what comes in: a step that was missed widens its interval, one that was held narrows it.

        margin_(t+1) = margin_t + pace (missed - (1 - coverage))

    A window knows of another only the steps that lie before its own first.

    Args:
        scores: <float>[windows, horizon, targets], as `misses` gives them, of windows that begin one step apart.
        margin: <float>[horizon, targets], to begin with.
        pace: <float>[horizon, targets] >= 0; 0 leaves the margins as they are.
        coverage: float in (0, 1).
    Returns:
        <float>[windows, horizon, targets], the margin of each.
    Reference: Angelopoulos et al. 2023, "Conformal PID control for time series prediction", equation 2 (quantile
        tracking).
    """
    now = np.array(margin, "float64")
    used = np.empty(scores.shape)
    for place in range(len(scores)):
        # Step h of the window that began h + 1 steps ago is known by now.
        ahead = np.arange(min(place, scores.shape[1]))
        began = place - 1 - ahead
        missed = scores[began, ahead] > used[began, ahead]
        now[ahead] += pace[ahead] * (missed - (1 - coverage))
        used[place] = now
    return used


def choose_pace(scores, coverage):
    """The slowest pace at which margins of the first half of some windows hold on the second half, to one point.

    Args:
        scores: <float>[windows, horizon, targets], as of `track`.
        coverage: float in (0, 1).
    Returns:
        <float>[horizon, targets], a share of the standard deviation of the scores; the share that comes nearest where
        none holds, 0 where the windows are too few to be cut in two.
    """
    horizon = scores.shape[1]
    half = (len(scores) - horizon) // 2
    if half < 2 / (1 - coverage):
        return np.zeros(scores.shape[1:])
    first, second = scores[:half], scores[half + horizon :]
    start, spread = margins(first, coverage), first.std(axis=0)
    gaps = [abs((second <= track(second, start, rate * spread, coverage)).mean() - coverage) for rate in _RATES]
    near = [rate for rate, gap in zip(_RATES, gaps, strict=True) if gap <= _NEAR]
    return (near[0] if near else _RATES[int(np.argmin(gaps))]) * scores.std(axis=0)


def widen(value, lower, upper, margin):
    """(lower, upper) by the margin, which may not cross at the forecast.

    Args:
        value, lower, upper: <float>[windows, horizon, targets].
        margin: <float>[horizon, targets], or one a window.
    """
    return np.minimum(lower - margin, value), np.maximum(upper + margin, value)
