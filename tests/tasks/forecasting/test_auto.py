"""Auto: the best method or combination on validation data, as one model; smoothing and transforms."""

import dataclasses

import keras
import numpy as np
import pandas as pd
import pytest
from series_files import series
from statsmodels.tsa.holtwinters import ExponentialSmoothing
from waves import waves

from rnn_zoo.layers import Quantiles
from rnn_zoo.layers.heads.raw_forecast import RawForecast
from rnn_zoo.series.transform import Transform
from rnn_zoo.series.windows import Windows
from rnn_zoo.tasks.forecasting.export import describe, raw_model
from rnn_zoo.tasks.forecasting.forecasters import Auto, Network, Ridge, Smoothing
from rnn_zoo.tasks.forecasting.forecasters.auto import choose, joined_model, rolling_origins
from rnn_zoo.tasks.forecasting.forecasters.smoothing import Rates, smoothed
from rnn_zoo.tasks.forecasting.sizes import choose_windows, long_enough, usual_horizon

LEVELS = (0.05, 0.5, 0.95)


def small_network(windows):
    past = keras.Input((windows.lookback, windows.features))
    outputs = Quantiles((windows.horizon, windows.targets), LEVELS)(keras.layers.GRU(2)(past))
    return keras.Model(past, outputs, name="gru")


def monthly(steps=96):
    """Growth by a factor, and a season that grows with it."""
    place = np.arange(steps)
    values = 100 * 1.01**place * (1 + 0.3 * np.sin(2 * np.pi * place / 12))
    values *= np.exp(0.02 * np.random.default_rng(0).standard_normal(steps))
    one = series(steps, targets=("a",), known=())
    times = pd.date_range("2010-01-01", periods=steps, freq="MS").as_unit("s")
    return dataclasses.replace(one, values=values[:, None], times=times, frequency="MS", season=12)


@pytest.mark.parametrize("rates", [Rates(0.3), Rates(0.3, 0.1, 0, 1.0), Rates(0.5, 0.2, 0.1, 0.9, seasonal=True)])
def test_smoothing_is_that_of_statsmodels(rates):
    past = monthly(48).values[:, 0]
    kind = {"trend": "add" if rates.damping else None, "seasonal": "add" if rates.seasonal else None}
    damped = 0 < rates.damping < 1
    model = ExponentialSmoothing(past, damped_trend=damped, seasonal_periods=12 if rates.seasonal else None, **kind)
    fixed = {"smoothing_level": rates.level}
    if rates.damping:
        fixed["smoothing_trend"] = rates.trend
    if damped:
        fixed["damping_trend"] = rates.damping
    if rates.seasonal:
        fixed["smoothing_seasonal"] = rates.season
    with model.fix_params(fixed):
        expected = model.fit().forecast(12)
    np.testing.assert_allclose(smoothed(past[None], rates, 12, 12)[0], expected, rtol=0.02)


def test_smoothing_is_linear_and_keeps_to_a_shift():
    generator = np.random.default_rng(0)
    rates = Rates(0.4, 0.1, 0.2, 0.95, seasonal=True)
    past = generator.standard_normal((5, 36))
    weights = smoothed(np.eye(36), rates, 12, 7)
    np.testing.assert_allclose(past @ weights, smoothed(past, rates, 12, 7), atol=1e-9)
    np.testing.assert_allclose(weights.sum(axis=0), 1, atol=1e-5)


def test_a_multiplicative_season_needs_the_logarithm():
    plain, logs = (Windows(monthly(), 24, 6, transform=kind) for kind in ("none", "log"))
    errors = []
    for windows in (plain, logs):
        starts = windows.starts("test")
        value = windows.units(Smoothing().fit(windows).predict(windows, starts).value, starts)
        errors.append(np.abs(value - windows.actual(starts)).mean())
    assert errors[1] < errors[0]


@pytest.mark.parametrize("kind", ["none", "log", "box-cox"])
def test_transforms_are_undone(kind):
    values = np.random.default_rng(0).uniform(0.5, 50, (200, 2))
    transform = Transform.fit(kind, values, ("a", "b"))
    np.testing.assert_allclose(transform.undo(transform.apply(values)), values, rtol=1e-6)
    assert (transform.undo(np.full((1, 2), -1e9)) >= 0).all()


def test_the_power_is_that_of_scikit_learn():
    from sklearn.preprocessing import PowerTransformer

    values = np.random.default_rng(0).lognormal(size=(300, 1))
    expected = PowerTransformer("box-cox", standardize=False).fit(values).lambdas_[0]
    np.testing.assert_allclose(Transform.fit("box-cox", values, ("a",)).power, [expected])


def test_negative_values_have_no_logarithm():
    with pytest.raises(ValueError, match="column 'a' has -1; use --transform none"):
        Transform.fit("log", np.array([[-1.0], [2.0]]), ("a",))


def test_counts_with_zeros_stay_counts():
    values = np.random.default_rng(0).poisson(0.7, (100, 1)).astype(float)
    transform = Transform.fit("log", values, ("a",))
    np.testing.assert_allclose(transform.undo(transform.apply(values)), values, atol=1e-9)
    assert transform.shift == (1.0,) and transform.undo(np.array([[-3.0]])) == 0


def test_the_mean_of_those_that_are_close_to_the_best():
    generator = np.random.default_rng(0)
    actual = generator.standard_normal((200, 3, 1))
    good, bad = actual + 0.1 * generator.standard_normal(actual.shape), actual + 2
    weights, errors = choose([bad, good], actual)
    np.testing.assert_array_equal(weights, [0, 1])
    assert errors[1] == errors[2] < errors[0]
    one, other = (actual + generator.standard_normal(actual.shape) for _ in range(2))
    weights, errors = choose([one, bad, other], actual)
    np.testing.assert_array_equal(weights, [0.5, 0, 0.5])
    assert errors[3] < min(errors[:3])
    assert errors[0] == pytest.approx(np.mean((one - actual) ** 2))
    assert choose([one, bad], actual, np.abs)[1][0] == pytest.approx(np.abs(one - actual).mean())


