import numpy as np
from sklearn import metrics

from rnn_zoo.tasks.forecasting.forecasters import Forecast
from rnn_zoo.tasks.forecasting.metrics import forecast_scores, naive_error


def test_scores_against_scikit_learn_and_by_hand():
    generator = np.random.default_rng(0)
    actual, value = generator.standard_normal((2, 20, 3, 2))
    truth, guess = actual * [2, 4] + [10, 20], value * [2, 4] + [10, 20]
    forecast = Forecast(guess, guess - np.array([2, 4]), guess + np.array([2, 4]))
    scores = forecast_scores(truth, forecast, np.array([2.0, 4.0]), np.array([1.0, 3.0]), 0.9)
    np.testing.assert_allclose(scores["mse"], metrics.mean_squared_error(actual.ravel(), value.ravel()))
    np.testing.assert_allclose(scores["mae"], metrics.mean_absolute_error(actual.ravel(), value.ravel()))
    np.testing.assert_allclose(scores["mase"], (np.abs(truth - guess) / [1, 3]).mean())
    np.testing.assert_allclose(scores["smape"], (200 * np.abs(truth - guess) / (truth + guess)).mean())
    np.testing.assert_allclose(scores["mae_units"], np.abs(truth - guess).mean(axis=(0, 1)))
    np.testing.assert_allclose(scores["coverage"], (np.abs(actual - value) <= 1).mean())
    np.testing.assert_allclose(scores["by_step"]["mse"][1], ((actual - value)[:, 1] ** 2).mean())
    np.testing.assert_allclose(scores["width"], 2)
    outside = np.maximum(np.abs(truth - guess) - [2, 4], 0)
    np.testing.assert_allclose(scores["msis"], (([4, 8] + 20 * outside) / [1, 3]).mean())
    losses = [
        metrics.mean_pinball_loss(actual.ravel(), (value + shift).ravel(), alpha=level)
        for level, shift in ((0.05, -1), (0.5, 0), (0.95, 1))
    ]
    np.testing.assert_allclose(scores["pinball"], np.mean(losses))
    assert all(len(numbers) == 3 for numbers in scores["by_step"].values())


def test_zero_forecast_of_zero_is_no_error():
    zero = np.zeros((2, 1, 1))
    scores = forecast_scores(zero, Forecast(zero, zero, zero), np.ones(1), np.ones(1), 0.9)
    assert scores["smape"] == scores["mase"] == 0 and scores["coverage"] == 1


def test_the_unit_of_mase():
    values = np.array([[1.0, 5.0], [2.0, 5.0], [4.0, 5.0], [8.0, 5.0]])
    np.testing.assert_allclose(naive_error(values, 2), [(3 + 6) / 2, 1])  # a constant column counts in units
    np.testing.assert_allclose(naive_error(values, 9)[0], (1 + 2 + 4) / 3)
