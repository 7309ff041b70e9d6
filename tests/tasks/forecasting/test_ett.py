"""ETT, through TensorFlow Datasets, from files made here."""

import gzip
import hashlib
import os

import pandas as pd
import pytest

from rnn_zoo.tasks.forecasting.data import load_series
from rnn_zoo.tasks.forecasting.sources import ett_builder

HEADER = "date,HUFL,HULL,MUFL,MULL,LUFL,LULL,OT"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with an ETTh1.csv.gz of 20 months, whose checksum is taken for the published one."""
    times = pd.date_range("2016-07-01", periods=14_500, freq="h")
    rows = [f"{time:%Y-%m-%d %H:%M:%S},{place % 24},1,2,3,4,5,{place}" for place, time in enumerate(times)]
    content = "\n".join([HEADER, *rows]).encode() + b"\n"
    (tmp_path / "ETTh1.csv.gz").write_bytes(gzip.compress(content))
    monkeypatch.setitem(ett_builder._DIGESTS, "h1", hashlib.sha256(content).hexdigest())
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "prepared"))
    monkeypatch.delenv("ETT_DIR", raising=False)
    # TensorFlow Datasets reads the variable once, when it is imported.
    monkeypatch.setattr("tensorflow_datasets.core.constants.DATA_DIR", str(tmp_path / "prepared"))
    return tmp_path


def test_prepared_once_and_cut_by_months(folder):
    series = load_series("ett_h1", folder=folder)
    assert (len(series), series.cuts, series.frequency, series.season) == (14_400, (8_640, 11_520, 14_400), "h", 24)
    assert series.targets == tuple(HEADER.split(",")[1:])
    assert series.values[25].tolist() == [1, 1, 2, 3, 4, 5, 25]
    assert str(series.times[-1]) == "2018-02-20 23:00:00"
    os.remove(folder / "ETTh1.csv.gz")
    assert load_series("ett_h1").digest == series.digest


def test_another_file_is_refused(folder):
    (folder / "ETTh2.csv").write_text(f"{HEADER}\n", encoding="utf-8")
    with pytest.raises(
        ValueError,
        match=r"ETTh2\.csv is not the published file: the SHA-256 of its uncompressed content is .*Download it",
    ):
        load_series("ett_h2", folder=folder)
    with pytest.raises(FileNotFoundError, match=r"holds no ETTm1\.csv and no ETTm1\.csv\.gz.*ETT_DIR"):
        load_series("ett_m1", folder=folder)
    with pytest.raises(FileNotFoundError, match="no folder is given"):
        load_series("ett_m1")
