"""Reads the rows of one series or of many from a file, in the order of time; errors name the line and the column."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from rnn_zoo.files.cleaning import Cleaning
from rnn_zoo.files.tables import Table, read_table
from rnn_zoo.series.frequency import completeness, find_frequency, rounding_of
from rnn_zoo.series.numbers import decimal_of, duplicate_rows, parse_numbers
from rnn_zoo.series.times import Reading, UnclearDates, parse_times
from rnn_zoo.types import Tensor

_LEAST_STEPS = 3
_QUARTERS = ("quarter", "qtr", "q")
_WEEKS = ("week", "wk", "isoweek")


@dataclasses.dataclass(frozen=True)
class Rows:
    """The rows of a file, one series after the other, with gaps.

    Args:
        times: ascending within each series.
        values: <float64>[rows, columns], NaN where missing.
        lines: the line of each row.
        ids: names of the series; ("",) for a file with one.
        bounds: <int>[series + 1], the first row of each series, and the number of rows.
        frequency: of all series, see `find_frequency`.
        texts: the texts of further columns.
        notes: remarks for the reader.
    """

    times: pd.Index
    values: Tensor
    lines: list[int]
    ids: tuple[str, ...]
    bounds: Tensor
    frequency: str
    texts: dict[str, list[str]]
    notes: tuple[str, ...] = ()


def read_rows(
    path: str | Path,
    reading: Reading,
    columns: Sequence[str],
    *,
    ids: Sequence[str] = (),
    texts: Sequence[str] = (),
    cleaning: Cleaning | None = None,
    frequency: str | None = None,
) -> Rows:
    """The times and numbers of a file.

    Args:
        path: CSV or TSV file.
        reading: names of the time columns, and how the file writes times and numbers.
        columns: names of the columns of numbers.
        ids: names of the columns that name a row's series; () for a file with one series.
        texts: names of further columns, to keep as texts.
        cleaning: what becomes of the faults of the file. Default None: they are errors.
        frequency: for series too short to have one; None: that of the others.
    Raises:
        ValueError: bad data; names the file, the line, the column and the fix.
    """
    cleaning = cleaning or Cleaning()
    names = list(dict.fromkeys([*reading.time, *ids, *columns, *texts]))
    table = read_table(path, names, cleaning, any_separator=True)
    number, members = _members(table, ids)
    written = _joined(table, reading.time)
    times, rows, number = _sorted_times(table, " and ".join(reading.time), written, number, reading, cleaning)
    decimal = reading.decimal or decimal_of(table, columns)
    values = np.stack([parse_numbers(table, name, decimal, cleaning)[rows] for name in columns], axis=1)
    times, values, rows, number = _unique(table, reading, written, times, values, rows, number, cleaning, bool(ids))
    present, first = np.unique(number, return_index=True)
    bounds = np.append(first, len(rows))
    member_ids = tuple(members[place] for place in present)
    lines = [table.lines[row] for row in rows]
    times, found, notes = _frequency(table.path, lines, times, bounds, member_ids, reading, frequency)
    kept = {name: [table.columns[name][row] for row in rows] for name in texts}
    return Rows(times, values, lines, member_ids, bounds, found, kept, notes)


def _members(table: Table, ids: Sequence[str]) -> tuple[Tensor, list[str]]:
    """(number of the series of each row, names of the series in their order in the file)."""
    if not ids:
        return np.zeros(len(table), "int64"), [""]
    for name in ids:
        for row, text in enumerate(table.columns[name]):
            if not str(text).strip():
                raise ValueError(f"{table.path}: line {table.lines[row]}: column {name!r} is empty: name the series.")
    joined = [
        " / ".join(map(str.strip, map(str, parts)))
        for parts in zip(*(table.columns[name] for name in ids), strict=True)
    ]
    number, members = pd.factorize(np.array(joined, dtype=object))
    return number, list(members)


def _joined(table: Table, time: Sequence[str]) -> pd.Series:
    """The texts of the time column, or of its parts joined: a year and a month, or a date and an hour."""
    parts = [pd.Series(table.columns[name]).astype(str).str.strip() for name in time]
    written = parts[0]
    if len(parts) == 1:
        return written
    if written.str.fullmatch(r"\d{4}").mean() > 0.5:
        kind = time[1].strip().lower()
        mark = "-Q" if kind in _QUARTERS else "-W" if kind in _WEEKS else "-"
        second = parts[1].str.removesuffix(".0").str.lstrip("Qq") if mark == "-Q" else parts[1].str.removesuffix(".0")
        written = written + mark + (second if mark == "-Q" else second.str.zfill(2))
        for part in parts[2:3]:
            written = written + "-" + part.str.removesuffix(".0").str.zfill(2)
        parts = parts[min(3, len(parts)) - 1 :]
    for part in parts[1:]:
        hours = part.str.fullmatch(r"\d{1,2}").all()
        written = written + " " + (part.str.zfill(2) + ":00" if hours else part)
    return written


def _sorted_times(table, name, written, number, reading, cleaning):
    """(times, their rows, their series), sorted by series and time."""
    times = _parsed(table, written, number, reading)
    for row in np.flatnonzero(times.isna()):
        message = (
            f"column {name!r} holds {written[row]!r}, which is not a time like that of line {table.lines[0]} "
            f"({written[0]!r}). Write all times in one format, such as 2024-01-31, or 2024-01-31 18:00, or say how "
            "they are written: --date-format %d/%m/%Y."
        )
        cleaning.fault(table.path, table.lines[row], message, "leaves rows without a time out")
    rows = np.flatnonzero(~times.isna())
    if not len(rows):
        raise ValueError(f"{table.path}: column {name!r} holds no time.")
    times, number = times[rows], number[rows]
    if isinstance(times, pd.DatetimeIndex):
        times = _shortest_unit(times if reading.round is None else times.round(reading.round))
    order = np.argsort(number, kind="stable")
    keys = times.asi8 if isinstance(times, pd.DatetimeIndex) else times.to_numpy()
    back = np.diff(keys[order]) < 0
    within = np.diff(number[order]) == 0
    newest_first = within.any() and bool((np.diff(keys[order])[within] <= 0).all()) and back[within].any()
    for place in [] if newest_first else np.flatnonzero(back & within) + 1:
        row, before = rows[order[place]], rows[order[place - 1]]
        message = f"column {name!r}: {written[row]} comes after {written[before]} of line {table.lines[before]}."
        cleaning.fault(table.path, table.lines[row], f"{message} Sort the rows by time.", "sorts the rows by time")
    order = np.lexsort((np.arange(len(keys)), keys, number))
    return times[order], rows[order], number[order]


def _parsed(table, written, number, reading):
    try:
        return parse_times(written, reading, completeness, number)
    except UnclearDates as error:
        raise ValueError(f"{table.path}: line {table.lines[0]}: {error}") from error


def _shortest_unit(times):
    """Times of whole seconds in seconds, of finer ones in nanoseconds."""
    return times.as_unit("s") if (times.as_unit("s") == times).all() else times.as_unit("ns")


def _unique(table, reading, written, times, values, rows, number, cleaning, several):
    """The same with one row per time of each series."""
    again = np.append(False, (np.diff(number) == 0) & (times[1:] == times[:-1]))
    if not again.any():
        return times, values, rows, number
    if reading.duplicates is not None:
        keys = pd.DataFrame({"number": number, "time": times})
        first, values = duplicate_rows(keys, values, reading.duplicates)
        return times[first], values, rows[first], number[first]
    name = " and ".join(reading.time)
    for place in np.flatnonzero(again):
        row, before = rows[place], rows[place - 1]
        fix = "" if several else "name the column that tells several series apart: --id COLUMN; "
        hint = ""
        if isinstance(times, pd.DatetimeIndex) and reading.timezone is None and _may_be_clock_change(times[place]):
            hint = "for local times that repeat when summer time ends: --timezone Europe/Berlin, or another; "
        message = (
            f"column {name!r} repeats the time of line {table.lines[before]}, {written[row]}. Keep one row per time; "
            f"or {fix}{hint}or take their mean, sum, first or last: --duplicates mean."
        )
        cleaning.fault(table.path, table.lines[row], message, "keeps the first row of each time")
    return times[~again], values[~again], rows[~again], number[~again]


def _may_be_clock_change(time):
    return time.month in (4, 10, 11) and time.hour < 4 and time != time.normalize()


def _frequency(path, lines, times, bounds, ids, reading, usual):
    """(times on the grid, the frequency of all series, notes)."""
    found, parts, notes = {}, [], ()
    for name, start, stop in zip(ids, bounds[:-1], bounds[1:], strict=True):
        part = times[start:stop]
        if len(part) >= _LEAST_STEPS:
            result = find_frequency(part)
            if result is None:
                raise ValueError(_irregular(path, lines[start:stop], part, name, reading))
            if not result[0].equals(part):
                notes = ("Each row stands for a whole month, quarter or year; its time is the first day of it.",)
            part, found[name] = result
        parts.append(part)
    if not found and usual is None:
        most = int(np.diff(bounds).max())
        raise ValueError(f"{path} holds {most} steps; at least {_LEAST_STEPS} are needed to determine the frequency.")
    kinds = dict.fromkeys(found.values())
    if set(kinds) == {"B", "D"}:  # a series without a weekend that is missing
        kinds = {"B": None}
    if len(kinds) > 1:
        first, second = ((next(name for name in found if found[name] == kind), kind) for kind in list(kinds)[:2])
        raise ValueError(
            f"{path}: series {first[0]!r} has steps of {first[1]} and series {second[0]!r} steps of {second[1]}; one "
            "model needs one frequency. Give a file for each frequency."
        )
    return _together(parts), next(iter(kinds), usual), notes


def _together(parts):
    return parts[0] if len(parts) == 1 else parts[0].append(parts[1:])


def _irregular(path, lines, times, name, reading):
    series = f"series {name!r}: " if name else ""
    column = " and ".join(reading.time)
    if not isinstance(times, pd.DatetimeIndex):
        return f"{path}: {series}column {column!r}: the numbers have no regular step. Number the steps 1, 2, 3."
    steps = np.diff(times.asi8)
    sizes, counts = np.unique(steps, return_counts=True)
    usual = int(sizes[counts.argmax()])
    row = int(np.argmax(steps % usual != 0)) + 1
    rounding = rounding_of(times)
    fix = "Give one row per step, at one frequency"
    if rounding is not None:
        fix = f"Round them: --round {rounding}"
    elif reading.duplicates is None:
        fix += ", or make steps of one length: --round 1h --duplicates mean"
    return (
        f"{path}: line {lines[row]}: {series}column {column!r}: {times[row]} comes "
        f"{pd.Timedelta(int(steps[row - 1]), unit=times.unit)} after the row before, where the usual step is "
        f"{pd.Timedelta(usual, unit=times.unit)}. {fix}."
    )
