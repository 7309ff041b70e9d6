"""Backtests of several forecasters as one table, and its summary."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rnn_zoo.files import atomic_file


def write_backtest(forecasters: Any, windows: Any, path: str | Path, *, refit: int | None = None) -> None:
    """Writes the backtests of several forecasters to a CSV file and prints their summary; see `backtest_table`."""
    table = backtest_table(forecasters, windows, refit=refit)
    with atomic_file(path) as file:
        table.to_csv(file, index=False)
    print(backtest_summary(table).to_string())


def backtest_table(
    forecasters: Any, windows: Any, *, part: str = "test", stride: int | None = None, refit: Any = None
) -> Any:
    """The forecasts of each forecaster at successive origins.

    Args:
        forecasters: fitted forecasters.
        windows: the windows that they were fitted on.
        part, stride, refit: see `rnn_zoo.tasks.forecasting.forecasters.Forecaster.backtest`.
    Returns:
        pandas.DataFrame, one row per forecaster, step and target: forecaster, origin, time, target, actual, forecast,
        lower, upper, in units.
    """
    tables = []
    for one in forecasters:
        table = one.backtest(windows, part=part, stride=stride, refit=refit)
        table.insert(0, "forecaster", one.name)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def backtest_summary(table: Any) -> Any:
    """The means over all origins of a backtest, one row per forecaster.

    Args:
        table: as `backtest_table` returns it.
    Returns:
        pandas.DataFrame: origins, mae and rmse in units (the mean of the targets), coverage.
    """
    error = table["forecast"] - table["actual"]
    each = pd.DataFrame(
        {
            "forecaster": table["forecaster"],
            "mae": error.abs(),
            "rmse": error**2,
            "coverage": (table["lower"] <= table["actual"]) & (table["actual"] <= table["upper"]),
        }
    )
    summary = each.groupby("forecaster", sort=False).mean()
    summary["rmse"] = np.sqrt(summary["rmse"])
    summary.insert(0, "origins", table.groupby("forecaster", sort=False)["origin"].nunique())
    return summary
