"""Gaps of a series: missing steps and values are filled, skipped or refused."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rnn_zoo.series.frequency import are_holidays, grid
from rnn_zoo.types import Tensor

SKIP = "skip"
FILLS = ("linear", "last", "zero", SKIP)


def fill_gaps(
    path: str | Path,
    times: pd.Index,
    values: Tensor,
    columns: Sequence[str],
    frequency: str,
    fill: str | None,
    lines: Sequence[int] | None = None,
    fix: str | None = None,
    series: str = "",
) -> tuple[pd.Index, Tensor, tuple[str, ...]]:
    """Adds missing steps and values.

    Args:
        path: for error messages.
        times: ascending, on the grid of `frequency`.
        values: <float64>[steps, columns], NaN where missing.
        columns: names of the columns.
        frequency: in pandas notation.
        fill: one of `FILLS`; "skip" keeps the rows that are there, one after the other, as for hours of business or a
            season of the year; None: a missing value is an error, except that few missing weekdays of business days
            are holidays, which are skipped.
        lines: the line of each step, for error messages; None: the number of the step, from 1.
        fix: sentence that ends the error; None: one that names the option `fill`.
        series: name of the series, for messages; "" for a file with one.
    Returns:
        (times, values, notes).
    Raises:
        ValueError: `fill` is None and values are missing, or a column has no value.
    """
    lines = list(range(1, len(times) + 1)) if lines is None else lines
    steps = grid(times[0], times[-1], frequency)
    absent = steps.difference(times)
    notes: tuple[str, ...] = ()
    if fill is None and len(absent) and are_holidays(len(absent), len(steps), frequency):
        notes = (f"{len(absent):,} of {len(steps):,} weekdays have no row: they are taken as holidays.",)
        steps, absent = times, times[:0]
    if fill == SKIP:
        return _skipped(path, times, values, columns, steps, series)
    holes = np.argwhere(np.isnan(values))
    found = []
    if len(absent):
        before = times.searchsorted(absent[0]) - 1
        found.append(
            f"{len(absent):,} of {len(steps):,} steps {_are(absent)} missing, the first at {absent[0]}, after line "
            f"{lines[before]}"
        )
    if len(holes):
        row, column = holes[0]
        found.append(
            f"{len(holes):,} {'value' if len(holes) == 1 else 'values'} {_are(holes)} missing, the first at line "
            f"{lines[row]}, column {columns[column]!r} ({times[row]})"
        )
    if not found:
        return times, values, notes
    missing = "; ".join(found)
    if fill is None:
        options = ", ".join(map(repr, FILLS))
        fix = f"Add them, or set `fill` to one of {options}: --fill linear." if fix is None else fix
        raise ValueError(f"{path}: {f'series {series!r}: ' if series else ''}{missing}. {fix}")
    frame = pd.DataFrame(values, index=times).reindex(steps)
    if fill == "linear":
        frame = frame.interpolate("index", limit_direction="both")
    elif fill == "last":
        frame = frame.ffill().bfill()
    else:
        frame = frame.fillna(0.0)
    if frame.isna().to_numpy().any():
        empty = columns[int(np.argmax(frame.isna().to_numpy().any(axis=0)))]
        where = f"series {series!r}: " if series else ""
        raise ValueError(f"{path}: {where}column {empty!r} has no value; leave it out.")
    return steps, frame.to_numpy(), (f"{missing[0].upper()}{missing[1:]}. Filled by {fill!r}.",)


def _skipped(path, times, values, columns, steps, series):
    """The rows without a missing value."""
    whole = ~np.isnan(values).any(axis=1)
    if not whole.any():
        empty = columns[int(np.argmax(np.isnan(values).all(axis=0)))]
        raise ValueError(f"{path}: {f'series {series!r}: ' if series else ''}column {empty!r} has no value.")
    absent = len(steps) - int(whole.sum())
    notes = (f"{absent:,} of {len(steps):,} steps {'is' if absent == 1 else 'are'} skipped.",) if absent else ()
    return times[whole], values[whole], notes


def _are(found: Any) -> str:
    return "is" if len(found) == 1 else "are"
