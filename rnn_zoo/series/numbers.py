"""Reads the numbers of columns: decimal points or commas, thousands, and words for missing values."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from rnn_zoo.files.cleaning import Cleaning
from rnn_zoo.files.tables import Table
from rnn_zoo.types import Tensor

_ABSENT = {"", "na", "n/a", "nan", "null", "none", "?", "-"}
_THOUSANDS = {".": r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$", ",": r"^[+-]?\d{1,3}(?:[. ]\d{3})+(?:,\d*)?$"}
_POINT_DECIMAL = r"^\s*[+-]?\d+\.(?:\d{1,2}|\d{4,})\s*$"  # 1.5, but not 1.500
_COMMA_DECIMAL = r"^[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+)?,(?:\d{1,2}|\d{4,}|\d*[eE][+-]?\d+)$|\.\d{3},"


def decimal_of(table: Table, columns: Sequence[str]) -> str:
    """The decimal mark of a file: "," if a number has one that cannot stand between thousands, else ".".

    Raises:
        ValueError: "1,234" may be 1.234 or 1234, and no other number tells.
    """
    unclear = None
    if any(pd.Series(table.columns[name]).astype(str).str.match(_POINT_DECIMAL).any() for name in columns):
        return "."
    for name in columns:
        written = pd.Series(table.columns[name]).astype(str).str.strip()
        commas = written[written.str.contains(",", regex=False)]
        if commas.str.contains(_COMMA_DECIMAL, regex=True).any():
            return ","
        if unclear is None and len(commas) and not commas.str.contains(r"\.|,\d+,", regex=True).any():
            unclear = name, commas.index[0], commas.iloc[0]
        elif len(commas):
            return "."
    if unclear is None:
        return "."
    name, row, text = unclear
    digits = text.replace(",", "")
    raise ValueError(
        f"{table.path}: line {table.lines[row]}: column {name!r}: {text!r} is {text.replace(',', '.')} or {digits}. "
        "Say which: --decimal , for a decimal comma, or --decimal . for a comma between thousands."
    )


def parse_numbers(table: Table, name: str, decimal: str, cleaning: Cleaning) -> Tensor:
    """<float64>[rows], NaN where a value is missing.

    Args:
        table: the rows of a file.
        name: name of the column.
        decimal: the decimal mark, "." or ",".
        cleaning: what becomes of what is no finite number.
    """
    texts = table.columns[name]
    written = pd.Series(texts).astype(str).str.strip()
    plain: pd.Series = written
    marked = written.str.contains(r"[,  ]", regex=True)
    if marked.any():
        thousands = written.str.match(_THOUSANDS[decimal])
        marks = {".": ",", ",": r"[.  ]"}[decimal]
        plain = plain.where(~thousands, plain.str.replace(marks, "", regex=True))
        if decimal == ",":
            plain = plain.str.replace(",", ".", regex=False)
    elif decimal == ",":
        dotted = written.str.match(_THOUSANDS[","])
        plain = plain.where(~dotted, plain.str.replace(".", "", regex=False))
    numbers = pd.to_numeric(plain, errors="coerce").to_numpy("float64", copy=True)
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


def duplicate_rows(keys: pd.DataFrame, values: Tensor, how: str) -> tuple[Tensor, Tensor]:
    """One row per key.

    Args:
        keys: [rows, columns], the ids and the time; equal keys follow each other.
        values: <float64>[rows, columns].
        how: "mean", "sum", "first" or "last"; missing values are left out.
    Returns:
        (<int>[keys] the first row of each key, <float64>[keys, columns]).
    """
    number = keys.ne(keys.shift()).any(axis=1).cumsum().to_numpy()
    rows = np.flatnonzero(np.append(True, np.diff(number) > 0))
    groups = pd.DataFrame(values).groupby(number, sort=False)
    actions: Mapping[str, pd.DataFrame] = {
        "mean": groups.mean(),
        "sum": groups.sum(min_count=1),
        "first": groups.first(),
        "last": groups.last(),
    }
    return rows, actions[how].to_numpy()
