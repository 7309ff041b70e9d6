"""Result files: one number per row, written by the run that measured it."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock

from rnn_zoo.files import atomic_file
from rnn_zoo.files.reading import plain_file, reading

COLUMNS = (
    "recipe",
    "data",
    "split",
    "model",
    "seed",
    "metric",
    "value",
    "parameters",
    "train_seconds",
    "hardware",
    "versions",
    "command",
)
KEY = ("recipe", "data", "split", "model", "seed", "metric", "command")


def append(path: str | Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Adds rows to a result file; a row replaces an older one with the same `KEY`. Atomic.

    Several processes may add rows at once: each waits for the others, with a lock file ".NAME.lock" beside the file.

    Args:
        path: the CSV file; created with its header if there is none.
        rows: dicts with exactly the keys `COLUMNS`, one number each.

    Raises:
        ValueError: a row has other columns or a value that is not a number, or the file is not a result file. The file
            is unchanged then.
    """
    path = Path(path)
    fresh = []
    for row in rows:
        if set(row) != set(COLUMNS):
            wrong = ", ".join(sorted(set(row) ^ set(COLUMNS)))
            raise ValueError(f"`rows` must have exactly the columns {', '.join(COLUMNS)}; missing or extra: {wrong}.")
        _number(row["value"], f"`rows`, metric {row['metric']!r}")
        fresh.append({column: str(row[column]) for column in COLUMNS})
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_name(f".{path.name}.lock")):
        kept = {tuple(row[column] for column in KEY): row for row in (read(path) if path.exists() else [])}
        kept |= {tuple(row[column] for column in KEY): row for row in fresh}
        with atomic_file(path, newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(kept.values())


def read(path: str | Path) -> list[dict[str, str]]:
    """The rows of a result file, each with the keys `COLUMNS`.

    Raises:
        ValueError: another header, a row of another length, or a value that is not a number; names file and line.
    """
    found = []
    path = plain_file(path, "results")
    with reading(path, "a result file", "Name another."), open(path, encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader, None)
        if header != list(COLUMNS):
            raise ValueError(f"{path}, line 1: expected the header {','.join(COLUMNS)}; got {','.join(header or [])}.")
        for row in reader:
            place = f"{path}, line {reader.line_num}"
            if len(row) != len(COLUMNS):
                raise ValueError(f"{place}: expected {len(COLUMNS)} columns, got {len(row)}.")
            _number(row[COLUMNS.index("value")], place)
            found.append(dict(zip(COLUMNS, row, strict=True)))
    return found


def _number(value, place):
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{place}: expected a number as value, got {value!r}.") from None
