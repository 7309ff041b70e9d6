"""The one door to series: a name, or a path."""

import os
from pathlib import Path
from typing import Any

from rnn_zoo.checks import one_of
from rnn_zoo.series.file import read_series
from rnn_zoo.tasks.forecasting import ett
from rnn_zoo.tasks.forecasting.samples import load_bike_daily, load_bike_hourly, load_co2

SAMPLES = {"bike_daily": load_bike_daily, "bike_hourly": load_bike_hourly, "co2": load_co2}
SERIES = (*SAMPLES, *ett.NAMES)


def load_series(data: Any, *, folder: str | Path | None = None, **options: Any) -> Any:
    """Loads a series and its cuts.

    Args:
        data: "bike_daily", "bike_hourly" or "co2" (in the package); "ett_h1", "ett_h2" or "ett_m1" (see
            `rnn_zoo.tasks.forecasting.ett.load_ett`); or the path of a CSV or TSV file.
        folder: of the files of ETT.
        options: for a sample `validation` and `test`, the shares of its steps, and `fill`; for a file those of
            `read_series`: time, target, inputs, known, fill, season, validation, test. None and () are as left out.
    Returns:
        Series
    Raises:
        ValueError: an unknown name or option; or bad data: the message names the file, the line and the fix.
        FileNotFoundError: a path that does not exist.
    """
    name = str(data)
    options = {option: value for option, value in options.items() if value is not None and value != ()}
    if name not in SERIES:
        if not Path(name).exists() and not Path(name).suffix and os.sep not in name:
            one_of("data", name, SERIES)
        return read_series(name, **options)
    read = SAMPLES.get(name)
    known = {} if read is None else read.__kwdefaults__ or {}
    for option in options:
        if option not in known:
            raise ValueError(f"`{option}` is for your own files: {name!r} has a fixed reader. Leave it out.")
    return ett.load_ett(name, folder=folder) if read is None else read(**options)
