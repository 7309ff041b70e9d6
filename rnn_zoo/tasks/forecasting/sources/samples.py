"""The sample series of the package: bike rentals, carbon dioxide, stocks, volatility and weather."""

import dataclasses
import gzip
from typing import Any

import numpy as np
import pandas as pd

from rnn_zoo.samples import sample_folder
from rnn_zoo.series.file import read_series, shares_to_cuts
from rnn_zoo.series.frequency import season_of
from rnn_zoo.series.gaps import fill_gaps
from rnn_zoo.series.series import Series

_SAMPLES = sample_folder("")
_BIKES = _SAMPLES / "bike_sharing" / "hour.csv.gz"
_CO2 = _SAMPLES / "co2_weekly" / "co2_weekly_mlo.csv"
_STOCKS = _SAMPLES / "market" / "stocks_daily.csv.gz"
_VIX = _SAMPLES / "market" / "vix_daily.csv.gz"
_WEATHER = _SAMPLES / "seattle_weather" / "seattle_weather_daily.csv.gz"
_NO_MEASUREMENT = -999.99


def load_bike_hourly(*, fill: str = "zero", validation: float = 0.2, test: float = 0.2) -> Series:
    """Hourly bike rentals (17,544 hours), with weather as input and holidays as known columns.

    The file has no row for an hour without rentals, so by default the rentals of missing hours are 0. Their weather is
    copied from the previous hour.

    Args:
        fill: how to fill the rentals of missing hours, see `read_series`.
        validation: fraction of the steps for validation, before those of the test part.
        test: fraction of the steps for the test part, the last ones.
    Reference: Fanaee-T and Gama 2013, "Event labeling combining ensemble detectors and background knowledge".
    """
    hours = _hours()
    weather = ["temp", "hum", "windspeed"]
    days = hours.groupby("dteday")[["holiday", "workingday"]].first()
    grid = pd.date_range(hours.index[0], hours.index[-1], freq="h")
    times, rentals, notes = fill_gaps(_BIKES.name, hours.index, hours[["cnt"]].to_numpy("float64"), ["cnt"], "h", fill)
    frame = pd.DataFrame(rentals, index=times, columns=["cnt"])
    frame[weather] = hours[weather].reindex(grid).ffill()
    frame[days.columns] = days.loc[grid.strftime("%Y-%m-%d")].to_numpy()
    return _series("bike_hourly", frame, 1, 3, "h", notes, validation, test)


def load_bike_daily(*, validation: float = 0.2, test: float = 0.2) -> Series:
    """Daily bike rentals (731 days), the sums of the hourly rentals, with holidays as known columns.

    Args:
        validation: fraction of the steps for validation, before those of the test part.
        test: fraction of the steps for the test part, the last ones.
    """
    by_day = _hours().groupby("dteday")
    frame = pd.DataFrame({"cnt": by_day["cnt"].sum(), **by_day[["holiday", "workingday"]].first()}).astype("float64")
    frame.index = pd.DatetimeIndex(frame.index)
    return _series("bike_daily", frame, 1, 0, "D", (), validation, test)


def load_co2(*, fill: str = "linear", validation: float = 0.2, test: float = 0.2) -> Series:
    """Weekly carbon dioxide at Mauna Loa in ppm (2,547 weeks); 18 weeks without a measurement are filled.

    Args:
        fill: how to fill the missing measurements, see `read_series`.
        validation: fraction of the steps for validation, before those of the test part.
        test: fraction of the steps for the test part, the last ones.
    """
    rows = pd.read_csv(_CO2, comment="#")
    times = pd.DatetimeIndex(pd.to_datetime(rows[["year", "month", "day"]]))
    values = rows[["average"]].replace(_NO_MEASUREMENT, np.nan).to_numpy("float64")
    times, values, notes = fill_gaps(_CO2.name, times, values, ["average"], "7D", fill)
    frame = pd.DataFrame(values, index=times, columns=["average"])
    return _series("co2", frame, 1, 0, "7D", notes, validation, test)


