"""Reads a series from a file with a time column, and says what is wrong with it by line and column."""

from pathlib import Path

import numpy as np
import pandas as pd

from rnn_zoo.checks import fraction, one_of, positive_integer
from rnn_zoo.datasets.series import Series, season_of
from rnn_zoo.datasets.tables import read_header, read_table

FILLS = ("linear", "last", "zero")
_ABSENT = {"", "na", "n/a", "nan", "null", "none", "?", "-"}
_CALENDAR = ("MS", "ME", "QS", "QE", "YS", "YE")
_DAY = 86_400  # seconds


def read_series(
    path,
    *,
    time=None,
    target=(),
    inputs=(),
    known=(),
    fill=None,
    season=None,
    validation=0.2,
    test=0.2,
):
    """Reads a CSV, TSV or JSONL file with a column of times and columns of numbers.

    Args:
        path: the file, also as .gz.
        time: name of the column of times; None: the first column. A time zone is turned into UTC.
        target: names of the columns to forecast; (): all that are neither times nor named in `inputs` and `known`.
        inputs: names of columns whose past helps to forecast.
        known: names of columns that are known ahead; a forecast then needs their future too.
        fill: how to fill missing steps and values: "linear" (between neighbours), "last" (the one before), "zero";
            None: what is missing is an error.
        season: int > 0, steps; None: what the frequency suggests.
        validation: share of the steps for validation, before those of the test.
        test: share of the steps for the test, the last ones.
    Returns:
        Series
    Raises:
        ValueError: bad data; names the file, the line, the column and the fix.
        FileNotFoundError: there is no such file.
    """
    path = Path(path)
    if fill is not None:
        one_of("fill", fill, FILLS)
    header = read_header(path)
    time = header[0] if time is None else time
    inputs, known = tuple(inputs), tuple(known)
    targets = tuple(target) or tuple(name for name in header if name not in (time, *inputs, *known))
    columns = (*targets, *inputs, *known)
    if not targets:
        raise ValueError(f"{path}: line 1: no column is left to forecast; name it by `target`.")
    repeated = [name for name in (time, *columns) if (time, *columns).count(name) > 1]
    if repeated:
        raise ValueError(f"`time`, `target`, `inputs` and `known` must be different columns; {repeated[0]!r} is twice.")
    times, values, frequency, lines = read_columns(path, time, columns)
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
        notes=(*notes, *constant_columns(values, columns)),
    )


def read_columns(path, time, columns):
    """The times and numbers of a file, before anything is filled.

    Args:
        path: CSV or TSV file.
        time: name of the column of times.
        columns: names of the columns of numbers.
    Returns:
        (times: pandas.DatetimeIndex, values: <float64>[steps, columns] with NaN where missing, frequency: str, lines:
        list of int, the line of each step).
    """
    table = read_table(path, [time, *columns])
    times = _times(table, time)
    values = np.stack([_numbers(table, name) for name in columns], axis=1)
    return times, values, _frequency(table, times, time), table.lines


def shares_to_cuts(steps, validation, test):
    """(end of training, of validation, of test) in steps, from the shares of validation and test."""
    if fraction("validation", validation) + fraction("test", test) >= 1:
        raise ValueError(f"`validation` and `test` must leave steps for training, got {validation} and {test}.")
    end = steps - round(test * steps)
    return end - round(validation * steps), end, steps


def constant_columns(values, columns):
    """A note for each column that never changes: it is forecast as it is, and teaches nothing."""
    return tuple(
        f"Column {name!r} is constant, {values[0, place]:g}: it stays so in every forecast."
        for place, name in enumerate(columns)
        if (values[:, place] == values[0, place]).all()
    )


