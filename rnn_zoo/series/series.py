"""Series: values at regular times, of one series or many, divided into training, validation and test part."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

import numpy as np
import pandas as pd

from rnn_zoo.series.times import Reading
from rnn_zoo.types import Tensor

PARTS = ("train", "validation", "test")


@dataclasses.dataclass(frozen=True)
class Scale:
    """Standardisation: the mean and the standard deviation of each column.

        z = (x - mean) / deviation

    Args:
        mean: <float64>[columns].
        deviation: <float64>[columns], 1 where a column is constant.
    """

    mean: Tensor
    deviation: Tensor

    @classmethod
    def fit(cls, values: Tensor) -> Scale:
        """The scale of <float>[steps, columns], which should be those of the training part only."""
        deviation = values.std(axis=0)
        # Because of rounding, the deviation of a constant column is not exactly 0.
        constant = deviation <= 1e-12 * np.maximum(1, np.abs(values).max(axis=0))
        return cls(values.mean(axis=0), np.where(constant, 1.0, deviation))

    def apply(self, values: Tensor) -> Tensor:
        """<float>[..., columns] in units -> the same, scaled."""
        return (values - self.mean) / self.deviation

    def undo(self, values: Tensor, axis: int = -1) -> Tensor:
        """Scaled values, whose `axis` holds the first columns -> the same in units."""
        count = values.shape[axis]
        shape = [1] * values.ndim
        shape[axis] = count
        return values * self.deviation[:count].reshape(shape) + self.mean[:count].reshape(shape)


@dataclasses.dataclass(frozen=True)
class Series:
    """Values at regular times, of one series or of many.

    Many series stand one after the other; each has its own times, length, and three parts.

    Args:
        name: name of the data.
        times: ascending in each series, each one `frequency` after the previous; no time zone. For step numbers, an
            index of numbers.
        values: <float64>[steps, columns], finite; the targets first, then the inputs, then the known columns.
        targets: the columns to forecast.
        inputs: columns whose past helps to forecast.
        known: columns that are known ahead, such as holidays or a price list.
        frequency: the step in pandas notation: "h", "D", "7D", "15min", "MS"; "1" for step numbers.
        season: the period in steps, > 0: 24 hours, 7 days, 52 weeks.
        cuts: the steps before which the training, validation and test part end; for many series <int>[series, 3].
        licence: licence of the data.
        source: source of the data.
        reading: the time columns of the file, and how it writes times and numbers.
        notes: remarks for the reader: filled gaps, constant columns.
        ids: names of the series; ("",) for one.
        bounds: <int>[series + 1], the first step of each series, and the number of steps; None for one series.
        id_columns: the columns of the file that name the series.
        static: {column of the file that is constant in each series: its values, each of which is an input column
            "column=value"; () for a column of numbers}.
    """

    name: str
    times: pd.Index
    values: Tensor
    targets: tuple[str, ...]
    inputs: tuple[str, ...]
    known: tuple[str, ...]
    frequency: str
    season: int
    cuts: Any
    licence: str
    source: str
    reading: Reading = dataclasses.field(default_factory=lambda: Reading(("time",)))
    notes: tuple[str, ...] = ()
    ids: tuple[str, ...] = ("",)
    bounds: Tensor = None
    id_columns: tuple[str, ...] = ()
    static: dict[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.bounds is None:
            object.__setattr__(self, "bounds", np.array([0, len(self.times)]))

    def __len__(self) -> int:
        return len(self.times)

    def __str__(self) -> str:
        sizes = ", ".join(
            f"{name} {int(np.sum(stops - starts)):,}" for name, (starts, stops) in self.member_parts.items()
        )
        many = f"{len(self.ids):,} series of {np.diff(self.bounds).min():,} to {np.diff(self.bounds).max():,} steps, "
        lines = [
            f"{self.name}: {many if self.many else ''}{len(self):,} steps of {self.frequency} from {self.times.min()} "
            f"to {self.times.max()} ({sizes}); to forecast: {', '.join(self.targets)}",
            *self.notes,
        ]
        return "\n".join(lines)

    @property
    def many(self) -> bool:
        """Whether the file names its series, even if it holds only one."""
        return bool(self.id_columns) or len(self.ids) > 1

    @property
    def time(self) -> str:
        """The name of the time column, or the names of its parts."""
        return " and ".join(self.reading.time)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns of `values`."""
        return (*self.targets, *self.inputs, *self.known)

    @property
    def parts(self) -> dict[str, tuple[int, int]]:
        """The first step of each part, and the step after its last, by name; of one series."""
        return {name: (int(starts[0]), int(stops[0])) for name, (starts, stops) in self.member_parts.items()}

    @property
    def member_parts(self) -> dict[str, tuple[Tensor, Tensor]]:
        """The first step of each part of each series, and the step after its last, by name: <int>[series]."""
        cuts = np.atleast_2d(self.cuts)
        edges = [self.bounds[:-1], *cuts.T]
        return {name: (edges[place], edges[place + 1]) for place, name in enumerate(PARTS)}

    @property
    def digest(self) -> str:
        """SHA-256 of times and values, so that a resumed run detects other data."""
        times = self.times.asi8 if isinstance(self.times, pd.DatetimeIndex) else self.times.to_numpy()
        return hashlib.sha256(times.tobytes() + self.values.tobytes()).hexdigest()

    def member(self, place: int) -> Series:
        """One of many series, as a series of its own.

        Args:
            place: the number of the series, >= 0.
        """
        start, stop = self.bounds[place], self.bounds[place + 1]
        cuts = tuple(int(cut - start) for cut in np.atleast_2d(self.cuts)[place])
        own: dict[str, Any] = {"times": self.times[start:stop], "values": self.values[start:stop], "cuts": cuts}
        return dataclasses.replace(self, **own, name=self.ids[place], ids=("",), bounds=None, id_columns=())

    def scale(self) -> Scale:
        """The `Scale` of the training part."""
        start, stop = self.parts["train"]
        return Scale.fit(self.values[start:stop])
