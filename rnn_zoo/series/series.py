"""Series: values at regular times, divided into training, validation and test part."""

from __future__ import annotations

import dataclasses
import hashlib

import numpy as np
import pandas as pd

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
    """Values at regular times.

    Args:
        name: name of the data.
        times: ascending, each one `frequency` after the previous; no time zone.
        values: <float64>[steps, columns], finite; the targets first, then the inputs, then the known columns.
        targets: the columns to forecast.
        inputs: columns whose past helps to forecast.
        known: columns that are known ahead, such as holidays or a price list.
        frequency: the step in pandas notation: "h", "D", "7D", "15min", "MS".
        season: the period in steps, > 0: 24 hours, 7 days, 52 weeks.
        cuts: the steps before which the training, validation and test part end.
        licence: licence of the data.
        source: source of the data.
        time: name of the time column.
        notes: remarks for the reader: filled gaps, constant columns.
    """

    name: str
    times: pd.DatetimeIndex
    values: Tensor
    targets: tuple[str, ...]
    inputs: tuple[str, ...]
    known: tuple[str, ...]
    frequency: str
    season: int
    cuts: tuple[int, int, int]
    licence: str
    source: str
    time: str = "time"
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.times)

    def __str__(self) -> str:
        sizes = ", ".join(f"{name} {stop - start:,}" for name, (start, stop) in self.parts.items())
        lines = [
            f"{self.name}: {len(self):,} steps of {self.frequency} from {self.times[0]} to {self.times[-1]} ({sizes}); "
            f"to forecast: {', '.join(self.targets)}",
            *self.notes,
        ]
        return "\n".join(lines)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns of `values`."""
        return (*self.targets, *self.inputs, *self.known)

    @property
    def parts(self) -> dict[str, tuple[int, int]]:
        """The first step of each part, and the step after its last, by name."""
        return dict(zip(PARTS, zip((0, *self.cuts[:-1]), self.cuts, strict=True), strict=True))

    @property
    def digest(self) -> str:
        """SHA-256 of times and values, so that a resumed run detects other data."""
        return hashlib.sha256(self.times.asi8.tobytes() + self.values.tobytes()).hexdigest()

    def scale(self) -> Scale:
        """The `Scale` of the training part."""
        return Scale.fit(self.values[: self.cuts[0]])


def next_times(last: pd.Timestamp, frequency: str, count: int) -> pd.DatetimeIndex:
    """The next `count` steps after a time."""
    return pd.date_range(last, periods=count + 1, freq=frequency)[1:]


def season_of(frequency: str) -> int:
    """The usual period of a frequency in steps: a day of hours, a week of days, a year of weeks.

    Args:
        frequency: in pandas notation.
    """
    offset = pd.tseries.frequencies.to_offset(frequency)
    start = pd.Timestamp("2001-01-01")
    step = (start + 12 * offset - start) / 12  # the mean, since months and business days vary in length
    day = pd.Timedelta(days=1)
    if step < pd.Timedelta(minutes=1):
        period = pd.Timedelta(hours=1)
    elif step < day:
        period = day
    elif step < 2 * day:
        period = 7 * day
    else:
        period = 365.25 * day
    return max(1, round(period / step))