def fill_gaps(path, times, values, columns, frequency, fill, lines=None, fix=None):
    """Every step of the frequency with every value, or an error that says what is missing.

    Args:
        path: for messages.
        times: pandas.DatetimeIndex, ascending, on the grid of `frequency`.
        values: <float64>[steps, columns], NaN where missing.
        columns: names.
        frequency: str.
        fill: one of `FILLS` or None.
        lines: list of int, the line of each step, for messages; None: the place of the step, from 1.
        fix: str, what to do about what is missing, where `fill` is None; None: how to ask for it.
    Returns:
        (times, values, notes).
    """
    lines = list(range(1, len(times) + 1)) if lines is None else lines
    grid = pd.date_range(times[0], times[-1], freq=frequency)
    lost = grid.difference(times)
    holes = np.argwhere(np.isnan(values))
    found = []
    if len(lost):
        before = times.searchsorted(lost[0]) - 1
        found.append(
            f"{len(lost):,} of {len(grid):,} steps {_are(lost)} missing, the first at {lost[0]}, after line "
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
    said = "; ".join(found)
    if fill is None:
        fix = f"Add them, or ask for `fill`: {', '.join(map(repr, FILLS))}." if fix is None else fix
        raise ValueError(f"{path}: {said}. {fix}")
    frame = pd.DataFrame(values, index=times).reindex(grid)
    if fill == "linear":
        frame = frame.interpolate("time", limit_direction="both")
    elif fill == "last":
        frame = frame.ffill().bfill()
    else:
        frame = frame.fillna(0.0)
    if frame.isna().to_numpy().any():
        empty = columns[int(np.argmax(frame.isna().to_numpy().any(axis=0)))]
        raise ValueError(f"{path}: column {empty!r} holds no value at all; leave it out.")
    return grid, frame.to_numpy(), (f"{said[0].upper()}{said[1:]}. Filled by {fill!r}.",)


def _are(found):
    return "is" if len(found) == 1 else "are"


def _times(table, name):
    written = pd.Series(table.columns[name]).astype(str)
    times = pd.to_datetime(written, errors="coerce", utc=True, format="ISO8601")
    if times.isna().any():
        times = pd.to_datetime(written, errors="coerce", utc=True)  # as the first of them is written
    if times.isna().any():
        row = int(np.argmax(times.isna()))
        raise ValueError(
            f"{table.path}: line {table.lines[row]}: column {name!r} holds {written[row]!r}, which is no time like "
            f"that of line {table.lines[0]} ({written[0]!r}). Write all times alike, as 2024-01-31 or 2024-01-31 18:00."
        )
    times = pd.DatetimeIndex(times).tz_localize(None).as_unit("s")
    steps = np.diff(times.asi8)
    if (steps <= 0).any():
        row = int(np.argmax(steps <= 0)) + 1
        here, before = (f"line {table.lines[place]}" for place in (row, row - 1))
        if steps[row - 1] == 0:
            raise ValueError(
                f"{table.path}: {here}: column {name!r} repeats the time of {before}, {written[row]}. Keep one row a "
                "time; a file with several series is cut into a file each."
            )
        raise ValueError(
            f"{table.path}: {here}: column {name!r}: {written[row]} comes after {written[row - 1]} of {before}. Sort "
            "the rows by time."
        )
    return times


def _frequency(table, times, name):
    if len(times) < 3:
        raise ValueError(f"{table.path} holds {len(times)} steps; a series needs 3 at least to show its frequency.")
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
        # A grid that is mostly empty is no frequency of these times.
        if times.isin(grid).all() and 2 * len(times) > len(grid):
            return grid.freqstr
    row = int(np.argmax(steps % usual != 0)) + 1
    raise ValueError(
        f"{table.path}: line {table.lines[row]}: column {name!r}: {times[row]} comes "
        f"{pd.Timedelta(seconds=steps[row - 1])} after the row before, where the usual step is "
        f"{pd.Timedelta(seconds=usual)}. Give one row a step, of one frequency."
    )


def _numbers(table, name):
    written = pd.Series(table.columns[name]).astype(str).str.strip()
    numbers = pd.to_numeric(written, errors="coerce").to_numpy("float64", copy=True)
    absent = written.str.lower().isin(_ABSENT).to_numpy()
    wrong = ~np.isfinite(numbers) & ~absent
    if wrong.any():
        row = int(np.argmax(wrong))
        hint = " Write it with a point and without separators, as 1234.5." if "," in written[row] else ""
        raise ValueError(
            f"{table.path}: line {table.lines[row]}: column {name!r} holds {written[row]!r}, which is no finite "
            f"number.{hint} Mend it, leave it empty for a missing value, or leave the column out."
        )
    numbers[absent] = np.nan
    return numbers
