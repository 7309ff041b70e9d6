"""Result files: one number a row, written by the run that measured it, and the tables made from them.

python -m rnn_zoo.evaluation.results results/imdb_sentiment.csv                   # prints the table
python -m rnn_zoo.evaluation.results results/imdb_sentiment.csv --into README.md  # rewrites it between its markers
"""

import csv
import sys
from pathlib import Path

from rnn_zoo.evaluation.system_rows import system_rows
from rnn_zoo.files import atomic_file

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
_ORDER_SHARES = {
    "different": "order_pairs_told_apart",
    "ordered_right": "sentiment_pairs_right",
    "both_right": "sentiment_pairs_both_labels_right",
}


def rows(report, *, recipe, data, seed, command, hardware=None, versions=None):
    """The rows of a report: each number of the model and of each baseline.

    Args:
        report: dict that `evaluation.report` returned.
        recipe: str, the recipe's name.
        data: str, the data set's name.
        seed: int, the run's seed.
        command: str, the command line that makes these numbers again.
        hardware: str. Defaults to this machine's, see `this_hardware`.
        versions: str. Defaults to the installed ones, see `these_versions`.

    Returns:
        list of dicts with the keys `COLUMNS`.
    """
    made_by = {"recipe": recipe, "data": data, "seed": seed, "command": command}
    return system_rows(report, _numbers, **made_by, hardware=hardware, versions=versions)


def _numbers(system):
    numbers = {name: system[name] for name in ("accuracy", "macro_f1", "log_loss", "calibration_error")}
    for share, metric in _ORDER_SHARES.items():
        if system["order"] and share in system["order"]:
            numbers[metric] = system["order"][share]
    return numbers


def append(path, rows):
    """Adds rows to a result file; a row of the same `KEY` takes the old one's place. Atomic.

    Args:
        path: the CSV file; made with its header where there is none.
        rows: dicts with exactly the keys `COLUMNS`, one number each.

    Raises:
        ValueError: a row with other columns or a value that is no number, or a file that is no result file. The file
            is left as it was.
    """
    path = Path(path)
    fresh = []
    for row in rows:
        if set(row) != set(COLUMNS):
            wrong = ", ".join(sorted(set(row) ^ set(COLUMNS)))
            raise ValueError(f"`rows` must have exactly the columns {', '.join(COLUMNS)}; missing or extra: {wrong}.")
        _number(row["value"], f"`rows`, metric {row['metric']!r}")
        fresh.append({column: str(row[column]) for column in COLUMNS})
    kept = {tuple(row[column] for column in KEY): row for row in (read(path) if path.exists() else [])}
    kept |= {tuple(row[column] for column in KEY): row for row in fresh}
    with atomic_file(path, newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept.values())


def read(path):
    """Reads a result file.

    Args:
        path: the CSV file.

    Returns:
        list of dicts of str, with the keys `COLUMNS`.

    Raises:
        ValueError: another header, a row of another length, or a value that is no number, with file and line.
    """
    found = []
    with open(path, encoding="utf-8", newline="") as file:
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


if __name__ == "__main__":
    from rnn_zoo.evaluation.result_table import main

    sys.exit(main())
