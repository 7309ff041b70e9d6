"""The forms in which files write time: read rightly, or refused with a fix that works."""

import re
import shlex

import numpy as np
import pandas as pd
import pytest
from series_files import write

from rnn_zoo.series.file import read_series

STEPS = 30


def dates(form, frequency="D", start="2024-01-01", steps=STEPS):
    """The texts of regular times, and the times."""
    times = pd.date_range(start, periods=steps, freq=frequency)
    return [time.strftime(form) for time in times], times


def unpadded(form, **options):
    texts, times = dates(form, **options)
    return [re.sub(r"\b0(\d)", r"\1", text) for text in texts], times


def seconds(factor, start="2024-01-01", frequency="h"):
    """Numbers since 1970."""
    times = pd.date_range(start, periods=STEPS, freq=frequency)
    return [f"{int(value) * factor}" for value in times.as_unit("s").asi8], times


def decimals(per_year, offset):
    """Decimal years, from the first or the middle of a step."""
    frequency = {12: "MS", 4: "QS"}[per_year]
    times = pd.date_range("1958-01-01", periods=STEPS, freq=frequency)
    return [f"{1958 + (place + offset) / per_year:.4f}" for place in range(STEPS)], times


def with_zone(texts, offset):
    return [text + offset for text in texts]


def berlin(frequency):
    """Times with the offset of the zone, through the end of winter time."""
    times = pd.date_range("2024-03-30", periods=STEPS, freq=frequency, tz="Europe/Berlin")
    return [time.isoformat() for time in times], times


days, day_times = dates("%Y-%m-%d")
READ = {
    "iso days": dates("%Y-%m-%d"),
    "iso minutes": dates("%Y-%m-%d %H:%M", "15min"),
    "iso seconds, T": dates("%Y-%m-%dT%H:%M:%S", "30s"),
    "iso, Z": dates("%Y-%m-%dT%H:%M:%SZ", "h"),
    "iso, offset": (with_zone(dates("%Y-%m-%dT%H:%M:%S", "h", "2024-01-01 02:00")[0], "+02:00"), dates("", "h")[1]),
    "iso, half seconds": (
        [f"2024-01-01 00:00:{place / 2:06.3f}" for place in range(STEPS)],
        pd.date_range("2024-01-01", periods=STEPS, freq="500ms"),
    ),
    "iso, milliseconds": (
        [f"2024-01-01T00:00:00.{10 * place:03d}" for place in range(STEPS)],
        pd.date_range("2024-01-01", periods=STEPS, freq="10ms"),
    ),
    "slashes, year first": dates("%Y/%m/%d"),
    "dots, year first": dates("%Y.%m.%d %H:%M", "h"),
    "iso without zeros": unpadded("%Y-%m-%d"),
    "day first, slashes": dates("%d/%m/%Y"),
    "day first, dots": dates("%d.%m.%Y"),
    "day first, minutes": dates("%d.%m.%Y %H:%M", "h"),
    "month first": dates("%m/%d/%Y"),
    "month first, minutes": dates("%m/%d/%Y %H:%M", "h", steps=400),
    "month first, am and pm": dates("%m/%d/%Y %I:%M %p", "h", steps=400),
    "months, day first": dates("%d/%m/%Y", "MS", "2015-01-01"),
    "months, month first": dates("%m/%d/%Y", "MS", "2015-01-01"),
    "without zeros": unpadded("%m/%d/%Y", steps=60),
    "two digits of the year": dates("%d/%m/%y"),
    "month by name": dates("%d-%b-%Y"),
    "month by name, two digits": dates("%d-%b-%y"),
    "month by long name": dates("%d %B %Y"),
    "month by name first": dates("%b %d, %Y"),
    "weekday before": dates("%a %Y-%m-%d"),
    "weekday and month by name": dates("%A, %B %d, %Y"),
    "compact": dates("%Y%m%d"),
    "compact hours": dates("%Y%m%d%H", "h", steps=60),
    "compact seconds": dates("%Y%m%d%H%M%S", "h"),
    "compact months": dates("%Y%m", "MS"),
    "months": dates("%Y-%m", "MS"),
    "months, number first": dates("%m/%Y", "MS"),
    "months by name": dates("%b %Y", "MS"),
    "months by name, two digits": dates("%b-%y", "MS"),
    "years": dates("%Y", "YS", "1980-01-01"),
    "quarters": (
        [f"{2015 + place // 4}Q{place % 4 + 1}" for place in range(STEPS)],
        dates("", "QS", "2015-01-01")[1],
    ),
    "quarters, hyphen": (
        [f"{2015 + place // 4}-Q{place % 4 + 1}" for place in range(STEPS)],
        dates("", "QS", "2015-01-01")[1],
    ),
    "quarters, Q first": (
        [f"Q{place % 4 + 1} {2015 + place // 4}" for place in range(STEPS)],
        dates("", "QS", "2015-01-01")[1],
    ),
    "weeks": dates("%G-W%V", "7D"),
    "weeks without a hyphen": dates("%GW%V", "7D"),
    "days of weeks": dates("%G-W%V-%u"),
    "epoch seconds": seconds(1),
    "epoch milliseconds": seconds(1_000),
    "epoch nanoseconds": seconds(1_000_000_000),
    "epoch with fractions": (
        [f"{1_704_067_200 + place / 2:.1f}" for place in range(STEPS)],
        pd.date_range("2024-01-01", periods=STEPS, freq="500ms"),
    ),
    "decimal years, months": decimals(12, 0),
    "decimal years, middle of months": decimals(12, 0.5),
    "decimal years, quarters": decimals(4, 0),
    "step numbers": ([str(place) for place in range(1, STEPS + 1)], pd.RangeIndex(1, STEPS + 1)),
    "step numbers, fives": ([str(5 * place) for place in range(STEPS)], pd.RangeIndex(0, 5 * STEPS, 5)),
    "month ends": dates("%Y-%m-%d", "ME"),
    "last business days": dates("%Y-%m-%d", "BME"),
    "business days": dates("%Y-%m-%d", "B"),
    "the 15th": (
        dates("%Y-%m-15", "MS")[0],
        dates("", "MS")[1],
    ),
    "quarters from February": dates("%Y-%m-%d", "QS-FEB", "2015-02-01"),
    "fiscal years": dates("%Y-%m-%d", "YE-SEP", "1980-09-30"),
    "24:00 for midnight": (
        [f"2024-01-{1 + place // 24:02d} {place % 24 + 1:02d}:00" for place in range(STEPS)],
        dates("", "h", "2024-01-01 01:00")[1],
    ),
    "days through summer time": (berlin("D")[0], dates("", "D", "2024-03-30")[1]),
    "hours through summer time": (berlin("h")[0], dates("", "h", "2024-03-29 23:00")[1]),
    "newest first": (days[::-1], day_times),
}


