"""Series: numbers at regular times, cut in training, validation and test."""

import dataclasses
import hashlib

import numpy as np
import pandas as pd

PARTS = ("train", "validation", "test")


@dataclasses.dataclass(frozen=True)
class Scale:
    """The mean and the standard deviation of each column, by which a network sees numbers of one size.

        z = (x - mean) / deviation

    Args:
        mean: <float64>[columns].
        deviation: <float64>[columns], 1 where a column is constant.
    """

    mean: np.ndarray
    deviation: np.ndarray

    @classmethod
    def fit(cls, values):
        """The scale of <float>[steps, columns]: of the training part, and of nothing else."""
        deviation = values.std(axis=0)
        # The rounding of a sum leaves a constant column a deviation that is not quite 0.
        constant = deviation <= 1e-12 * np.maximum(1, np.abs(values).max(axis=0))
        return cls(values.mean(axis=0), np.where(constant, 1.0, deviation))

    def apply(self, values):
        """<float>[..., columns] in units -> the same, scaled."""
        return (values - self.mean) / self.deviation

    def undo(self, values, axis=-1):
        """Scaled numbers, whose `axis` holds the first columns, -> the same in units."""
        count = values.shape[axis]
        shape = [1] * values.ndim
        shape[axis] = count
        return values * self.deviation[:count].reshape(shape) + self.mean[:count].reshape(shape)


@dataclasses.dataclass(frozen=True)
class Series:
    """Numbers at regular times.

    Args:
        name: str.
        times: pandas.DatetimeIndex, ascending, each `frequency` after the one before; no time zone.
        values: <float64>[steps, columns], finite; the targets first, then the inputs, then what is known ahead.
        targets: tuple of str, the columns to forecast.
        inputs: tuple of str, columns whose past helps.
        known: tuple of str, columns that are known ahead, such as holidays or a price list.
        frequency: str, the step as pandas writes it: "h", "D", "7D", "15min", "MS".
        season: int > 0, the steps after which the series looks alike: 24 hours, 7 days, 52 weeks.
        cuts: (int, int, int), the steps before which training, validation and test end.
        licence: str.
        source: str.
        time: str, the column of the times.
        notes: tuple of str, what a reader must know: what was filled, what is constant.
    """

    name: str
    times: pd.DatetimeIndex
    values: np.ndarray
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

    def __len__(self):
        return len(self.times)

    def __str__(self):
        sizes = ", ".join(f"{name} {stop - start:,}" for name, (start, stop) in self.parts.items())
        lines = [
            f"{self.name}: {len(self):,} steps of {self.frequency} from {self.times[0]} to {self.times[-1]} ({sizes}); "
            f"to forecast: {', '.join(self.targets)}",
            *self.notes,
        ]
        return "\n".join(lines)

    @property
    def columns(self):
        """tuple of str, the names of the columns of `values`."""
        return (*self.targets, *self.inputs, *self.known)

    @property
    def parts(self):
        """dict, the name of a part -> (first step, step after the last)."""
        return dict(zip(PARTS, zip((0, *self.cuts[:-1]), self.cuts, strict=True), strict=True))

    @property
    def digest(self):
        """str, SHA-256 of times and values, by which a run knows whether it would learn the same again."""
        return hashlib.sha256(self.times.asi8.tobytes() + self.values.tobytes()).hexdigest()

    def scale(self):
        """The `Scale` of the training part."""
        return Scale.fit(self.values[: self.cuts[0]])


def next_times(last, frequency, count):
    """pandas.DatetimeIndex of `count` steps after a time."""
    return pd.date_range(last, periods=count + 1, freq=frequency)[1:]


def season_of(frequency):
    """int, the steps of the season that a frequency suggests: the day of hours, the week of days, the year of weeks.

    Args:
        frequency: str, as pandas writes it.
    """
    offset = pd.tseries.frequencies.to_offset(frequency)
    start = pd.Timestamp("2001-01-01")
    step = (start + 12 * offset - start) / 12  # months, and days without weekends, are of no one length
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
