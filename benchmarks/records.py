"""results/benchmarks.csv: one number per row, written by the run that measured it."""

import csv
from pathlib import Path

from rnn_zoo.files import atomic_file

COLUMNS = (
    "benchmark",
    "case",
    "contestant",
    "metric",
    "value",
    "unit",
    "lower_quartile",
    "upper_quartile",
    "samples",
    "rival",
    "ratio",
    "floor",
    "share_of_floor",
    "gflops",
    "hardware",
    "versions",
    "command",
)
NUMBERS = ("value", "lower_quartile", "upper_quartile", "samples", "ratio", "floor", "share_of_floor", "gflops")
# Metric -> (unit, whether more is better; None: no ratio is computed).
METRICS = {
    "step time": ("ms", False),
    "epoch time": ("s", False),
    "latency p50": ("ms", False),
    "latency p90": ("ms", False),
    "peak memory": ("MB", False),
    "file size": ("MB", False),
    "throughput": ("texts/s", True),
    "validation accuracy": ("", None),
}


def read(path):
    """Reads a file of benchmark rows.

    Args:
        path: the CSV file.

    Returns:
        list of dicts of str, with the keys `COLUMNS`; empty strings where a number does not apply.

    Raises:
        ValueError: another header, a row of another length or an invalid number; the error has file and line.
    """
    found = []
    with open(path, encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader, None)
        if header != list(COLUMNS):
            raise ValueError(f"{path}, line 1: expected the header {','.join(COLUMNS)}; got {','.join(header or [])}.")
        for values in reader:
            place = f"{path}, line {reader.line_num}"
            if len(values) != len(COLUMNS):
                raise ValueError(f"{place}: expected {len(COLUMNS)} columns, got {len(values)}.")
            row = dict(zip(COLUMNS, values, strict=True))
            for column in NUMBERS:
                _check_number(row[column], place, column)
            found.append(row)
    return found


def replace(path, benchmark, rows):
    """Replaces all rows of one benchmark and keeps those of the others. Atomic.

    Args:
        path: the CSV file; created with its header if there is none.
        benchmark: str, its name in the column "benchmark".
        rows: dicts with the keys `COLUMNS`.

    Raises:
        ValueError: the file has other columns. It is unchanged then.
    """
    path = Path(path)
    kept = [row for row in (read(path) if path.exists() else []) if row["benchmark"] != benchmark]
    with atomic_file(path, newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows([*kept, *rows])


def compared(rows, rivals):
    """Adds `rival` and `ratio` to each row: the best rival of its case and metric, and how much better the row is.

        ratio = rival's value / value         if less is better (time, memory)
        ratio = value / rival's value         if more is better (throughput)

    Args:
        rows: dicts with "case", "contestant", "metric" and a float "value".
        rivals: names of the contestants that the others are compared with.

    Returns:
        list of dicts, copies with "rival" and "ratio"; None if there is no rival or its value is 0.
    """
    made = []
    for row in rows:
        more_is_better = METRICS[row["metric"]][1]
        compared_with = [
            other
            for other in rows
            if (other["case"], other["metric"]) == (row["case"], row["metric"]) and other["contestant"] in rivals
        ]
        if not compared_with or more_is_better is None:
            made.append({**row, "rival": None, "ratio": None})
            continue
        best = (max if more_is_better else min)(compared_with, key=lambda other: other["value"])
        above, below = (row, best) if more_is_better else (best, row)
        ratio = above["value"] / below["value"] if below["value"] else None  # too little memory to measure
        made.append({**row, "rival": best["contestant"], "ratio": ratio})
    return made


def _check_number(text, place, column):
    if text == "" and column != "value":
        return
    try:
        float(text)
    except ValueError:
        raise ValueError(f"{place}: expected a number as {column}, got {text!r}.") from None