@pytest.mark.parametrize("form", READ)
def test_forms_that_are_read(tmp_path, form):
    texts, times = READ[form]
    rows = [f'"{text}",{place}.5' for place, text in enumerate(texts)]
    read = read_series(write(tmp_path / "a.csv", rows, "time,sales"), validation=0, test=0)
    assert list(read.times) == list(times)
    assert len(read) == len(texts)
    expected = np.arange(len(texts)) + 0.5
    np.testing.assert_array_equal(read.values[:, 0], expected[::-1] if form == "newest first" else expected)


def columns(header, parts):
    return header, [",".join([*row, f"{place}.5"]) for place, row in enumerate(parts)]


hours, hour_times = dates("%Y-%m-%d %H", "h")
local = pd.date_range("2024-10-26", periods=60, freq="h", tz="Europe/Berlin")
jitter = [time + pd.Timedelta(seconds=place * 7 % 11) for place, time in enumerate(dates("", "10min")[1])]
WITH_OPTIONS = {
    "year and month": (
        columns("year,month,sales", [(f"{time.year}", f"{time.month}") for time in dates("", "MS")[1]]),
        {},
        dates("", "MS")[1],
    ),
    "year, month and day": (
        columns("y,m,d,sales", [(f"{time.year}", f"{time.month}", f"{time.day}") for time in day_times]),
        {"time": ("y", "m", "d")},
        day_times,
    ),
    "year and quarter": (
        columns("year,quarter,sales", [(f"{2015 + place // 4}", f"{place % 4 + 1}") for place in range(STEPS)]),
        {},
        dates("", "QS", "2015-01-01")[1],
    ),
    "day and hour": (
        columns("day,hour,sales", [text.split() for text in hours]),
        {"time": ("day", "hour")},
        hour_times,
    ),
    "date format": (
        columns("time,sales", [[text] for text in dates("%d|%m|%Y")[0]]),
        {"date_format": "%d|%m|%Y"},
        day_times,
    ),
    "local times through the end of summer time": (
        columns("time,sales", [[f"{time:%Y-%m-%d %H:%M}"] for time in local]),
        {"timezone": "Europe/Berlin"},
        local.tz_convert("UTC").tz_localize(None),
    ),
    "jitter": (
        columns("time,sales", [[str(time)] for time in jitter]),
        {"round": "10min"},
        dates("", "10min")[1],
    ),
    "decimal commas": (
        ("time;sales", [f"{text};{place},5" for place, text in enumerate(days)]),
        {},
        day_times,
    ),
    "decimal commas and thousands": (
        ("time;sales;more", [f"{text};{place},5;1.{place:03d}" for place, text in enumerate(days)]),
        {"target": ("sales",), "inputs": ("more",)},
        day_times,
    ),
    "tabs": (
        ("time\tsales", [f"{text}\t{place},5" for place, text in enumerate(days)]),
        {},
        day_times,
    ),
}


