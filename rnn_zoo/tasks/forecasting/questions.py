"""What an exported forecaster is asked: the last window of each series of a file."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rnn_zoo.files.cleaning import Cleaning
from rnn_zoo.files.tables import read_header
from rnn_zoo.series.frequency import next_times
from rnn_zoo.series.gaps import fill_gaps
from rnn_zoo.series.rows import Rows, read_rows
from rnn_zoo.series.static import static_columns
from rnn_zoo.series.times import Reading
from rnn_zoo.series.windows import minutes
from rnn_zoo.types import Tensor


@dataclasses.dataclass(frozen=True)
class Asked:
    """The last window of one series.

    Args:
        id: the name of the series.
        past: <float64>[lookback, columns], in units.
        known: <float64>[horizon, known], in units; None for a model without known columns.
        times: [lookback + horizon].
    """

    id: str
    past: Tensor
    known: Tensor
    times: pd.Index

    def minutes(self) -> Tensor:
        """<int32>[lookback + horizon], minutes since 1970."""
        return minutes(pd.DatetimeIndex(self.times))


def asked_windows(path: Path, about: Mapping[str, Any], cleaning: Cleaning) -> Iterator[Asked]:
    """Yields the last window of each series of a file.

    Args:
        path: CSV or TSV file, see `rnn_zoo.tasks.forecasting.answers.Forecasts.predict`.
        about: the description of the model, see `rnn_zoo.tasks.forecasting.export.describe`.
        cleaning: what becomes of faults; series that are too short are left out.
    Raises:
        ValueError: the file does not match the training data; names the line, the column and the fix.
    """
    static = {name: tuple(words) for name, words in about.get("static", {}).items()}
    expanded = [name for column, words in static.items() for name in ([f"{column}={w}" for w in words] or [column])]
    inputs = [name for name in about["inputs"] if name not in expanded]
    columns = [*about["targets"], *inputs, *about["known"]]
    ids = list(about.get("id", ()))
    reading = _reading(path, about, [*ids, *columns, *static])
    rows = read_rows(
        path, reading, columns, ids=ids, texts=list(static), cleaning=cleaning, frequency=about["frequency"]
    )
    if rows.frequency != about["frequency"] and {rows.frequency, about["frequency"]} != {"B", "D"}:
        raise ValueError(
            f"{path}: column {' and '.join(reading.time)!r} has steps of {rows.frequency}, the model was trained on "
            f"{about['frequency']}; give a file of that frequency."
        )
    features, _ = static_columns(path, rows, list(static), static)
    empty = True
    for place in range(len(rows.ids)):
        asked = _last_window(path, rows, features, place, columns, len(about["targets"]) + len(inputs), about, cleaning)
        if asked is not None:
            empty = False
            yield asked
    if empty:
        raise ValueError(f"{path}: every series is shorter than the lookback of the model, {about['lookback']} rows.")


def _reading(path: Path, about: Mapping[str, Any], needed: Sequence[str]) -> Reading:
    header = read_header(path, any_separator=True)
    described = about.get("reading") or {"time": [about["time"]]}
    time = tuple(described["time"])
    missing = [repr(name) for name in needed if name not in header]
    if not set(time) <= set(header):
        others = [name for name in header if name not in needed]
        time = tuple(others[:1])
        missing += [] if others else ["a column of times"]
    if missing:
        raise ValueError(
            f"{path}: line 1: it lacks {', '.join(missing)}; the model was trained on {about['time']}, "
            f"{', '.join(needed)}. Add the missing columns under these names."
        )
    return Reading(**{**described, "time": time})


def _last_window(
    path: Path,
    rows: Rows,
    features: Tensor,
    place: int,
    columns: Sequence[str],
    first_known: int,
    about: Mapping[str, Any],
    cleaning: Cleaning,
) -> Asked | None:
    """The last window of a series; None if it is too short and left out."""
    part = slice(rows.bounds[place], rows.bounds[place + 1])
    name, times, values, lines = rows.ids[place], rows.times[part], rows.values[part], rows.lines[part]
    where = f"series {name!r}: " if name else ""
    # The past ends with the last row that has a value in a column not known ahead.
    observed = ~np.isnan(values[:, :first_known]).all(axis=1)
    end = int(np.flatnonzero(observed)[-1]) + 1 if observed.any() else 0
    start = end - about["lookback"]
    if start < 0:
        needed = f"fewer than the lookback of the model, {about['lookback']}"
        message = f"{where}the past has {end} rows, {needed}; add earlier rows."
        if not name:
            raise ValueError(f"{path}: {message}")
        cleaning.fault(path, lines[0], message, "leaves out series that are too short")
        return None
    window = slice(start, end)
    fix = f"The model reads the last {about['lookback']} steps: add the missing ones."
    fill_gaps(path, times[window], values[window], columns, rows.frequency, None, lines[start:end], fix, name)
    ahead = next_times(times[end - 1], rows.frequency, about["horizon"])
    known = None
    if about["known"]:
        table = pd.DataFrame(values[end:, first_known:], index=times[end:]).reindex(ahead)
        if table.isna().to_numpy().any():
            row, column = np.argwhere(table.isna().to_numpy())[0]
            raise ValueError(
                f"{path}: {where}after line {lines[end - 1]}: column {about['known'][column]!r} has no value for "
                f"{ahead[row]}. The model needs the known columns of the {about['horizon']} steps after the past: "
                "add a row for each step, with the other columns empty."
            )
        known = table.to_numpy()
    static = np.repeat(features[part][:1], about["lookback"], axis=0)
    past = np.concatenate([values[window, :first_known], static, values[window, first_known:]], axis=1)
    return Asked(name, past, known, times[window].append(ahead))