def test_networks_of_one_kind_join_in_a_model_that_can_be_saved(tmp_path):
    windows, members = Windows(monthly(), 24, 6), []
    for name in ("gru", "gru_2"):
        member = Network(name, small_network, LEVELS, tmp_path / name)
        member.model = small_network(windows)
        members.append((0.5, member))
    model = joined_model(windows, None, members, LEVELS)
    past = windows.past(windows.starts("test")[:3])
    expected = sum(weight * member.model.predict(past, verbose=0) for weight, member in members)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded.predict(past, verbose=0), expected, atol=1e-6)


@pytest.mark.parametrize("transform", ["none", "box-cox"])
def test_what_is_chosen_is_one_model_with_the_same_forecasts(transform):
    windows = dataclasses.replace(waves(noise=0.3), transform=transform)
    auto = Auto([], LEVELS).fit(windows)
    starts = windows.starts("test")
    last = starts[-1:]
    inputs = {"past": windows.series.values[last[0] - windows.lookback : last[0]][None].astype("float32")}
    if windows.series.known:
        count = len(windows.series.known)
        inputs["known"] = windows.series.values[last[0] : last[0] + windows.horizon, -count:][None].astype("float32")
    if windows.time_features is not None:
        pytest.skip("waves have no time features")
    answers = raw_model(auto, windows)(inputs)
    forecast = auto.predict(windows, last)
    for name, part in (("forecast", forecast.value), ("lower", forecast.lower), ("upper", forecast.upper)):
        np.testing.assert_allclose(np.asarray(answers[name]), windows.units(part, last), rtol=2e-3, atol=2e-3)
    assert describe(auto, windows)["transform"]["power"] == windows.power.power


def test_the_layer_transforms_as_numpy_does():
    values = np.random.default_rng(0).uniform(0.5, 50, (4, 6, 2)).astype("float32")
    transform = Transform((0.0, 0.4), (1.0, 0.0), (0.0, 0.0))
    layer = RawForecast(None, [0, 0], [1, 1], np.zeros((3, 2)), LEVELS, transform=dataclasses.asdict(transform))
    from rnn_zoo.layers.heads import raw_forecast

    scaled = layer._each(values, raw_forecast._powered)
    np.testing.assert_allclose(np.asarray(scaled), transform.apply(values), rtol=1e-4)
    np.testing.assert_allclose(np.asarray(layer._each(scaled, raw_forecast._unpowered)), values, rtol=1e-3)


def test_auto_is_fitted_to_all_that_is_known_and_its_intervals_hold():
    windows = waves(noise=0.3)
    auto, first = Auto([], LEVELS).fit(windows), Auto([], LEVELS, refits=False).fit(windows)
    assert auto.choice == first.choice
    starts = windows.starts("test")
    assert np.abs(auto.guess(windows, starts)[0] - first.guess(windows, starts)[0]).max() > 0
    forecast = auto.predict(windows, starts)
    actual = windows.future(starts)
    assert 0.8 < np.mean((forecast.lower <= actual) & (actual <= forecast.upper)) < 0.99


def test_a_short_series_is_tried_at_several_origins():
    one = long_enough(monthly(36), 4)
    windows = choose_windows(one, None, 4, "none")
    folds = rolling_origins(windows)
    assert len(folds) > 1
    stops = [fold.series.cuts[1] for fold in folds]
    assert stops == sorted(stops) and stops[-1] == one.cuts[1]
    auto = Auto([], LEVELS).fit(windows)
    assert auto.choice.weights and np.isfinite(auto.predict(windows, windows.starts("test")).upper).all()


def test_a_horizon_that_is_usual_for_the_frequency():
    assert usual_horizon(monthly(200)) == 12
    assert usual_horizon(monthly(40)) == 5
    assert usual_horizon(series(400)) == 14


def test_the_parts_hold_a_horizon():
    cuts = long_enough(series(60, validation=0.1, test=0.1), 14).cuts
    assert cuts == (32, 46, 60)


def test_a_lookback_and_transform_that_validation_data_favour():
    windows = choose_windows(monthly(), None, 6, "auto")
    assert windows.lookback >= 12 and windows.transform != "none"
    assert choose_windows(series(), 9, 3, "auto").lookback == 9


def test_ridge_chooses_a_penalty_without_validation_data():
    windows = Windows(dataclasses.replace(monthly(), cuts=(80, 80, 96)), 12, 6)
    ridge = Ridge()
    ridge.learn(windows)
    assert ridge.penalties[0] > 0


@pytest.mark.parametrize("every", [40, 90])
def test_intervals_hold_where_the_level_shifts(every):
    generator = np.random.default_rng(every)
    steps = 800
    level = np.repeat(np.cumsum(generator.normal(0, 4, -(-steps // every))), every)[:steps]
    values = level + np.sin(2 * np.pi * np.arange(steps) / 7) + 0.5 * generator.standard_normal(steps)
    one = dataclasses.replace(series(steps, targets=("a",), known=()), values=values[:, None])
    windows = Windows(one, 28, 7)
    starts = windows.starts("test")
    forecast = Auto([], LEVELS).fit(windows).predict(windows, starts)
    actual = windows.future(starts)
    assert 0.85 <= np.mean((forecast.lower <= actual) & (actual <= forecast.upper)) <= 0.95
    assert (forecast.lower <= forecast.value).all() and (forecast.value <= forecast.upper).all()
