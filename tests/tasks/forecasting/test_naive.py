import dataclasses

import numpy as np
import pytest
from waves import waves

from rnn_zoo.series.windows import Windows
from rnn_zoo.tasks.forecasting.forecasters import Drift, LastValue, SeasonalNaive


def test_what_each_says_by_hand():
    windows = waves(horizon=9)
    values, starts = windows.values[:, :2], np.array([30, 31])
    last, season, drift = (one().guess(windows, starts)[0] for one in (LastValue, SeasonalNaive, Drift))
    for row, start in enumerate(starts):
        np.testing.assert_allclose(last[row], np.repeat(values[start - 1 : start], 9, axis=0))
        np.testing.assert_allclose(
            season[row], np.concatenate([values[start - 7 : start], values[start - 7 : start - 5]])
        )
        slope = (values[start - 1] - values[0]) / (start - 1)
        np.testing.assert_allclose(drift[row, 8], values[start - 1] + 9 * slope, atol=1e-5)


def test_each_is_exact_where_its_assumption_holds():
    repeating = waves(noise=0)
    starts = repeating.starts("test")
    np.testing.assert_allclose(SeasonalNaive().guess(repeating, starts)[0], repeating.future(starts), atol=1e-5)
    line = waves(noise=0)
    values = np.arange(160.0)[:, None] * [1, 2, 0]
    line = Windows(dataclasses.replace(line.series, values=values), 14, 3)
    np.testing.assert_allclose(Drift().guess(line, starts)[0], line.future(starts), atol=1e-4)


def test_a_season_longer_than_the_past_is_refused():
    windows = waves()
    windows = Windows(dataclasses.replace(windows.series, season=130), 14, 3)
    with pytest.raises(ValueError, match="`season` must be at most the 80 steps before the first forecast, got 130"):
        SeasonalNaive().fit(windows)
