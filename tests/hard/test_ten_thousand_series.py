"""Ten thousand series of a hundred steps: training and prediction stay within 4 GB."""

import resource
import sys
from multiprocessing import get_context

import numpy as np
import pandas as pd
import pytest
from helpers import load_recipe

import rnn_zoo

_LARGEST = 4 * 1024**2  # kilobytes


def train_and_predict(file, out):
    sizes = {"horizon": 7, "lookback": 21, "units": 16, "epochs": 1, "batch_size": 256}
    load_recipe("forecasting").main(str(file), **sizes, out=str(out))
    answers = rnn_zoo.load(out / "export").predict(file)
    assert answers["unique_id"].nunique() == 10_000 and len(answers) == 70_000
    assert np.isfinite(answers[["y", "y_lower", "y_upper"]].to_numpy()).all()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.exit(0 if peak < _LARGEST else f"{peak:,} kB")


@pytest.mark.hard
def test_they_train_and_predict_within_4_gb(tmp_path):
    generator, file = np.random.default_rng(0), tmp_path / "many.csv"
    days = pd.date_range("2024-01-01", periods=100).strftime("%Y-%m-%d").to_numpy()
    level = np.repeat(generator.uniform(10, 1000, 10_000), 100)
    values = level * (1 + 0.2 * (np.tile(np.arange(100), 10_000) % 7 == 6) + 0.1 * generator.standard_normal(10**6))
    ids = np.repeat([f"p{place}" for place in range(10_000)], 100)
    pd.DataFrame({"unique_id": ids, "ds": np.tile(days, 10_000), "y": values.round(2)}).to_csv(file, index=False)
    process = get_context("spawn").Process(target=train_and_predict, args=(file, tmp_path / "run"))
    process.start()
    process.join()
    assert process.exitcode == 0
