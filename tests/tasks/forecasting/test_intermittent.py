"""Demand that is mostly zero: its baseline, and forecasts that are never negative."""

import dataclasses

import numpy as np
import pytest
from series_files import series

from rnn_zoo.series.windows import Windows
from rnn_zoo.tasks.forecasting.forecasters import Auto, Intermittent, LastValue
from rnn_zoo.tasks.forecasting.forecasters.intermittent import is_intermittent
from rnn_zoo.tasks.forecasting.report import fit_baselines


def demand(steps=300, often=0.2):
    generator = np.random.default_rng(0)
    values = generator.poisson(5, steps) * (generator.random(steps) < often)
    one = series(steps, targets=("a",), known=())
    return Windows(dataclasses.replace(one, values=values[:, None].astype(float)), 28, 7)


def test_it_is_the_method_of_its_paper():
    windows = demand()
    forecaster = Intermittent().fit(windows)
    starts = windows.starts("test")[:3]
    size_rate, rate = forecaster.rates[0]
    for start, value in zip(starts, windows.units(forecaster.guess(windows, starts)[0], starts), strict=True):
        past = windows.series.values[start - 28 : start, 0]
        often, size = (past > 0).mean(), past[past > 0].mean()
        for number in past:
            often += rate * ((number > 0) - often)
            if number > 0:
                size += size_rate * (number - size)
        np.testing.assert_allclose(value[:, 0], often * size, rtol=1e-5)


def test_it_beats_the_last_value_and_stands_in_the_report():
    windows = demand()
    starts = windows.starts("test")
    errors = [
        np.mean((windows.units(kind().fit(windows).guess(windows, starts)[0], starts) - windows.actual(starts)) ** 2)
        for kind in (Intermittent, LastValue)
    ]
    assert errors[0] < errors[1]
    auto = Auto([], (0.05, 0.5, 0.95)).fit(windows)
    assert "tsb" in [baseline.name for baseline in fit_baselines(auto, windows)]
    assert (windows.units(auto.predict(windows, starts).lower, starts) >= 0).all()


def test_a_look_back_without_demand_forecasts_none():
    windows = demand(often=0.0)
    values = windows.series.values.copy()
    values[:20] = 3
    windows = Windows(dataclasses.replace(windows.series, values=values), 28, 7)
    start = windows.starts("test")[:1]
    np.testing.assert_allclose(windows.units(Intermittent().fit(windows).guess(windows, start)[0], start), 0, atol=1e-6)


@pytest.mark.parametrize(("often", "expected"), [(0.2, True), (0.95, False)])
def test_what_is_intermittent(often, expected):
    assert is_intermittent(demand(often=often)) is expected
