"""What a file of one's own is read as, and what is said of a bad one: line, column and fix."""

import gzip

import numpy as np
import pytest
from series_files import daily_rows, write

from rnn_zoo.series.file import read_series
from rnn_zoo.tasks.forecasting.data import load_series

ROWS = daily_rows(20)


def changed(row, text):
    """The rows with one of them replaced, by None removed; row 0 stands in line 2."""
    return [*ROWS[:row], *([] if text is None else [text]), *ROWS[row + 1 :]]


def test_columns_times_and_cuts(tmp_path):
    read = read_series(write(tmp_path / "sales.csv", ROWS), known=["holiday"])
    assert (read.name, read.time, read.targets, read.known) == ("sales.csv", "time", ("sales",), ("holiday",))
    assert (read.frequency, read.season, len(read), read.cuts) == ("D", 7, 20, (12, 16, 20))
    assert str(read.times[0]) == "2024-01-01 00:00:00"
    np.testing.assert_allclose(read.values[:2], [[10.0, 0], [11.1, 0]])
    assert read.notes == ()


def test_all_columns_are_targets_where_none_is_named(tmp_path):
    path = tmp_path / "sales.tsv.gz"
    rows = [row.replace(",", "\t") for row in ["time,sales,holiday", *ROWS]]
    path.write_bytes(gzip.compress("\n".join(rows).encode()))
    assert load_series(path, season=5, target=()).targets == ("sales", "holiday")
    assert load_series(path, target=["sales"], season=5).season == 5


def test_time_zones_become_utc(tmp_path):
    rows = ["2024-03-31T00:00+01:00,1", "2024-03-31T01:00+01:00,2", "2024-03-31T03:00+02:00,3"]
    read = read_series(write(tmp_path / "a.csv", rows, "time,sales"), validation=0, test=0)
    assert read.frequency == "h" and str(read.times[0]) == "2024-03-30 23:00:00"


@pytest.mark.parametrize(
    ("times", "frequency"),
    [
        (["2024-01-01", "2024-02-01", "2024-03-01", "2024-05-01"], "MS"),
        (["2024-01-31", "2024-02-29", "2024-03-31"], "ME"),
        (["2024-01-05", "2024-01-08", "2024-01-09"], "B"),
        (["2024-01-01 00:00", "2024-01-01 00:15", "2024-01-01 00:30"], "15min"),
    ],
)
def test_frequencies(tmp_path, times, frequency):
    path = write(tmp_path / "a.csv", [f"{time},1" for time in times], "time,sales")
    assert read_series(path, fill="last", validation=0, test=0).frequency == frequency


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            changed(3, "2024-01-04,many,0"),
            r"line 5: column 'sales' holds 'many', which is not a finite number\. Corr",
        ),
        (changed(3, '2024-01-04,"1.234,5",0'), r"line 5: column 'sales' .*Use a decimal point"),
        (changed(3, "2024-01-04,inf,0"), r"line 5: column 'sales' holds 'inf'"),
        (changed(3, "soon,1,0"), r"line 5: column 'time' holds 'soon', which is not a time like that of line 2"),
        (changed(3, ROWS[2]), r"line 5: column 'time' repeats the time of line 4, 2024-01-03\. Keep one row per time"),
        (changed(3, "2023-01-04,1,0"), r"line 5: column 'time': 2023-01-04 comes after 2024-01-03 of line 4\. Sort"),
        (changed(3, "2024-01-04 12:00,1,0"), r"line 5: column 'time': 2024-01-04 12:00:00 comes 1 days 12:00:00 after"),
        (
            changed(3, "2024-01-04,,0"),
            r"1 value is missing, the first at line 5, column 'sales' \(2024-01-04.*`fill`",
        ),
        (changed(3, "2024-01-04,NaN,0"), r"1 value is missing, the first at line 5, column 'sales'"),
        (changed(3, None), r"1 of 20 steps is missing, the first at 2024-01-04 00:00:00, after line 4\. Add them, or"),
        (ROWS[:2], r"holds 2 steps; at least 3 are needed"),
    ],
)
def test_bad_rows(tmp_path, rows, message):
    with pytest.raises(ValueError, match=rf"sales\.csv.*{message}"):
        read_series(write(tmp_path / "sales.csv", rows), known=["holiday"])


