"""M4: the series of the M4 forecasting competition, from the files that its organisers publish."""

import csv
import gzip
import os
from pathlib import Path

import numpy as np
import pandas as pd

from rnn_zoo.checks import one_of
from rnn_zoo.files.reading import plain_file
from rnn_zoo.series.series import Series
from rnn_zoo.series.times import Reading

# Steps of a season, by which the competition scales errors.
SEASONS = {"hourly": 24, "daily": 1, "weekly": 1, "monthly": 12, "quarterly": 4, "yearly": 1}


def load_m4(group: str, folder: str | Path | None = None) -> Series:
    """The series of a group of M4, with the official test part.

    The validation part is as long as the test part and lies before it. The files have no times, so the steps of each
    series have the numbers from 1 on.

    Args:
        group: "hourly", "daily", "weekly", "monthly", "quarterly" or "yearly".
        folder: folder of the files GROUP_train.csv and GROUP_test.csv, optionally .gz; None: the variable M4_DIR.
    Raises:
        ValueError: an unknown group, no folder, or a file that is not of M4.
        FileNotFoundError: a file is missing.
    Reference: Makridakis et al. 2020, "The M4 competition: 100,000 time series and 61 forecasting methods".
    """
    one_of("group", group, SEASONS)
    folder = Path(folder or os.environ.get("M4_DIR", ""))
    if not folder.name:
        raise ValueError(
            "M4 is not in the package: download the files of the competition (github.com/Mcompetitions/M4-methods), "
            "and name their folder in the variable M4_DIR."
        )
    past, test = (_rows(folder, f"{group}_{part}.csv") for part in ("train", "test"))
    ids = tuple(past)
    if set(ids) != set(test):
        raise ValueError(f"{folder}: {group}_train.csv and {group}_test.csv hold different series.")
    horizon = len(test[ids[0]])
    lengths = np.array([len(past[name]) for name in ids])
    ends = np.cumsum(lengths + horizon)
    starts = ends - lengths - horizon
    return Series(
        name=f"m4_{group}",
        times=pd.Index(np.concatenate([np.arange(1, length + horizon + 1) for length in lengths])),
        values=np.concatenate([[*past[name], *test[name]] for name in ids])[:, None],
        targets=("value",),
        inputs=(),
        known=(),
        frequency="1",
        season=SEASONS[group],
        cuts=np.stack([ends - 2 * horizon, ends - horizon, ends], axis=1),
        licence="not stated",
        source="M4 competition, Makridakis et al. 2020",
        reading=Reading(("step",)),
        ids=ids,
        bounds=np.append(starts, ends[-1]),
        id_columns=("id",),
    )


def _rows(folder: Path, name: str) -> dict[str, list[float]]:
    """{id: values} of a file with one series a row."""
    path = folder / name
    path = path if path.exists() else folder / f"{name}.gz"
    opened = gzip.open if plain_file(path, "series").name.endswith(".gz") else open
    found = {}
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.reader(file), start=1):
            try:
                found[row[0]] = [float(text) for text in row[1:] if text]
            except ValueError as error:
                if line > 1:  # the first line may hold the names of columns
                    raise ValueError(f"{path}: line {line}: not a series of M4 ({error}).") from error
    return found
