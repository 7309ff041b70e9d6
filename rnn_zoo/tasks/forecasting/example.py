"""A run of forecasting on tiny data, for tests and newcomers."""

from pathlib import Path

import numpy as np
import pandas as pd

from rnn_zoo.tasks.task import Example


def example(folder: Path) -> Example:
    """A run on 150 days of sales, higher at weekends; the file is written to the folder, and is the question too."""
    days = pd.date_range("2024-01-01", periods=150, name="day")
    noise = np.random.default_rng(0).normal(0, 1, len(days))
    sales = np.round(20 + 8 * (days.dayofweek >= 5) + noise, 2)
    file = folder / "sales.csv"
    pd.DataFrame({"sales": sales}, index=days).to_csv(file)
    model = ("--model", "forecast_encoder_decoder")
    sizes = (*model, "--horizon", "7", "--lookback", "14", "--units", "4", "--epochs", "2", "--batch-size", "64")
    return Example(
        recipe="forecasting",
        arguments=(str(file), *sizes),
        question=str(file),
        asked_as_file=True,
        refused=(str(file), *sizes, "--coverage", "90"),
        refused_because="`coverage` must be a number in (0, 1), got 90",
    )
