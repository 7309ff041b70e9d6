"""Smoothing: forecasts by exponential smoothing (ETS), whose parameters statsmodels estimates."""

import dataclasses
import itertools
import time
import warnings

import numpy as np

from rnn_zoo.series.windows import Windows
from rnn_zoo.tasks.forecasting.forecasters.linear import Linear, Weights
from rnn_zoo.types import Tensor

_LONGEST = 3_000  # steps from which the parameters are estimated, the last ones
_LONGEST_SEASON = 60  # steps; a longer one has too many states to estimate
_MOST_SERIES = 25  # from which the parameters of many series are estimated
_SMALL = 1e-3  # weight of the squared first trend and seasons


@dataclasses.dataclass(frozen=True)
class Rates:
    """Smoothing rates, each in [0, 1]: of the level, trend and season; damping of the trend, 0 for no trend."""

    level: float
    trend: float = 0.0
    season: float = 0.0
    damping: float = 0.0
    seasonal: bool = False


class Smoothing(Linear):
    """Exponential smoothing with an additive, damped or no trend and an additive or no season.

        l_t = level (x_t - s_(t-m)) + (1 - level) (l_(t-1) + d b_(t-1))
        b_t = trend (l_t - l_(t-1)) + (1 - trend) d b_(t-1)
        s_t = season (x_t - l_(t-1) - d b_(t-1)) + (1 - season) s_(t-m)
        f_(T+h) = l_T + (d + ... + d^h) b_T + s_(T+h-km)

    The rates and the form are those of the lowest AICc in the training part; of many series, the medians of some.
    Each window starts from the first states that fit it best, so that a forecast needs the look-back alone and is
    linear in it. On logarithms the trend and the season are multiplicative.

    Args:
        coverage: fraction of the steps that an interval should cover, in (0, 1).
    Attributes:
        rates: the `Rates` of each target.
    Reference: Hyndman et al. 2008, "Forecasting with exponential smoothing", table 2.2.
    """

    name = "ets"

    def weigh(self, windows: Windows) -> Weights:
        started = time.perf_counter()
        series = windows.series
        firsts, stops = series.member_parts["train"]
        longest = np.argsort(firsts - stops, kind="stable")[:_MOST_SERIES]
        season = series.season if 1 < series.season <= min(_LONGEST_SEASON, windows.lookback) else 1
        self.rates = []
        maps = []
        for target in range(windows.targets):
            parts = [windows.levels[firsts[place] : stops[place], target][-_LONGEST:] for place in longest]
            rates = _median([_estimated(part, season) for part in parts])
            self.rates.append(rates)
            maps.append(smoothed(np.eye(windows.lookback), rates, season, windows.horizon))
        weights = Weights.of_past(maps[0], windows)
        past = np.stack(maps).astype("float32")
        # The states are sums of values with weights that sum to 1, so scaled values need no constant.
        self.parameters = 4 * windows.targets
        self.train_seconds = time.perf_counter() - started
        return dataclasses.replace(weights, past=past)


def smoothed(past: Tensor, rates: Rates, season: int, horizon: int) -> Tensor:
    """Exponential smoothing of windows, from the first states with the least one-step errors in each window.

        errors(x, s) = errors(x, 0) + errors(0, s);    s* = argmin |errors(x, s)|^2,  linear in x

    Args:
        past: <float>[windows, lookback].
        rates: the smoothing rates.
        season: the season in steps, at most the look-back; it counts where the rates are seasonal.
        horizon: steps ahead, > 0.
    Returns:
        <float>[windows, horizon], linear in `past`.
    """
    count = 2 + (season if rates.seasonal else 0)
    steps = past.shape[1]
    errors, ahead = _run(past, np.zeros((len(past), count)), rates, horizon)
    unit_errors, unit_ahead = _run(np.zeros((count, steps)), np.eye(count), rates, horizon)
    # A little weight on small states settles what the errors leave open, such as level against season.
    small = _SMALL * np.diag([0.0, 1.0, *[1.0] * (count - 2)])
    normal = unit_errors @ unit_errors.T + small
    states = -np.linalg.solve(normal + 1e-9 * np.eye(count), unit_errors @ errors.T).T
    return ahead + states @ unit_ahead


def _run(past, states, rates, horizon):
    """(one-step errors [windows, lookback], forecasts [windows, horizon]) from the first states [windows, states]."""
    level, trend = states[:, 0], states[:, 1]
    seasons = list(states[:, 2:].T) or [np.zeros(len(past))]
    damping, errors = rates.damping, []
    for step in range(past.shape[1]):
        place = step % len(seasons)
        expected = level + damping * trend
        error = past[:, step] - expected - seasons[place]
        errors.append(error)
        before, level = level, expected + rates.level * error
        trend = rates.trend * (level - before) + (1 - rates.trend) * damping * trend
        if rates.seasonal:
            seasons[place] = seasons[place] + rates.season * error
    growth = np.cumsum(damping ** np.arange(1, horizon + 1))
    ahead = [level + growth[k] * trend + seasons[(past.shape[1] + k) % len(seasons)] for k in range(horizon)]
    return np.stack(errors, axis=1), np.stack(ahead, axis=1)


def _estimated(values: Tensor, season: int) -> Rates:
    """The rates of the form of lowest AICc."""
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    best, best_score = Rates(0.5), np.inf
    if len(values) < 4 or (values == values[0]).all():
        return best
    seasons = ("add", None) if season > 1 and len(values) >= 2 * season + 2 else (None,)
    for (trend, damped), seasonal in itertools.product(((None, False), ("add", True), ("add", False)), seasons):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                fitted = ExponentialSmoothing(
                    values,
                    trend=trend,
                    damped_trend=damped,
                    seasonal=seasonal,
                    seasonal_periods=season if seasonal else None,
                ).fit()
            except (ValueError, np.linalg.LinAlgError):
                continue  # too few values for this form
        if np.isfinite(fitted.aicc) and fitted.aicc < best_score:
            best_score, found = fitted.aicc, fitted.params
            damping = found["damping_trend"] if damped else float(trend is not None)
            numbers = [found["smoothing_level"], found["smoothing_trend"], found["smoothing_seasonal"], damping]
            level, slope, seasonal_rate, damping = (float(np.nan_to_num(number)) for number in numbers)
            best = Rates(level, slope, seasonal_rate, damping, seasonal is not None)
    return best


def _median(rates: list[Rates]) -> Rates:
    """The rates of the form that most series have, the median of each."""
    seasonal = 2 * sum(rate.seasonal for rate in rates) >= len(rates)
    chosen = [rate for rate in rates if rate.seasonal == seasonal]
    numbers = [[rate.level, rate.trend, rate.season, rate.damping] for rate in chosen]
    level, trend, season, damping = np.median(numbers, axis=0).tolist()
    return Rates(level, trend, season, damping, seasonal)
