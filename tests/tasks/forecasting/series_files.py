"""Small series for tests: a file, and a series in memory."""

import numpy as np
import pandas as pd

from rnn_zoo.series.file import shares_to_cuts
from rnn_zoo.series.series import Series


def write(path, rows, header="time,sales,holiday"):
    """A CSV file of rows given as strings."""
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def daily_rows(count, start="2024-01-01"):
    """Rows "day, number, 0 or 1": a week that repeats on a slope."""
    days = pd.date_range(start, periods=count, freq="D")
    return [f"{day:%Y-%m-%d},{10 + day.dayofweek + 0.1 * place:.2f},{int(day.dayofweek == 6)}" for place, day in
            enumerate(days)]  # fmt: skip


def series(steps=120, targets=("a", "b"), known=("holiday",), noise=0.1, validation=0.3, test=0.2):
    """Weekly waves, one a target, with noise; seven steps a season."""
    generator = np.random.default_rng(0)
    place = np.arange(steps)
    values = [5 * (index + 1) + np.sin(2 * np.pi * (place + index) / 7) for index in range(len(targets))]
    values = [column + noise * generator.standard_normal(steps) for column in values]
    values += [(place % 7 == 6).astype(float) for _ in known]
    return Series(
        name="waves",
        times=pd.date_range("2024-01-01", periods=steps, freq="D").as_unit("s"),
        values=np.stack(values, axis=1),
        targets=tuple(targets),
        inputs=(),
        known=tuple(known),
        frequency="D",
        season=7,
        cuts=shares_to_cuts(steps, validation, test),
        licence="none",
        source="made here",
    )