@pytest.mark.parametrize("form", WITH_OPTIONS)
def test_forms_of_several_columns_and_with_options(tmp_path, form):
    (header, rows), options, times = WITH_OPTIONS[form]
    read = read_series(write(tmp_path / "a.csv", rows, header), validation=0, test=0, **options)
    assert list(read.times) == list(times)
    np.testing.assert_array_equal(read.values[:, 0], np.arange(len(times)) + 0.5)


def missing(times, absent):
    return [str(time) for time in times if time not in absent]


summers = [day for day in pd.date_range("2022-01-01", "2024-12-31") if 5 <= day.month <= 9]
REFUSED = {
    "month or day first": dates("%d/%m/%Y", "MS", "2024-01-01", 12)[0],
    "jitter": [str(time) for time in jitter],
    "a day is missing": missing(day_times, day_times[[7]]),
    "gaps of seasons": [f"{day:%Y-%m-%d}" for day in summers],
    "twice": sorted(2 * days),
    "local times": [f"{time:%Y-%m-%d %H:%M}" for time in local],
    "months in another language": dates("%d. März %Y")[0][:1] * 5,
}
ASKED = {"months in another language": None}


@pytest.mark.parametrize("form", [form for form in REFUSED if form not in ASKED])
def test_what_is_refused_names_a_command_that_works(tmp_path, form):
    path = write(tmp_path / "a.csv", [f"{text},1.5" for text in REFUSED[form]], "time,sales")
    with pytest.raises(ValueError, match=r"a\.csv") as refused:
        read_series(path, validation=0, test=0)
    found = re.findall(r"--([a-z-]+) ('[^']+'|[^\s;.,]+)", str(refused.value))
    fixes = [(name.replace("-", "_"), shlex.split(value)[0]) for name, value in found if name != "id"]
    assert fixes, refused.value
    name, value = fixes[0]
    assert len(read_series(path, validation=0, test=0, **{name: value})) >= 12


def test_what_is_no_time_in_any_form(tmp_path):
    path = write(tmp_path / "a.csv", [f"{text},1.5" for text in REFUSED["months in another language"]], "time,sales")
    with pytest.raises(ValueError, match=r"line 2: column 'time' holds '01. März 2024'.*--date-format"):
        read_series(path)


def test_holidays_are_said(tmp_path):
    times = [
        time for time in pd.date_range("2024-01-01", periods=60, freq="B") if f"{time:%m-%d}" not in ("01-15", "02-19")
    ]
    read = read_series(write(tmp_path / "a.csv", [f"{time:%Y-%m-%d},1.5" for time in times], "time,sales"))
    assert read.frequency == "B" and list(read.times) == times
    assert "2 of 60 weekdays have no row: they are taken as holidays." in read.notes


def test_seasons_are_skipped_on_request(tmp_path):
    rows = [f"{day:%Y-%m-%d},1.5" for day in summers]
    read = read_series(write(tmp_path / "a.csv", rows, "time,sales"), fill="skip")
    assert list(read.times) == summers and "skipped" in read.notes[0]


@pytest.mark.parametrize(("how", "expected"), [("mean", 1.5), ("sum", 3.0), ("first", 1.0), ("last", 2.0)])
def test_rows_of_the_same_time(tmp_path, how, expected):
    rows = [f"{text},{number}" for text in days for number in (1, 2)]
    read = read_series(write(tmp_path / "a.csv", rows, "time,sales"), duplicates=how)
    assert list(read.times) == list(day_times)
    np.testing.assert_array_equal(read.values[:, 0], expected)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"timezone": "Mars"}, "`timezone` must be a name such as"),
        ({"round": "often"}, "`round` must be a step such as"),
        ({"date_format": "day"}, "`date_format` must be a format such as"),
        ({"duplicates": "max"}, "`duplicates` must be one of"),
        ({"decimal": ";"}, "`decimal` must be one of"),
    ],
)
def test_bad_options(tmp_path, options, message):
    with pytest.raises(ValueError, match=message):
        read_series(write(tmp_path / "a.csv", [f"{text},1.5" for text in days], "time,sales"), **options)


def test_a_comma_that_may_be_both(tmp_path):
    path = write(tmp_path / "a.csv", [f'{text},"1,{place:03d}"' for place, text in enumerate(days)], "time,sales")
    with pytest.raises(ValueError, match="--decimal"):
        read_series(path)
    assert read_series(path, decimal=".").values[1, 0] == 1001
    assert read_series(path, decimal=",").values[1, 0] == 1.001
