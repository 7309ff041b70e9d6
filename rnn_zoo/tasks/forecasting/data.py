"""Loads a series by name, or from a file."""

import functools
import os
from pathlib import Path
from typing import Any

from rnn_zoo.checks import one_of
from rnn_zoo.series.file import read_series
from rnn_zoo.series.series import Series
from rnn_zoo.tasks.forecasting.sources import ett, m4
from rnn_zoo.tasks.forecasting.sources.samples import (
    load_bike_daily,
    load_bike_hourly,
    load_co2,
    load_stock_returns,
    load_stocks,
    load_vix,
    load_weather,
)

SAMPLES = {
    "bike_daily": load_bike_daily,
    "bike_hourly": load_bike_hourly,
    "co2": load_co2,
    "stocks": load_stocks,
    "stock_returns": load_stock_returns,
    "vix": load_vix,
    "weather": load_weather,
}
M4 = tuple(f"m4_{group}" for group in m4.SEASONS)
SERIES = (*SAMPLES, *ett.NAMES, *M4)


def load_series(data: str | Path, *, folder: str | Path | None = None, **options: Any) -> Series:
    """Loads a series with its training, validation and test parts.

    Args:
        data: one of `SAMPLES` (in the package); "ett_h1", "ett_h2" or "ett_m1" (see
            `rnn_zoo.tasks.forecasting.sources.ett.load_ett`); "m4_hourly", "m4_weekly", ... (see
            `rnn_zoo.tasks.forecasting.sources.m4.load_m4`); or the path of a CSV or TSV file.
        folder: folder of the ETT or M4 files.
        options: for a sample in the package, `validation` and `test`, the fractions of the steps, and for
            "bike_hourly" and "co2" `fill`; for a file, the options of `read_series`. None, () and False mean the
            default.
    Raises:
        ValueError: an unknown name, an option that does not apply to the series, or bad data (names the file, the line
            and the fix).
        FileNotFoundError: no such file.
    """
    name = str(data)
    options = {option: value for option, value in options.items() if value not in (None, (), False)}
    if name not in SERIES:
        if not Path(name).exists() and not Path(name).suffix and os.sep not in name:
            one_of("data", name, SERIES)
        return read_series(name, **options)
    read = functools.partial(m4.load_m4, name.removeprefix("m4_"), folder) if name in M4 else SAMPLES.get(name)
    supported = getattr(read, "__kwdefaults__", None) or {}
    for option in options:
        if option not in supported:
            raise ValueError(f"`{option}` does not apply to the series {name!r}: leave it out.")
    return ett.load_ett(name, folder=folder) if read is None else read(**options)
