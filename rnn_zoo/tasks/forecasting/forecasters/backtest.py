"""Backtests of several forecasters as one table, and its summary."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from rnn_zoo.files import atomic_file
from rnn_zoo.series.windows import Windows
from rnn_zoo.tasks.forecasting.forecasters.forecaster import Forecaster


def write_backtest(
    forecasters: Iterable[Forecaster], windows: Windows, path: str | Path, *, refit: int | None = None
) -> None:
    """Writes the backtests of several forecasters to a CSV file and prints their summary.

    Args:
        forecasters: fitted forecasters.
        windows: the windows that they were fitted on.
        path: the CSV file to write.
        refit: number of origins between refits, > 0; None: no refits.
    """
    table = backtest_table(forecasters, windows, refit=refit)
    with atomic_file(path) as file:
        table.to_csv(file, index=False)
    print(backtest_summary(table).to_string())


def backtest_table(
    forecasters: Iterable[Forecaster],
    windows: Windows,
    *,
    part: str = "test",
    stride: int | None = None,
    refit: int | None = None,
) -> pd.DataFrame:
    """The forecasts of several forecasters at successive origins.

    Args:
        forecasters: fitted forecasters.
        windows: the windows that they were fitted on.
        part: the part of the series to forecast: "train", "validation" or "test".
        stride: number of steps between origins, > 0; None: the horizon.
        refit: number of origins between refits, > 0; None: no refits.
    Returns:
        One row per forecaster, step and target: forecaster, origin, time, target, actual, forecast, lower, upper, in
        units.
    """
    tables = []
    for forecaster in forecasters:
        table = forecaster.backtest(windows, part=part, stride=stride, refit=refit)
        table.insert(0, "forecaster", forecaster.name)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def backtest_summary(table: pd.DataFrame) -> pd.DataFrame:
    """Error and coverage of each forecaster, averaged over all origins.

    Args:
        table: the result of `backtest_table`.
    Returns:
        One row per forecaster: the number of origins, mae and rmse in units (over all targets), coverage.
    """
    error = table["forecast"] - table["actual"]
    scores = pd.DataFrame(
        {
            "forecaster": table["forecaster"],
            "mae": error.abs(),
            "rmse": error**2,
            "coverage": (table["lower"] <= table["actual"]) & (table["actual"] <= table["upper"]),
        }
    )
    summary = scores.groupby("forecaster", sort=False).mean()
    summary["rmse"] = np.sqrt(summary["rmse"])
    summary.insert(0, "origins", table.groupby("forecaster", sort=False)["origin"].nunique())
    return summary
