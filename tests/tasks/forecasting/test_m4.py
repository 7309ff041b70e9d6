"""M4, from small files in the form of its own."""

import gzip

import numpy as np
import pytest

from rnn_zoo.tasks.forecasting.data import load_series


@pytest.fixture
def folder(tmp_path):
    train = '"V1","V2"\n"W1",1,2,3,4,5,6,7\n"W2",10,20,30,40,50,,\n'
    (tmp_path / "weekly_train.csv").write_text(train, encoding="utf-8")
    (tmp_path / "weekly_test.csv.gz").write_bytes(gzip.compress(b"W1,8,9\nW2,60,70\n"))
    return tmp_path


def test_series_of_unequal_length_with_the_official_test_part(folder):
    read = load_series("m4_weekly", folder=folder)
    assert read.ids == ("W1", "W2") and list(read.bounds) == [0, 9, 16]
    assert read.values[:, 0].tolist() == [*range(1, 10), *range(10, 80, 10)]
    starts, stops = read.member_parts["test"]
    assert [read.values[a:b, 0].tolist() for a, b in zip(starts, stops, strict=True)] == [[8, 9], [60, 70]]
    assert (read.frequency, read.season) == ("1", 1)
    np.testing.assert_array_equal(read.member(1).times, np.arange(1, 8))


def test_without_a_folder_the_error_says_where_it_is_from(monkeypatch):
    monkeypatch.delenv("M4_DIR", raising=False)
    with pytest.raises(ValueError, match="M4_DIR"):
        load_series("m4_hourly")


def test_files_of_different_series(folder):
    (folder / "weekly_test.csv.gz").write_bytes(gzip.compress(b"W1,8,9\nW3,60,70\n"))
    with pytest.raises(ValueError, match="hold different series"):
        load_series("m4_weekly", folder=folder)


def test_a_line_that_is_no_series(folder):
    (folder / "weekly_train.csv").write_text("W1,1,2,3\nW2,1,two,3\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"weekly_train\.csv: line 2: not a series of M4"):
        load_series("m4_weekly", folder=folder)
