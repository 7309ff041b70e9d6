"""Reads a series from a file with a time column; errors name the line and the column."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rnn_zoo.checks import fraction, one_of, positive_integer
from rnn_zoo.files.cleaning import Cleaning
from rnn_zoo.files.tables import Table, read_header, read_table
from rnn_zoo.series.series import Series, season_of
from rnn_zoo.types import Tensor

FILLS = ("linear", "last", "zero")
_ABSENT = {"", "na", "n/a", "nan", "null", "none", "?", "-"}
_CALENDAR = ("MS", "ME", "QS", "QE", "YS", "YE")
_DAY = 86_400  # seconds


def read_series(
    path: str | Path,
    *,
    time: str | None = None,
    target: Sequence[str] = (),
    inputs: Sequence[str] = (),
    known: Sequence[str] = (),
    fill: str | None = None,
    season: int | None = None,
    validation: float = 0.2,
    test: float = 0.2,
    clean: bool = False,
) -> Series:
    """Reads a CSV or TSV file with a column of times and columns of numbers.

    Args:
        path: the file, optionally .gz.
        time: name of the time column; None for the first column. Times with a zone are converted to UTC.
        target: names of the columns to forecast; () for all columns other than `time`, `inputs` and `known`.
        inputs: names of columns whose past helps to forecast.
        known: names of columns that are known ahead; a forecast then needs their future values.
        fill: how to fill missing steps and values: "linear" (interpolation), "last" (the previous value), "zero";
            None: a missing value is an error.
        season: the period in steps, > 0; None: the usual one of the frequency.
        validation: fraction of the steps for validation, before those of the test part.
        test: fraction of the steps for the test part, the last ones.
        clean: mends what otherwise is an error, and says so in the series's `notes`: sorts the rows by time, keeps the
            first row of each time, leaves rows without a time out, and takes what is no finite number as missing.
    Raises:
        ValueError: bad data; names the file, the line, the column and the fix.
        FileNotFoundError: no such file.
    """
    path = Path(path)
    if fill is not None:
        one_of("fill", fill, FILLS)
    header = read_header(path)
    if header and re.search(r"\d", header[0]) and all(map(_is_number, header[1:])):
        raise ValueError(f"{path}: line 1: {header[0]!r} is data, not the name of a column; add a line of names above.")
    time = header[0] if time is None else time
    inputs, known = tuple(inputs), tuple(known)
    targets = tuple(target) or tuple(name for name in header if name not in (time, *inputs, *known))
    columns = (*targets, *inputs, *known)
    if not targets:
        raise ValueError(f"{path}: line 1: no column is left to forecast; name it with `target`.")
    repeated = [name for name in (time, *columns) if (time, *columns).count(name) > 1]
    if repeated:
        raise ValueError(
            f"`time`, `target`, `inputs` and `known` must be different columns; {repeated[0]!r} is there twice."
        )
    cleaning = Cleaning(clean)
    times, values, frequency, lines = read_columns(path, time, columns, cleaning)
    times, values, notes = fill_gaps(path, times, values, columns, frequency, fill, lines=lines)
    return Series(
        name=path.name,
        times=times,
        values=values,
        targets=targets,
        inputs=inputs,
        known=known,
        frequency=frequency,
        season=season_of(frequency) if season is None else positive_integer("season", season),
        cuts=shares_to_cuts(len(times), validation, test),
        licence="that of the file",
        source=path.name,
        time=time,
        notes=(*cleaning.report(), *notes, *constant_columns(values, columns)),
    )


def _is_number(text: str) -> bool:
    try:
        return np.isfinite(float(text))
    except ValueError:
        return False


def read_columns(
    path: str | Path, time: str, columns: Sequence[str], cleaning: Cleaning | None = None
) -> tuple[pd.DatetimeIndex, Tensor, str, list[int]]:
    """The times and numbers of a file, with gaps.

    Args:
        path: CSV or TSV file.
        time: name of the time column.
        columns: names of the columns of numbers.
        cleaning: what becomes of the faults of the file. Default None: they are errors.
    Returns:
        (times, values <float64>[steps, columns] with NaN where missing, frequency, the line of each step).
    """
    cleaning = cleaning or Cleaning()
    table = read_table(path, [time, *columns], cleaning)
    times, rows = _times(table, time, cleaning)
    values = np.stack([_numbers(table, name, cleaning)[rows] for name in columns], axis=1)
    lines = [table.lines[row] for row in rows]
    return times, values, _frequency(table.path, lines, times, time), lines


def shares_to_cuts(steps: int, validation: float, test: float) -> tuple[int, int, int]:
    """(end of training, of validation, of test part) in steps, from the fractions for validation and test."""
    if fraction("validation", validation) + fraction("test", test) >= 1:
        raise ValueError(f"`validation` and `test` must leave steps for training, got {validation} and {test}.")
    end = steps - round(test * steps)
    return end - round(validation * steps), end, steps


def constant_columns(values: Tensor, columns: Sequence[str]) -> tuple[str, ...]:
    """A note for each constant column, from which nothing can be learned."""
    return tuple(
        f"Column {name!r} is constant, {values[0, place]:g}: every forecast of it is this value."
        for place, name in enumerate(columns)
        if (values[:, place] == values[0, place]).all()
    )


def fill_gaps(
    path: str | Path,
    times: pd.DatetimeIndex,
    values: Tensor,
    columns: Sequence[str],
    frequency: str,
    fill: str | None,
    lines: Sequence[int] | None = None,
    fix: str | None = None,
) -> tuple[pd.DatetimeIndex, Tensor, tuple[str, ...]]:
    """Adds missing steps and values.

    Args:
        path: for error messages.
        times: ascending, on the grid of `frequency`.
        values: <float64>[steps, columns], NaN where missing.
        columns: names of the columns.
        frequency: in pandas notation.
        fill: one of `FILLS`; None: a missing value is an error.
        lines: the line of each step, for error messages; None: the number of the step, from 1.
        fix: sentence that ends the error; None: one that names the option `fill`.
    Returns:
        (times, values, notes).
    Raises:
        ValueError: `fill` is None and values are missing, or a column has no value.
    """
    lines = list(range(1, len(times) + 1)) if lines is None else lines
    grid = pd.date_range(times[0], times[-1], freq=frequency)
    absent = grid.difference(times)
    holes = np.argwhere(np.isnan(values))
    found = []
    if len(absent):
        before = times.searchsorted(absent[0]) - 1
        found.append(
            f"{len(absent):,} of {len(grid):,} steps {_are(absent)} missing, the first at {absent[0]}, after line "
            f"{lines[before]}"
        )
    if len(holes):
        row, column = holes[0]
        found.append(
            f"{len(holes):,} {'value' if len(holes) == 1 else 'values'} {_are(holes)} missing, the first at line "
            f"{lines[row]}, column {columns[column]!r} ({times[row]})"
        )
    if not found:
        return times, values, ()
    missing = "; ".join(found)
    if fill is None:
        fix = f"Add them, or set `fill` to one of {', '.join(map(repr, FILLS))}." if fix is None else fix
        raise ValueError(f"{path}: {missing}. {fix}")
    frame = pd.DataFrame(values, index=times).reindex(grid)
    if fill == "linear":
        frame = frame.interpolate("time", limit_direction="both")
    elif fill == "last":
        frame = frame.ffill().bfill()
    else:
        frame = frame.fillna(0.0)
    if frame.isna().to_numpy().any():
        empty = columns[int(np.argmax(frame.isna().to_numpy().any(axis=0)))]
        raise ValueError(f"{path}: column {empty!r} has no value; leave it out.")
    return grid, frame.to_numpy(), (f"{missing[0].upper()}{missing[1:]}. Filled by {fill!r}.",)


def _are(found: Any) -> str:
    return "is" if len(found) == 1 else "are"


def _times(table: Table, name: str, cleaning: Cleaning) -> tuple[pd.DatetimeIndex, np.ndarray]:
    """(ascending times, the row of each)."""
    written = pd.Series(table.columns[name]).astype(str)
    times = pd.to_datetime(written, errors="coerce", utc=True, format="ISO8601")
    if times.isna().any():
        times = pd.to_datetime(written, errors="coerce", utc=True)  # in the format of the first
    for row in np.flatnonzero(times.isna()):
        message = (
            f"column {name!r} holds {written[row]!r}, which is not a time like that of line {table.lines[0]} "
            f"({written[0]!r}). Write all times in one format, such as 2024-01-31, or 2024-01-31 18:00."
        )
        cleaning.fault(table.path, table.lines[row], message, "leaves rows without a time out")
    rows = np.flatnonzero(~times.isna())
    times = pd.DatetimeIndex(times.iloc[rows]).tz_localize(None).as_unit("s")
    for place in np.flatnonzero(np.diff(times.asi8) < 0) + 1:
        row, before = rows[place], rows[place - 1]
        message = f"column {name!r}: {written[row]} comes after {written[before]} of line {table.lines[before]}."
        cleaning.fault(table.path, table.lines[row], f"{message} Sort the rows by time.", "sorts the rows by time")
    order = np.argsort(times.asi8, kind="stable")
    times, rows = times[order], rows[order]
    again = np.append(False, np.diff(times.asi8) == 0)
    for place in np.flatnonzero(again):
        row, before = rows[place], rows[place - 1]
        message = (
            f"column {name!r} repeats the time of line {table.lines[before]}, {written[row]}. Keep one row per time; "
            "split a file with several series into one file per series."
        )
        cleaning.fault(table.path, table.lines[row], message, "keeps the first row of each time")
    return times[~again], rows[~again]


def _frequency(path: Path, lines: Sequence[int], times: pd.DatetimeIndex, name: str) -> str:
    if len(times) < 3:
        raise ValueError(f"{path} holds {len(times)} steps; at least 3 are needed to determine the frequency.")
    steps = np.diff(times.asi8)
    sizes, counts = np.unique(steps, return_counts=True)
    usual = int(sizes[counts.argmax()])
    if usual == _DAY and (times.dayofweek < 5).all() and (steps > _DAY).any():
        return "B"  # no weekends
    if (steps % usual == 0).all():
        if usual % _DAY:
            return pd.tseries.frequencies.to_offset(pd.Timedelta(seconds=usual)).freqstr
        return "D" if usual == _DAY else f"{usual // _DAY}D"
    for frequency in _CALENDAR:
        grid = pd.date_range(times[0], times[-1], freq=frequency)
        # A grid that is mostly empty is not the frequency of these times.
        if times.isin(grid).all() and 2 * len(times) > len(grid):
            return grid.freqstr
    row = int(np.argmax(steps % usual != 0)) + 1
    raise ValueError(
        f"{path}: line {lines[row]}: column {name!r}: {times[row]} comes "
        f"{pd.Timedelta(seconds=steps[row - 1])} after the row before, where the usual step is "
        f"{pd.Timedelta(seconds=usual)}. Give one row per step, at one frequency."
    )


def _numbers(table: Table, name: str, cleaning: Cleaning) -> Tensor:
    written = pd.Series(table.columns[name]).astype(str).str.strip()
    numbers = pd.to_numeric(written, errors="coerce").to_numpy("float64", copy=True)
    absent = written.str.lower().isin(_ABSENT).to_numpy()
    wrong = ~np.isfinite(numbers) & ~absent
    for row in np.flatnonzero(wrong):
        hint = " Use a decimal point and no separators: 1234.5." if "," in written[row] else ""
        message = (
            f"column {name!r} holds {written[row]!r}, which is not a finite number.{hint} Correct it, leave it empty "
            "for a missing value, or leave the column out."
        )
        cleaning.fault(table.path, table.lines[row], message, "takes what is no finite number as missing")
    numbers[absent | wrong] = np.nan
    return numbers
