"""The backtests of several forecasters as one table, and what it comes to."""

import numpy as np
import pandas as pd


def backtest_table(forecasters, windows, *, part="test", stride=None, refit=None):
    """What each forecaster would have forecast at one origin after another.

    Args:
        forecasters: fitted forecasters.
        windows: rnn_zoo.datasets.Windows, that they were fitted on.
        part, stride, refit: as of `rnn_zoo.tasks.forecasting.forecasters.Forecaster.backtest`.
    Returns:
        pandas.DataFrame, a row a forecaster, step and target: forecaster, origin, time, target, actual, forecast,
        lower, upper, in units.
    """
    tables = []
    for one in forecasters:
        table = one.backtest(windows, part=part, stride=stride, refit=refit)
        table.insert(0, "forecaster", one.name)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def backtest_summary(table):
    """The mean over all origins of a backtest, a row a forecaster.

    Args:
        table: as `backtest_table` gives it.
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
