"""Intermittent: the baseline of demand that is mostly zero, whose rates statsmodels estimates."""

import time
import warnings

import numpy as np

from rnn_zoo.series.windows import Windows
from rnn_zoo.tasks.forecasting.forecasters.forecaster import Forecaster
from rnn_zoo.types import Tensor

_MANY_ZEROS = 0.3  # of the training values
_LONGEST = 3_000  # steps from which the rates are estimated, the last ones
_MOST_SERIES = 25


class Intermittent(Forecaster):
    """The method of Teunter, Syntetos and Babai: how often there is demand, times how much.

        p_t = p_(t-1) + b (d_t - p_(t-1))              d_t = 1 if x_t > 0, else 0
        z_t = z_(t-1) + a (x_t - z_(t-1)) if x_t > 0, else z_(t-1)
        f_(T+h) = p_T z_T

    Both start from their means over the look-back. The rates are those of simple exponential smoothing of d and of the
    sizes x > 0 in the training part; of many series, the medians of some.

    Args:
        coverage: fraction of the steps that an interval should cover, in (0, 1).
    Attributes:
        rates: (a, b) of each target.
    Reference: Teunter, Syntetos and Babai 2011, "Intermittent demand: linking forecasting to inventory obsolescence".
    """

    name = "tsb"

    def fresh(self) -> "Intermittent":
        return Intermittent(self.coverage)

    def learn(self, windows: Windows) -> None:
        started = time.perf_counter()
        series = windows.series
        firsts, stops = series.member_parts["train"]
        longest = np.argsort(firsts - stops, kind="stable")[:_MOST_SERIES]
        self.rates = []
        for target in range(windows.targets):
            parts = [series.values[firsts[place] : stops[place], target][-_LONGEST:] for place in longest]
            pairs = [(_rate(part[part > 0]), _rate((part > 0).astype(float))) for part in parts]
            self.rates.append(tuple(np.median(pairs, axis=0)))
        self.parameters = 2 * windows.targets
        self.train_seconds = time.perf_counter() - started

    def refit(self, windows: Windows) -> None:
        self.learn(windows)

    def guess(self, windows: Windows, starts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        past = windows.series.values[starts[:, None] + np.arange(-windows.lookback, 0), : windows.targets]
        sizes, often = (np.array([rates[place] for rates in self.rates]) for place in (0, 1))
        demand = past > 0
        count = demand.sum(axis=1)
        often_now = demand.mean(axis=1)
        size = np.where(count > 0, past.sum(axis=1) / np.maximum(count, 1), 0.0)
        for step in range(windows.lookback):
            often_now = often_now + often * (demand[:, step] - often_now)
            size = np.where(demand[:, step], size + sizes * (past[:, step] - size), size)
        value = np.repeat((often_now * size)[:, None], windows.horizon, axis=1)
        scaled = windows.scaled(windows.power.apply(value), starts)
        return scaled, scaled, scaled


def is_intermittent(windows: Windows) -> bool:
    """Whether many training values of the targets are 0, and none is negative."""
    firsts, stops = windows.series.member_parts["train"]
    parts = [windows.series.values[a:b, : windows.targets] for a, b in zip(firsts, stops, strict=True)]
    values = np.concatenate(parts)
    return bool(values.min() >= 0 and (values == 0).mean() > _MANY_ZEROS)


def _rate(values: Tensor) -> float:
    """The rate of simple exponential smoothing with the least squared errors."""
    from statsmodels.tsa.holtwinters import SimpleExpSmoothing

    if len(values) < 4 or (values == values[0]).all():
        return 0.1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(SimpleExpSmoothing(values, initialization_method="estimated").fit().params["smoothing_level"])
