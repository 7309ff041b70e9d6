"""The series in the package, against what is known of them."""

import numpy as np
import pytest

from rnn_zoo.tasks.forecasting.data import load_series


def test_bike_daily_is_the_sum_of_its_hours():
    days = load_series("bike_daily")
    assert (len(days), days.frequency, days.season, days.columns) == (731, "D", 7, ("cnt", "holiday", "workingday"))
    assert days.values[0].tolist() == [985.0, 0.0, 0.0]
    assert days.values[:, 0].sum() == 3_292_679  # of its readme's table
    hours = load_series("bike_hourly")
    assert (len(hours), hours.frequency) == (17_544, "h")
    np.testing.assert_array_equal(hours.values[:, 0].reshape(731, 24).sum(axis=1), days.values[:, 0])
    assert hours.notes[0].startswith("165 of 17,544 steps are missing")
    assert np.isfinite(hours.values).all()


def test_co2_is_filled_where_nothing_was_measured():
    weeks = load_series("co2", validation=0.1, test=0.1)
    assert (len(weeks), weeks.frequency, weeks.season, weeks.targets) == (2_547, "7D", 52, ("average",))
    assert weeks.notes[0].startswith("18 values are missing")
    assert weeks.values.min() > 320 and weeks.values.max() < 430
    assert weeks.cuts == (2_037, 2_292, 2_547)


def test_stocks_are_series_of_unequal_length():
    prices, returns = load_series("stocks"), load_series("stock_returns")
    assert dict(zip(prices.ids, np.diff(prices.bounds).tolist(), strict=True)) == {
        "AAPL": 3_270,
        "FB": 196,
        "GOOG": 2_148,
        "IBM": 3_270,
        "MSFT": 3_270,
    }
    assert prices.frequency == "B" and len(returns) == len(prices) - 5
    first = prices.member(0).values[:2, 0]
    np.testing.assert_allclose(first, [4.186662803811, 3.9196750983419])
    np.testing.assert_allclose(returns.values[0, 0], 100 * np.log(first[1] / first[0]))
    assert np.isfinite(returns.values).all() and np.abs(returns.values).max() < 80


def test_volatility_and_weather():
    vix, weather = load_series("vix"), load_series("weather")
    assert (len(vix), vix.frequency, vix.targets, vix.values[0, 0]) == (9_235, "B", ("CLOSE",), 17.24)
    assert (len(weather), weather.frequency, weather.columns[:2]) == (1_461, "D", ("temp_max", "temp_min"))


def test_without_a_fill_what_is_missing_is_an_error():
    from rnn_zoo.tasks.forecasting.sources.samples import load_co2

    with pytest.raises(ValueError, match="18 values are missing"):
        load_co2(fill=None)
