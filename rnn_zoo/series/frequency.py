"""The frequency of times: the step from one to the next, in pandas notation, or as a number for step numbers."""

import numpy as np
import pandas as pd

from rnn_zoo.types import Tensor

_CALENDAR = (
    *("MS", "ME", "BMS", "BME", "QS-JAN", "QS-FEB", "QS-MAR", "QE-MAR", "QE-JAN", "QE-FEB"),
    *(f"{kind}-{month:%b}".upper() for kind in ("YS", "YE") for month in pd.date_range("2001", periods=12, freq="MS")),
    *("2MS", "6MS", "2ME", "6ME"),
)
# Days between rows of one month, quarter or year, whatever the day: (least, most, frequency, unit).
_ONE_ROW_EACH = ((25, 37, "MS", "M"), (80, 100, "QS-JAN", "Q"), (350, 380, "YS-JAN", "Y"))
_BASES = {"M": 1, "Q": 3, "Y": 12}
_HOLIDAYS = 0.1  # of the weekdays of a series of business days may be missing


def find_frequency(times: pd.Index) -> tuple[pd.Index, str] | None:
    """The frequency of ascending times, and the times on its grid; None if their steps have none.

    Days of months that vary, such as the 15th or the last Friday, become the first day of the month.

    Args:
        times: pandas.DatetimeIndex, or an index of numbers; ascending, at least two.
    """
    if not isinstance(times, pd.DatetimeIndex):
        return _number_frequency(times)
    steps = np.diff(times.asi8)
    day = int(pd.Timedelta(days=1).as_unit(times.unit)._value)
    sizes, counts = np.unique(steps, return_counts=True)
    usual = int(sizes[counts.argmax()])
    if usual == day and (times.dayofweek < 5).all() and (steps > day).any():
        return times, "B"  # no weekends
    if (steps % usual == 0).all() and not (usual >= 28 * day and len(sizes) > 1):
        if usual % day:
            return times, pd.tseries.frequencies.to_offset(pd.Timedelta(usual, unit=times.unit)).freqstr
        return times, "D" if usual == day else f"{usual // day}D"
    if usual < 26 * day:
        return None
    for frequency in _CALENDAR:
        calendar_grid = pd.date_range(times[0], times[-1], freq=frequency)
        # A grid that is mostly empty is not the frequency of these times.
        if times.isin(calendar_grid).all() and 2 * len(times) > len(calendar_grid):
            return times, calendar_grid.freqstr
    for least, most, frequency, unit in _ONE_ROW_EACH:
        starts = _starts(times, _BASES[unit])
        if least * day <= usual <= most * day and starts.is_unique:
            return starts, frequency
    return None


def _starts(times, months):
    """The first day of the group of months in which each time lies."""
    count = (times.to_numpy().astype("datetime64[M]").astype("int64") // months) * months
    return pd.DatetimeIndex(count.astype("datetime64[M]").astype("datetime64[s]"))


def _number_frequency(times):
    numbers = times.to_numpy("float64")
    steps = np.round(np.diff(numbers), 9)
    sizes, counts = np.unique(steps, return_counts=True)
    usual = float(sizes[counts.argmax()])
    places = (numbers - numbers[0]) / usual
    if (np.abs(places - np.round(places)) > 1e-3).any():
        return None
    return (times.astype("int64") if (numbers == np.round(numbers)).all() else times), f"{usual:g}"


def completeness(times: pd.Index) -> float:
    """The number of times as a fraction of the steps from the first to the last; 0 without a frequency."""
    times = times.unique()
    if len(times) < 3:
        return 0.0
    if not times.is_monotonic_increasing:
        times = times[::-1] if times.is_monotonic_decreasing else times.sort_values()
    found = find_frequency(times)
    return 0.0 if found is None else len(times) / len(grid(times[0], times[-1], found[1]))


def is_number(frequency: str) -> bool:
    """Whether a frequency is that of step numbers."""
    return frequency.replace(".", "", 1).isdigit()


def grid(first: pd.Timestamp | float, last: pd.Timestamp | float, frequency: str) -> pd.Index:
    """All times of a frequency from the first to the last."""
    if not is_number(frequency):
        return pd.date_range(first, last, freq=frequency)
    step = float(frequency)
    numbers = first + step * np.arange(round((last - first) / step) + 1)
    return pd.Index(np.round(numbers, 9)).astype("int64" if isinstance(first, int | np.integer) else "float64")


def next_times(last: pd.Timestamp | float, frequency: str, count: int) -> pd.Index:
    """The next `count` steps after a time."""
    if is_number(frequency):
        return grid(last, last + count * float(frequency), frequency)[1:]
    after = pd.date_range(last, periods=count + 1, freq=frequency)
    return after[after > last][:count]


def are_holidays(absent: int, steps: int, frequency: str) -> bool:
    """Whether missing steps are the holidays of business days: few of them."""
    return frequency == "B" and absent <= max(1, _HOLIDAYS * steps)


def season_of(frequency: str) -> int:
    """The usual period of a frequency in steps: a day of hours, a week of days, a year of weeks; 1 for step numbers.

    Args:
        frequency: in pandas notation.
    """
    if is_number(frequency):
        return 1
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


def rounding_of(times: pd.DatetimeIndex) -> str | None:
    """The step to which times with jitter can be rounded, such as "10min"; None if their steps differ otherwise."""
    seconds = times.asi8 / pd.Timedelta(seconds=1).as_unit(times.unit)._value
    steps = np.diff(seconds)
    usual = np.median(steps)
    nice = min((1, 5, 10, 15, 30, 60, 300, 600, 900, 1800, 3600, 21600, 86400), key=lambda step: abs(step - usual))
    if abs(nice - usual) > 0.1 * nice or _off(steps, nice) > 0.3:
        return None
    rounded: Tensor = np.round(seconds / nice)
    if (np.diff(rounded) < 1).any():
        return None
    names = {86_400: "1D", 3_600: "h", 60: "min", 1: "s"}
    unit = next(size for size in names if nice % size == 0)
    return names[unit] if unit == 86_400 else f"{nice // unit}{names[unit]}"


def _off(steps, step):
    """The greatest distance of a step from a multiple of another, in steps."""
    return float(np.abs(steps / step - np.round(steps / step)).max())
