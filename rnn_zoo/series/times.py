"""Reads the times of a column in the form in which it writes them, which is decided over the whole column."""

import dataclasses
import datetime
import itertools
import re
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from rnn_zoo.types import Tensor

# Years come first or last, months by number or name; the first format that reads most of a column is its format.
_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y-%j")
_DAY_OR_MONTH_FIRST = tuple(
    separator.join(parts)
    for separator in "/.-"
    for parts in (("%d", "%m", "%Y"), ("%m", "%d", "%Y"), ("%d", "%m", "%y"), ("%m", "%d", "%y"))
)
_NAMED_MONTHS = ("%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y")
_MONTHS = (
    "%Y-%m",
    "%Y/%m",
    "%Y-%b",
    "%Y-%B",
    "%Y %b",
    "%Y %B",
    "%m/%Y",
    "%m-%Y",
    "%m.%Y",
    "%b %Y",
    "%B %Y",
    "%b-%Y",
    "%b-%y",
    "%b %y",
    "%B-%Y",
)
_CLOCKS = ("", "%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p", "%I %p", "%H", "%H.%M", "%H%M", "%Hh%M")
_JOINTS = (" ", "T", ", ")
_COMPACT = {10: "%Y%m%d%H", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S", 6: "%Y%m"}
_WEEKDAY = r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[.,]?\s+"
_MIDNIGHT = r"(?<=[ T])24:00(?::00)?$"
_EPOCHS = ((1e8, 1e11, "s"), (1e11, 1e14, "ms"), (1e14, 1e17, "us"), (1e17, 9e18, "ns"))
_SAMPLE = 64
_CLOSE = 0.8  # of two readings of a column, one that leaves this many more steps empty is not meant


@dataclasses.dataclass(frozen=True)
class Reading:
    """How a file writes its times and numbers; what is None is found out over the whole file.

    Args:
        time: names of the columns that make up the time: one, or year and month (and day), or date and hour.
        date_format: of the times, such as "%d/%m/%Y".
        timezone: of times without a zone, such as "Europe/Berlin"; they are read through daylight saving.
        round: the step to which times with jitter are rounded, such as "10min".
        duplicates: what becomes of rows of the same time: "mean", "sum", "first" or "last"; None: an error.
        decimal: the decimal mark, "." or ",".
    """

    time: tuple[str, ...] = ()
    date_format: str | None = None
    timezone: str | None = None
    round: str | None = None
    duplicates: str | None = None
    decimal: str | None = None

    def __post_init__(self) -> None:
        if self.timezone is not None:
            try:
                pd.Timestamp("2024-01-01").tz_localize(self.timezone)
            except (KeyError, ValueError, OSError) as error:
                raise ValueError(
                    f"`timezone` must be a name such as 'Europe/Berlin' or 'UTC', got {self.timezone!r}."
                ) from error
        if self.round is not None:
            try:
                pd.Timestamp(0).floor(self.round)
            except ValueError as error:
                raise ValueError(
                    f"`round` must be a step such as '10min', '1s' or '1h', got {self.round!r}."
                ) from error
        if self.date_format is not None and "%" not in self.date_format:
            raise ValueError(f"`date_format` must be a format such as '%d/%m/%Y', got {self.date_format!r}.")


class UnclearDates(ValueError):
    """Times that can be read in two ways.

    Args:
        formats: the two formats, as `date_format` takes them.
        text: the first time.
    """

    def __init__(self, formats: Sequence[str], text: str) -> None:
        self.formats = tuple(formats)
        first, second = (f"{pd.to_datetime(text, format=form):%d %B %Y}" for form in formats)
        super().__init__(
            f"{text!r} is {first} or {second}, and the steps are regular in both. Say which: --date-format "
            f"{formats[0]!r} or --date-format {formats[1]!r}."
        )


def parse_times(
    written: pd.Series, reading: Reading, completeness: Callable[[pd.Index], float], number: Tensor
) -> pd.Index:
    """The times of a column.

    Args:
        written: the texts of the column.
        reading: what the user says about them.
        completeness: of two readings, the one of higher completeness is meant; in [0, 1].
        number: <int>[rows], the series of each row.
    Returns:
        pandas.DatetimeIndex without a zone, NaT where a text is no time; or, for step numbers, an index of floats, NaN
        where a text is no number. Times with a zone are in UTC, except days and longer steps, which stay local.
    Raises:
        UnclearDates: two readings are complete.
    """
    written = written.str.strip()
    if reading.date_format is not None:
        times = pd.to_datetime(written, format=reading.date_format, errors="coerce", utc="%z" in reading.date_format)
        return _localised(times, written, reading, number)
    numbers = pd.to_numeric(written, errors="coerce")
    if numbers.notna().mean() > 0.5:
        return _from_numbers(written, numbers.to_numpy("float64"), reading, completeness, number)
    return _from_texts(written, reading, completeness, number)


def _from_texts(written, reading, completeness, number):
    for periods in (_quarters, _weeks):
        times = periods(written)
        if times.notna().mean() > 0.5:
            return pd.DatetimeIndex(times)
    late = written.str.contains(_MIDNIGHT, regex=True)
    plain = written.str.replace(_MIDNIGHT, "00:00", regex=True) if late.any() else written
    plain = plain.str.replace(_WEEKDAY, "", regex=True, case=False)
    times = pd.to_datetime(plain, errors="coerce", utc=True, format="ISO8601")
    if times.notna().all() or times.notna().mean() > 0.5:
        times = _localised(times, plain, reading, number)
    else:
        times = _localised(_by_format(plain, completeness), plain, reading, number)
    return times.where(~late.to_numpy(), times + pd.Timedelta(days=1)) if late.any() else times


def _by_format(written, completeness):
    """The column by the format that reads most of it; of two that do, by the one with more regular steps."""
    sample = list(dict.fromkeys(written.iloc[:: max(1, len(written) // _SAMPLE)]))
    read = {form: sum(_fits(text, form) for text in sample) for form in _formats()}
    most = max(read.values())
    if not most:
        return pd.Series(pd.NaT, index=written.index, dtype="datetime64[ns]")
    columns = {}
    for form in (form for form, count in read.items() if count == most):
        columns[form] = pd.to_datetime(written, format=form, errors="coerce", utc="%z" in form)
    whole = {form: times.notna().mean() for form, times in columns.items()}
    best = [form for form, share in whole.items() if share == max(whole.values())]
    different = [best[0], *(form for form in best[1:] if not columns[form].equals(columns[best[0]]))]
    if len(different) == 1:
        return columns[best[0]]
    kept = {form: completeness(pd.DatetimeIndex(columns[form].dropna())) for form in different}
    order = sorted(different, key=lambda form: -kept[form])
    if kept[order[1]] > _CLOSE * kept[order[0]]:
        raise UnclearDates(order[:2], written.iloc[0])
    return columns[order[0]]


def _formats():
    for date in (*_DATES, *_DAY_OR_MONTH_FIRST, *_NAMED_MONTHS):
        for joint, clock in itertools.product(_JOINTS, _CLOCKS):
            if clock:
                yield f"{date}{joint}{clock}"
                yield f"{date}{joint}{clock}%z"
                yield f"{date}{joint}{clock} %z"
        yield date
    yield from _MONTHS


def _fits(text, form):
    try:
        datetime.datetime.strptime(text, form)
    except ValueError:
        return False
    return True


def _localised(times, written, reading, number):
    """Times without a zone, from a column of times with or without one."""
    times = pd.DatetimeIndex(times)
    if written.str.contains(r"(?:Z|UTC|GMT|[+-]\d\d:?\d\d)$", regex=True).mean() > 0.5 and times.tz is not None:
        wall = pd.to_datetime(written.str.replace(r"\s*(?:Z|UTC|GMT|[+-]\d\d:?\d\d)$", "", regex=True), errors="coerce")
        return _in_utc(times.tz_convert("UTC").tz_localize(None), pd.DatetimeIndex(wall))
    times = times.tz_localize(None)
    if reading.timezone is None:
        return times
    utc = np.full(len(times), np.datetime64("NaT", times.unit))
    for place in np.unique(number):
        rows = np.flatnonzero((number == place) & times.notna())
        utc[rows] = _utc(times[rows], reading.timezone)
    return _in_utc(pd.DatetimeIndex(utc), times)


def _utc(times, timezone):
    """Local times in UTC. Times that come twice when summer time ends are told apart by their order."""
    try:
        local = times.tz_localize(timezone, ambiguous="infer", nonexistent="shift_forward")
    except ValueError:  # they come once: they are taken as the first
        local = times.tz_localize(timezone, ambiguous=np.ones(len(times), bool), nonexistent="shift_forward")
    return local.tz_convert("UTC").tz_localize(None).to_numpy()


def local_times(times: pd.Index, timezone: str | None) -> pd.Index:
    """Times as a person in a time zone reads them, with their offset; whole days are local already.

    Args:
        times: several times as `parse_times` gives them.
        timezone: zone of the file; None leaves the times as they are.
    """
    if timezone is None or not isinstance(times, pd.DatetimeIndex) or (times - times.normalize()).nunique() == 1:
        return times
    return times.tz_localize("UTC").tz_convert(timezone)


def _in_utc(utc, wall):
    """The times in UTC; in their own zone if each comes at the same time of a day, as whole days do."""
    known = wall[wall.notna()]
    daily = len(known) == len(utc) and (known - known.normalize()).nunique() == 1
    return wall if daily and known.is_unique else utc


def _quarters(written):
    found = written.str.extract(r"^(?:(?P<y>\d{4})[-/ ]?Q(?P<q>[1-4])|Q(?P<q2>[1-4])[-/ ']?(?P<y2>\d{4}))$", flags=re.I)
    year, quarter = found["y"].fillna(found["y2"]), found["q"].fillna(found["q2"])
    months = (pd.to_numeric(quarter) * 3 - 2).astype("Int64").astype("string")
    return pd.to_datetime(year + "-" + months.str.zfill(2), format="%Y-%m", errors="coerce")


def _weeks(written):
    found = written.str.extract(r"^(?P<y>\d{4})[-/ ]?W(?P<w>\d{1,2})(?:-?(?P<d>[1-7]))?$", flags=re.I)
    days = found["y"] + "-" + found["w"].str.zfill(2) + "-" + found["d"].fillna("1")
    return pd.to_datetime(days, format="%G-%V-%u", errors="coerce")


def _from_numbers(written, numbers, reading, completeness, number):
    """Compact dates, seconds since 1970, years, decimal years, or step numbers."""
    known = numbers[np.isfinite(numbers)]
    whole = bool((known == np.round(known)).all())
    lengths = written[np.isfinite(numbers)].str.len().unique()
    size = float(np.abs(known).min())
    if whole and len(lengths) == 1:
        form = "%Y%m%d" if lengths[0] == 8 else _COMPACT.get(int(lengths[0]))
        if form is not None and written.str.match(r"^(?:1[5-9]|20|21)\d\d").mean() > 0.5:
            times = pd.DatetimeIndex(pd.to_datetime(written, format=form, errors="coerce"))
            if times.notna().sum() == len(known) and completeness(times[times.notna()]) > 0:
                return _localised(times, written, reading, number)
        if lengths[0] == 4 and _are_years(known) and _ascends(known):
            return pd.DatetimeIndex(pd.to_datetime(written, format="%Y", errors="coerce"))
    for least, most, unit in _EPOCHS:
        if least <= size < most:
            return _epoch(written, numbers, unit, whole)
    if not whole and _are_years(known) and np.abs(np.diff(known)).max(initial=0) <= 2:
        return _decimal_years(numbers)
    return pd.Index(numbers)


def _are_years(known: Tensor) -> bool:
    return bool(known.min() >= 1500 and known.max() <= 2200)


def _ascends(known: Tensor) -> bool:
    return len(known) < 2 or bool((np.abs(np.diff(known)) >= 1).all()) or len(np.unique(known)) < len(known)


def _epoch(written, numbers, unit, whole):
    if whole:
        return pd.DatetimeIndex(pd.to_datetime(pd.to_numeric(written, errors="coerce"), unit=unit, errors="coerce"))
    nanoseconds = np.round(
        numbers * {"s": 1e6, "ms": 1e3, "us": 1.0, "ns": 1e-3}[unit]
    )  # microseconds are exact enough
    return pd.DatetimeIndex(pd.to_datetime(nanoseconds, unit="us", errors="coerce"))


def _decimal_years(numbers):
    """Decimal years as months, quarters or years where the step is one of these; else as days."""
    years = np.floor(numbers + 1e-6)
    parts = numbers - years
    known = np.isfinite(numbers)
    step = np.median(np.diff(np.unique(numbers[known]))) if known.sum() > 1 else 1.0
    for per_year in (1, 2, 4, 12):
        if abs(step * per_year - 1) < 0.05:
            months = (years - 1970) * 12 + np.floor(parts * per_year + 0.02) * (12 // per_year)
            times = np.full(len(numbers), np.datetime64("NaT", "s"))
            times[known] = months[known].astype("int64").astype("datetime64[M]").astype("datetime64[s]")
            return pd.DatetimeIndex(times)
    starts = np.where(known, years, 1970).astype("int64") - 1970
    first, after = (starts + k for k in (0, 1))
    first, after = (array.astype("datetime64[Y]").astype("datetime64[D]") for array in (first, after))
    days = np.floor(np.where(known, parts, 0) * (after - first).astype("int64") + 0.02).astype("int64")
    times = (first + days).astype("datetime64[s]")
    times[~known] = np.datetime64("NaT", "s")
    return pd.DatetimeIndex(times)
