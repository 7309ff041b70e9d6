"""Training of a forecasting run: its options, time features, and the forecaster that is trained."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from rnn_zoo.checks import positive_integer
from rnn_zoo.layers import TimeFeatures
from rnn_zoo.layers.fronts.instance_norm import SEASON
from rnn_zoo.run import Run
from rnn_zoo.series.frequency import is_number
from rnn_zoo.series.series import Series
from rnn_zoo.series.windows import Windows
from rnn_zoo.tasks.forecasting.forecasters import Auto, Network
from rnn_zoo.tasks.forecasting.sizes import AUTO
from rnn_zoo.types import Model

# A period is a feature only if the series has more than two steps per period, here as steps per year.
_LEAST_STEPS_PER_YEAR = {"day": 2 * 365.25, "week": 104, "year": 2}
_DAYS_PER_YEAR = 365.25


# What the options of the recipe mean; `rnn-zoo train forecasting --help` shows them.
OPTIONS = {
    "time": "column of the times in your own file, by default the first; repeat it for a year, a month and a day in "
    "columns of their own.",
    "target": "column to forecast; repeat it for several. By default all remaining columns.",
    "inputs": "further input column, known only up to the forecast; repeat it for several.",
    "known": "column whose future values are known, such as holidays; repeat it for several.",
    "id": "column that tells many series apart, such as the store; repeat it for several. One model forecasts all.",
    "static": "column that is constant in each series, such as the region; repeat it for several.",
    "fill": 'how to fill missing steps and values: "linear", "last" or "zero"; "skip" leaves them out. By default '
    "they are an error.",
    "season": "period in steps; by default the usual one: a day of hours, a week of days, a year of months.",
    "validation": "fraction of the steps for early stopping, choices and the calibration of intervals; a fifth by "
    "default (ETT has fixed splits).",
    "test": "fraction of the steps, the last ones, for the test; a fifth by default.",
    "date_format": 'of the times, such as "%d/%m/%Y"; by default found out over the whole column.',
    "timezone": 'of times without a zone, such as "Europe/Berlin".',
    "round": 'step to which times with jitter are rounded, such as "10min".',
    "duplicates": 'what becomes of rows of the same time: "mean", "sum", "first" or "last". By default an error.',
    "decimal": 'decimal mark, "." or ","; by default found out.',
    "horizon": "steps to forecast; by default what is usual for the frequency.",
    "lookback": "past steps that a forecast reads; by default chosen on validation data.",
    "transform": '"none", "log" or "box-cox", or "auto": what is best on validation data.',
    "calendar": "add hour, day of the week, day of the month and month as features.",
    "fourier": "number of harmonics of the day, the week and the year to add as features.",
    "segment": "steps per segment, for forecast_segrnn and forecast_esrnn.",
    "seasons": "period in steps that forecast_esrnn takes out; repeat it for several, such as a day and a week.",
    "members": 'networks of each kind that "auto" trains, from different seeds; their combination is steadier.',
    "dropout": "fraction dropped before the head; by default the model's own.",
    "norm": 'normalisation of each window: "last" (differences from the last value), "season" (differences from a '
    'season before), "revin" or "none"; by default the model\'s own.',
    "coverage": "fraction of the steps that an interval should cover.",
    "batch_size": "windows per step.",
    "stride": "steps from one training window to the next; windows overlap, so 3 takes a third of the time and loses "
    "little accuracy. By default so many that an epoch has at most 4,000 windows.",
    "decay": "let the learning rate fall to 0 along a cosine over all epochs.",
    "backtest": "write backtest.csv, the forecasts at successive origins of the test part.",
    "refit": "with --backtest, number of origins after which the model is fitted again; by default never.",
}
_READING = (
    *("time", "target", "inputs", "known", "id", "static", "fill", "season", "validation", "test", "date_format"),
    *("timezone", "round", "duplicates", "decimal", "clean"),
)
_MOST_WINDOWS = 4_000


def reading_options(options: dict[str, Any]) -> dict[str, Any]:
    """The options of a run that say how to read its data."""
    return {name: options[name] for name in _READING}


def check_options(coverage: float, stride: int | None, backtest: bool, refit: int | None, split: str) -> None:
    """Checks the options of a forecasting run before the data are read; ValueError names the option."""
    if stride is not None:
        positive_integer("stride", stride)
    if not 0 < coverage < 1:
        raise ValueError(f"`coverage` must be a number in (0, 1), got {coverage}.")
    if backtest and split != "test":
        raise ValueError("`backtest` forecasts the test part: leave it out, or set --split test.")
    if refit is not None and not backtest:
        raise ValueError("`refit` needs `backtest`, whose origins it counts: set --backtest too.")


def time_features(series: Series, calendar: bool, fourier: int) -> TimeFeatures | None:
    """The layer of time features with the periods that the series can resolve; None without time features.

    Args:
        series: the series.
        calendar: whether to add hour, day of the week, day of the month and month.
        fourier: number of harmonics of each period, >= 0.
    """
    if not calendar and not fourier:
        return None
    if is_number(series.frequency):
        raise ValueError(
            "`calendar` and `fourier` need times, and the steps of this series have numbers; leave them out."
        )
    years = max((series.times[-1] - series.times[0]).days / _DAYS_PER_YEAR, 1e-9)
    periods = [name for name, least in _LEAST_STEPS_PER_YEAR.items() if len(series) / years > least]
    return TimeFeatures(calendar, fourier, periods)


def run_forecaster(run: Run, windows: Windows, create_model: Callable[..., Model]) -> Auto | Network:
    """The unfitted forecaster of a run: the network of its option `model`, or "auto".

    Its interval lies between the quantiles (1 - coverage) / 2 and (1 + coverage) / 2.

    Args:
        run: run of the recipe `forecasting`.
        windows: the windows of the series.
        create_model: `rnn_zoo.create_model`.
    """
    coverage = run.options["coverage"]
    levels = ((1 - coverage) / 2, 0.5, (1 + coverage) / 2)
    if run.options["model"] != AUTO:
        return _network(run, windows, create_model, run.options["model"], run.out, levels)
    networks = []
    for name in run.options["network"]:
        for member in range(run.options["members"]):
            called = name if member == 0 else f"{name}_{member + 1}"
            networks.append(_network(run, windows, create_model, name, run.out / called, levels, member))
    return Auto(networks, levels, refits=run.split == "test")


def _network(
    run: Run,
    windows: Windows,
    create_model: Callable[..., Model],
    name: str,
    out: Path,
    levels: tuple[float, ...],
    member: int = 0,
) -> Network:
    options, series = run.options, windows.series
    model_options = {
        each: options[each] for each in ("units", "segment", "dropout", "norm") if options[each] is not None
    }
    if model_options.get("norm") == SEASON:
        model_options["season"] = series.season
    if name == "forecast_esrnn":
        model_options.pop("norm", None)  # smoothing takes the level out
        seasons = options["seasons"] or ((series.season,) if 1 < series.season <= windows.lookback // 2 else ())
        model_options["seasons"] = seasons
        model_options.setdefault("segment", min(seasons[0], windows.lookback) if seasons else 1)

    def build(windows: Windows) -> Model:
        sizes = {each: getattr(windows, each) for each in ("lookback", "horizon", "features", "known", "targets")}
        return create_model(name, **sizes, levels=levels, seed=run.seed + member, **model_options)

    count = len(windows.starts("train"))
    stride = options["stride"] or max(1, -(-count // _MOST_WINDOWS))
    batches = -(-count // (stride * options["batch_size"]))
    return Network(
        out.name if member else name,
        build,
        levels,
        out,
        batch_size=options["batch_size"],
        stride=stride,
        epochs=options["epochs"],
        patience=options["patience"],
        seed=run.seed + member,
        learning_rate=run.learning_rate(batches),
        weight_average=options["weight_average"] or None,
        config={**run.settings, "values": series.digest, "cuts": np.asarray(series.cuts).tolist()},
    )
