import numpy as np
from waves import waves

from rnn_zoo.tasks.forecasting.forecasters import Ridge, SeasonalNaive


def mse(forecaster, windows):
    starts = windows.starts("test")
    return float(np.mean((forecaster.predict(windows, starts).value - windows.future(starts)) ** 2))


def test_it_learns_a_linear_recurrence_and_beats_the_naive():
    windows = waves(noise=0.3)
    ridge = Ridge().fit(windows)
    assert mse(ridge, windows) < 0.7 * mse(SeasonalNaive().fit(windows), windows)
    # 14 steps and 3 known numbers to 3 steps with an intercept, of two targets.
    assert ridge.parameters == 2 * 3 * (14 + 3 + 1)
    assert len(ridge.penalties) == 2 and ridge.train_seconds > 0


def test_a_level_never_seen_moves_the_forecast_by_itself():
    windows = waves()
    ridge = Ridge().fit(windows)
    starts = windows.starts("test")[:4]
    before = ridge.guess(windows, starts)[0]
    windows.values[:, :2] += 50
    np.testing.assert_allclose(ridge.guess(windows, starts)[0], before + 50, atol=1e-3)
