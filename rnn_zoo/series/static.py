"""Columns that are constant in each series: numbers as they are, words as one column of 0 and 1 for each word."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from rnn_zoo.series.rows import Rows
from rnn_zoo.types import Tensor

_MOST_WORDS = 50


@dataclasses.dataclass(frozen=True)
class Static:
    """The static columns of a file.

    Args:
        values: {column: its words in the order of their columns; () for a column of numbers}.
    """

    values: dict[str, tuple[str, ...]]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns of numbers that they become."""
        return tuple(
            name
            for column, words in self.values.items()
            for name in ([f"{column}={word}" for word in words] or [column])
        )


def static_columns(
    path: Path, rows: Rows, columns: Sequence[str], known: dict[str, tuple[str, ...]] | None = None
) -> tuple[Tensor, Static]:
    """The static columns of a file as numbers.

    Args:
        path: the file, for errors.
        rows: its rows, with the texts of the columns.
        columns: names of the static columns.
        known: the words of each column in training, in whose columns words that are new are 0; None: those of the file.
    Returns:
        (<float64>[rows, columns], what the columns are).
    Raises:
        ValueError: a column varies within a series, or has too many words; names the line and the column.
    """
    arrays, kept = [np.zeros((len(rows.lines), 0))], {}
    for name in columns:
        written = pd.Series(rows.texts[name]).astype(str).str.strip()
        first = np.repeat(rows.bounds[:-1], np.diff(rows.bounds))
        varies = np.flatnonzero(written.to_numpy() != written.to_numpy()[first])
        if len(varies):
            row = int(varies[0])
            raise ValueError(
                f"{path}: line {rows.lines[row]}: column {name!r} holds {written[row]!r}, and {written[first[row]]!r} "
                f"in line {rows.lines[first[row]]} of the same series; a `static` column is constant in each. Give it "
                "as one of the `inputs` or `known` columns."
            )
        numbers = pd.to_numeric(written, errors="coerce").to_numpy("float64")
        words = known[name] if known is not None else () if np.isfinite(numbers).all() else tuple(sorted(set(written)))
        if len(words) > _MOST_WORDS:
            raise ValueError(
                f"{path}: column {name!r} has {len(words):,} words; a `static` column has at most {_MOST_WORDS}. Leave "
                "it out, or merge rare words."
            )
        kept[name] = words
        arrays.append(np.stack([written == word for word in words], axis=1) if words else numbers[:, None])
    return np.concatenate(arrays, axis=1).astype("float64"), Static(kept)