def load_stocks(*, validation: float = 0.2, test: float = 0.2) -> Series:
    """The adjusted closing prices of five stocks by the trading day (12,154 rows), one series each.

    Args:
        validation: fraction of the steps for validation, before those of the test part.
        test: fraction of the steps for the test part, the last ones.
    """
    options: dict[str, Any] = {"time": "Date", "id": ("Ticker",), "target": ("Adj Close",)}
    series = read_series(_STOCKS, **options, validation=validation, test=test)
    return _named("stocks", series)


def load_stock_returns(*, validation: float = 0.2, test: float = 0.2) -> Series:
    """The daily returns of five stocks in percent, 100 log(p_t / p_(t-1)) of the prices of `load_stocks`.

    Args:
        validation, test: see `load_stocks`.
    """
    prices = load_stocks(validation=validation, test=test)
    kept = np.setdiff1d(np.arange(len(prices)), prices.bounds[:-1])  # the first price of a stock has no return
    returns = 100 * np.diff(np.log(prices.values[:, :1]), axis=0, prepend=np.nan)[kept]
    bounds = prices.bounds - np.arange(len(prices.bounds))
    cuts = np.array([shares_to_cuts(int(size), validation, test) for size in np.diff(bounds)]) + bounds[:-1, None]
    changed: dict[str, Any] = {"times": prices.times[kept], "values": returns, "bounds": bounds, "cuts": cuts}
    return dataclasses.replace(prices, name="stock_returns", targets=("return",), **changed)


def load_vix(*, validation: float = 0.2, test: float = 0.2) -> Series:
    """The VIX at the close by the trading day (9,235 days), with open, high and low as inputs.

    Args:
        validation, test: see `load_stocks`.
    """
    options: dict[str, Any] = {"target": ("CLOSE",), "inputs": ("OPEN", "HIGH", "LOW")}
    return _named("vix", read_series(_VIX, **options, validation=validation, test=test))


def load_weather(*, validation: float = 0.2, test: float = 0.2) -> Series:
    """The highest temperature of Seattle by the day (1,461 days), with lowest, rain and wind as inputs.

    Args:
        validation, test: see `load_stocks`.
    """
    options: dict[str, Any] = {"target": ("temp_max",), "inputs": ("temp_min", "precipitation", "wind")}
    return _named("weather", read_series(_WEATHER, **options, validation=validation, test=test))


def _named(name, series):
    licence, source = _ABOUT[name]
    return dataclasses.replace(series, name=name, licence=licence, source=source)


def _hours():
    with gzip.open(_BIKES, "rt", encoding="utf-8") as file:
        rows = pd.read_csv(file)
    rows.index = pd.to_datetime(rows["dteday"]) + pd.to_timedelta(rows["hr"], unit="h")
    return rows


_ABOUT = {
    "bike": ("CC BY 4.0", "Bike Sharing, Fanaee-T 2013, https://doi.org/10.24432/C5W894"),
    "stocks": ("public domain", "bokeh-sampledata 2026.1, Quandl WIKI prices"),
    "vix": ("PDDL", "https://github.com/datasets/finance-vix, for Cboe data"),
    "weather": ("public domain", "NOAA, from vega-datasets 0.9.0"),
    "co2": ("public domain, credit NOAA GML and Scripps", "https://gml.noaa.gov/ccgg/trends/, file of 2023-03-17"),
}


def _series(name, frame, targets, inputs, frequency, notes, validation, test):
    columns = tuple(frame.columns)
    licence, source = _ABOUT[name.partition("_")[0]]
    return Series(
        name=name,
        times=pd.DatetimeIndex(frame.index).as_unit("s"),
        values=frame.to_numpy("float64"),
        targets=columns[:targets],
        inputs=columns[targets : targets + inputs],
        known=columns[targets + inputs :],
        frequency=frequency,
        season=season_of(frequency),
        cuts=shares_to_cuts(len(frame), validation, test),
        licence=licence,
        source=source,
        notes=notes,
    )
