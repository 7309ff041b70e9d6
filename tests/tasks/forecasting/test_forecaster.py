"""The verbs that all forecasters share."""

import numpy as np
import pytest
from waves import waves

from rnn_zoo.tasks.forecasting.forecasters import LastValue, Ridge, SeasonalNaive
from rnn_zoo.tasks.forecasting.forecasters.backtest import backtest_summary, backtest_table


def test_predict_needs_fit():
    with pytest.raises(RuntimeError, match="last_value is not fitted yet: call `fit` first"):
        LastValue().predict(waves(), np.array([20]))


@pytest.mark.parametrize("coverage", [0, 1, 1.5])
def test_coverage_is_a_share(coverage):
    with pytest.raises(ValueError, match=r"`coverage` must be a number in \(0, 1\)"):
        LastValue(coverage)


def test_intervals_are_calibrated_on_the_validation_part():
    windows = waves(noise=0.5)
    one = SeasonalNaive(0.8).fit(windows)
    starts = windows.starts("validation")
    forecast, actual = one.predict(windows, starts), windows.future(starts)
    held = ((forecast.lower <= actual) & (actual <= forecast.upper)).mean(axis=0)
    assert (held >= 0.8).all() and held.mean() < 0.9
    assert one.margins.shape == (3, 2)


def test_a_backtest_is_in_units_and_each_step_is_forecast_once():
    windows = waves(slope=0.05)
    table = LastValue().fit(windows).backtest(windows)
    series = windows.series
    assert len(table) == 13 * 3 * 2  # 40 steps in threes, two targets
    assert not table.duplicated(["time", "target"]).any()
    assert (table["origin"] < table["time"]).all()
    for _, row in table.iloc[::7].iterrows():
        column = series.targets.index(row["target"])
        assert row["actual"] == series.values[series.times.get_loc(row["time"]), column]
        np.testing.assert_allclose(
            row["forecast"], series.values[series.times.get_loc(row["origin"]), column], rtol=1e-5
        )
    assert (table["lower"] <= table["forecast"]).all() and (table["forecast"] <= table["upper"]).all()


def test_a_refit_learns_from_what_is_known_by_then_and_from_nothing_later():
    windows = waves(noise=0.3)
    first = Ridge().fit(windows)
    refitted = first.backtest(windows, stride=10, refit=1)
    np.testing.assert_allclose(
        refitted["forecast"][:6],
        windows.scale.undo(first.predict(windows, np.array([120])).value).ravel(),
        rtol=1e-5,
    )
    assert np.abs(refitted["forecast"] - first.backtest(windows, stride=10)["forecast"])[6:].max() > 1e-3
    later = waves(noise=0.3)
    later.series.values[130:, :2] += 100
    again = Ridge().fit(later).backtest(later, stride=10, refit=1)
    np.testing.assert_allclose(again["forecast"][:12], refitted["forecast"][:12], rtol=1e-6)


def test_one_table_for_all():
    windows = waves(noise=0.3)
    forecasters = [Ridge().fit(windows), LastValue().fit(windows)]
    table = backtest_table(forecasters, windows, stride=5)
    summary = backtest_summary(table)
    assert list(summary.index) == ["ridge", "last_value"]
    assert (summary["origins"] == 8).all()
    ridge = table[table["forecaster"] == "ridge"]
    error = ridge["forecast"] - ridge["actual"]
    np.testing.assert_allclose(summary.loc["ridge", "mae"], error.abs().mean())
    np.testing.assert_allclose(summary.loc["ridge", "rmse"], np.sqrt((error**2).mean()))
    assert summary.loc["ridge", "mae"] < summary.loc["last_value", "mae"]
    assert 0.6 < summary.loc["ridge", "coverage"] <= 1


@pytest.mark.parametrize("argument", ["stride", "refit"])
def test_a_backtest_of_no_step_is_refused(argument):
    windows = waves()
    with pytest.raises(ValueError, match=f"`{argument}` must be a positive integer, got 0"):
        LastValue().fit(windows).backtest(windows, **{argument: 0})