@pytest.mark.parametrize(("fill", "expected"), [("linear", 12.2), ("last", 11.1), ("zero", 0.0)])
def test_filled_only_on_request_and_said(tmp_path, fill, expected):
    rows = [row for row in changed(2, None) if not row.startswith("2024-01-10")]
    read = read_series(write(tmp_path / "sales.csv", rows), known=["holiday"], fill=fill)
    np.testing.assert_allclose(read.values[2, 0], expected, atol=1e-9)
    assert len(read) == 20
    assert read.notes == (
        f"2 of 20 steps are missing, the first at 2024-01-03 00:00:00, after line 3. Filled by '{fill}'.",
    )


def test_a_constant_column_works_and_is_said(tmp_path):
    rows = [row.rsplit(",", 1)[0] + ",4" for row in ROWS]
    read = read_series(write(tmp_path / "sales.csv", rows))
    assert read.notes == ("Column 'holiday' is constant, 4: every forecast of it is this value.",)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target": ["salse"]}, r"no column 'salse'; it has 'time', 'sales', 'holiday'"),
        ({"target": ["sales"], "known": ["sales"]}, "must be different columns; 'sales' is there twice"),
        ({"inputs": ["sales"], "known": ["holiday"]}, "no column is left to forecast"),
        ({"fill": "mean"}, "`fill` must be one of 'linear', 'last', 'zero'"),
        ({"season": 0}, "`season` must be a positive integer, got 0"),
        ({"validation": 0.5, "test": 0.5}, "must leave steps for training"),
    ],
)
def test_bad_arguments(tmp_path, options, message):
    with pytest.raises(ValueError, match=message):
        read_series(write(tmp_path / "sales.csv", ROWS), **options)


def test_a_wrong_name_gets_the_nearest(tmp_path):
    with pytest.raises(ValueError, match="Did you mean 'bike_daily'"):
        load_series("bike_dayly")
    with pytest.raises(FileNotFoundError):
        load_series(tmp_path / "none.csv")
    with pytest.raises(ValueError, match="`time` does not apply to the series 'co2'"):
        load_series("co2", time="week")


@pytest.mark.parametrize(
    ("rows", "options", "note"),
    [
        ([*ROWS[:5], ROWS[4], *ROWS[5:]], {}, "`clean` keeps the first row of each time: 1, the first at line 7."),
        ([*ROWS[1:4], ROWS[0], *ROWS[4:]], {}, "`clean` sorts the rows by time: 1, the first at line 5."),
        (changed(3, ROWS[3] + ",5"), {"fill": "linear"}, "leaves such rows out: 1, the first at line 5."),
        (changed(3, "soon,1,0"), {"fill": "linear"}, "`clean` leaves rows without a time out: 1, the first at line 5."),
        (
            changed(3, "2024-01-04,much,0"),
            {"fill": "linear"},
            "`clean` takes what is no finite number as missing: 1, the first at line 5.",
        ),
    ],
    ids=["a time twice", "not sorted", "a field too many", "no time", "no number"],
)
def test_faults_are_mended_where_asked(tmp_path, rows, options, note):
    path = write(tmp_path / "sales.csv", rows)
    with pytest.raises(ValueError, match=r"Or pass `clean`, which .* and counts them"):
        load_series(path, **options)
    read = load_series(path, clean=True, **options)
    expected = load_series(write(tmp_path / "right.csv", ROWS))
    assert read.times.equals(expected.times) and any(note in said for said in read.notes)
    steps = np.arange(len(ROWS)) != 3
    np.testing.assert_array_equal(read.values[steps], expected.values[steps])


def test_clean_is_for_files():
    with pytest.raises(ValueError, match="`clean` does not apply to the series 'bike_daily'"):
        load_series("bike_daily", clean=True)
