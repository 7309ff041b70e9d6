"""Reads one series or many from a file with a time column; errors name the line and the column."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnn_zoo.checks import fraction, one_of, positive_integer
from rnn_zoo.files.cleaning import Cleaning
from rnn_zoo.files.tables import read_header
from rnn_zoo.series.frequency import season_of
from rnn_zoo.series.gaps import FILLS, fill_gaps
from rnn_zoo.series.rows import Rows, read_rows
from rnn_zoo.series.series import Series
from rnn_zoo.series.static import static_columns
from rnn_zoo.series.times import Reading
from rnn_zoo.types import Tensor

DUPLICATES = ("mean", "sum", "first", "last")
_PEERS = ("unique_id", "ds", "y")  # the columns of the tables that other forecasting libraries read


def read_series(
    path: str | Path,
    *,
    time: str | Sequence[str] | None = None,
    target: Sequence[str] = (),
    inputs: Sequence[str] = (),
    known: Sequence[str] = (),
    id: Sequence[str] = (),
    static: Sequence[str] = (),
    fill: str | None = None,
    season: int | None = None,
    validation: float = 0.2,
    test: float = 0.2,
    date_format: str | None = None,
    timezone: str | None = None,
    round: str | None = None,
    duplicates: str | None = None,
    decimal: str | None = None,
    clean: bool = False,
) -> Series:
    """Reads a CSV or TSV file with a column of times and columns of numbers.

    The form of the times is found out over the whole column: dates with the day or the month first, quarters, weeks,
    seconds since 1970, years, decimal years, step numbers.

    Args:
        path: the file, optionally .gz, separated by commas, semicolons, tabs or bars.
        time: name of the time column, or the names of its parts, such as year and month; None for the first column.
            Times with a zone are converted to UTC, days and longer steps stay local.
        target: names of the columns to forecast; () for all columns without another use.
        inputs: names of columns whose past helps to forecast.
        known: names of columns that are known ahead; a forecast then needs their future values.
        id: names of the columns that tell many series apart; () for one series, or for `unique_id` of a table with the
            columns unique_id, ds and y.
        static: names of columns of numbers or words that are constant in each series.
        fill: how to fill missing steps and values: "linear" (interpolation), "last" (the previous value), "zero";
            "skip" leaves them out; None: a missing value is an error.
        season: the period in steps, > 0; None: the usual one of the frequency.
        validation: fraction of the steps for validation, before those of the test part.
        test: fraction of the steps for the test part, the last ones.
        date_format: of the times, such as "%d/%m/%Y"; None: found out.
        timezone: of times without a zone, such as "Europe/Berlin".
        round: the step to which times with jitter are rounded, such as "10min".
        duplicates: what becomes of rows of the same time: "mean", "sum", "first" or "last"; None: an error.
        decimal: the decimal mark, "." or ","; None: found out.
        clean: mends what otherwise is an error, and says so in the series's `notes`: sorts the rows by time, keeps the
            first row of each time, leaves rows without a time out, and takes what is no finite number as missing.
    Raises:
        ValueError: bad data; names the file, the line, the column and the fix.
        FileNotFoundError: no such file.
    """
    path = Path(path)
    for name, value, choices in (
        ("fill", fill, FILLS),
        ("duplicates", duplicates, DUPLICATES),
        ("decimal", decimal, ".,"),
    ):
        if value is not None:
            one_of(name, value, tuple(choices))
    header = _header(path)
    id, target = tuple(id), tuple(target)
    if set(_PEERS) <= set(header) and time is None and not id:
        id, time, target = _PEERS[:1], _PEERS[1:2], target or _PEERS[2:]
    times = _time_columns(header, time, id)
    inputs, known, static = tuple(inputs), tuple(known), tuple(static)
    used = (*times, *id, *inputs, *known, *static)
    targets = target or tuple(name for name in header if name not in used)
    if not targets:
        raise ValueError(f"{path}: line 1: no column is left to forecast; name it with `target`.")
    used = (*used, *targets)
    repeated = [name for name in used if used.count(name) > 1]
    if repeated:
        raise ValueError(
            f"`time`, `target`, `inputs`, `known`, `id` and `static` must be different columns; {repeated[0]!r} is "
            "there twice."
        )
    reading = Reading(times, date_format, timezone, round, duplicates, decimal)
    cleaning = Cleaning(clean)
    columns = (*targets, *inputs, *known)
    rows = read_rows(path, reading, columns, ids=id, texts=static, cleaning=cleaning)
    features, categories = static_columns(path, rows, static)
    first = len(targets) + len(inputs)
    values = np.concatenate([rows.values[:, :first], features, rows.values[:, first:]], axis=1)
    inputs = (*inputs, *categories.names)
    columns = (*targets, *inputs, *known)
    parts, bounds, notes = _filled(path, rows, values, columns, fill)
    whole = np.concatenate([part for _, part in parts])
    lengths = np.diff(bounds)
    cuts = [shares_to_cuts(int(length), validation, test) for length in lengths]
    if id:
        cuts = np.array(cuts) + bounds[:-1, None]
    return Series(
        name=path.name,
        times=parts[0][0] if len(parts) == 1 else parts[0][0].append([part for part, _ in parts[1:]]),
        values=whole,
        targets=targets,
        inputs=inputs,
        known=known,
        frequency=rows.frequency,
        season=season_of(rows.frequency) if season is None else positive_integer("season", season),
        cuts=cuts if id else cuts[0],
        licence="that of the file",
        source=path.name,
        reading=reading,
        notes=(*cleaning.report(), *rows.notes, *notes, *constant_columns(whole, columns)),
        ids=rows.ids,
        bounds=bounds,
        id_columns=id,
        static=categories.values,
    )


def _header(path: Path) -> list[str]:
    header = read_header(path, any_separator=True)
    if header and re.search(r"\d", header[0]) and all(map(_is_number, header[1:])):
        raise ValueError(f"{path}: line 1: {header[0]!r} is data, not the name of a column; add a line of names above.")
    return header


def _time_columns(header: list[str], time: str | Sequence[str] | None, id: Sequence[str]) -> tuple[str, ...]:
    """The names of the time columns; without any named, the first column, or year, month and day where they are."""
    if isinstance(time, str):
        return (time,)
    if time:
        return tuple(time)
    free = [name for name in header if name not in id]
    lower = [name.strip().lower() for name in free]
    for parts in (("year", "month", "day"), ("year", "month"), ("year", "quarter"), ("year", "week")):
        if tuple(lower[: len(parts)]) == parts:
            return tuple(free[: len(parts)])
    return tuple(free[:1])


def _is_number(text: str) -> bool:
    try:
        return np.isfinite(float(text))
    except ValueError:
        return False


def _filled(path: Path, rows: Rows, values: Tensor, columns: Sequence[str], fill: str | None) -> Any:
    """([(times, values) of each series], bounds, notes)."""
    parts, notes = [], []
    for place, name in enumerate(rows.ids):
        part = slice(rows.bounds[place], rows.bounds[place + 1])
        times, filled, said = fill_gaps(
            path, rows.times[part], values[part], columns, rows.frequency, fill, lines=rows.lines[part], series=name
        )
        parts.append((times, filled))
        notes += [f"Series {name!r}: {note}" if name else note for note in said]
    if len(notes) > 3:
        notes = [*notes[:2], f"{len(notes) - 2:,} further series have gaps of this kind."]
    return parts, np.cumsum([0, *(len(times) for times, _ in parts)]), notes


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
