"""The network of a run, its options checked, and the features of its times."""

from collections.abc import Callable

from rnn_zoo.checks import positive_integer
from rnn_zoo.layers import TimeFeatures
from rnn_zoo.run import Run
from rnn_zoo.series.series import Series
from rnn_zoo.series.windows import Windows
from rnn_zoo.tasks.forecasting.forecasters import Network
from rnn_zoo.types import Model

# A period is a feature only if a series has at least this many steps per year: a week has days, a day has hours.
_LEAST_STEPS_PER_YEAR = {"day": 2 * 365.25, "week": 104, "year": 2}
_DAYS_PER_YEAR = 365.25


def check_options(coverage: float, stride: int, backtest: bool, refit: int | None, split: str) -> None:
    """Checks the options of a forecasting run, before the data is read; ValueError that names the option."""
    positive_integer("stride", stride)
    if not 0 < coverage < 1:
        raise ValueError(f"`coverage` must be a number in (0, 1), got {coverage}.")
    if backtest and split != "test":
        raise ValueError("`backtest` forecasts the test part: leave it out, or give --split test.")
    if refit is not None and not backtest:
        raise ValueError("`refit` needs `backtest`, whose origins it counts: give --backtest too.")


def time_features(series: Series, calendar: bool, fourier: int) -> TimeFeatures | None:
    """The layer of time features that two options ask for, with the periods that the series can show; or None."""
    if not calendar and not fourier:
        return None
    years = max((series.times[-1] - series.times[0]).days / _DAYS_PER_YEAR, 1e-9)
    periods = [name for name, least in _LEAST_STEPS_PER_YEAR.items() if len(series) / years > least]
    return TimeFeatures(calendar, fourier, periods)


def network_forecaster(run: Run, windows: Windows, create_model: Callable) -> Network:
    """The untrained network of a run, with an interval between the quantiles (1 - coverage) / 2 and (1 + coverage) / 2.

    Args:
        run: with the options of the recipe `forecasting`.
        windows: the windows of its series.
        create_model: `rnn_zoo.create_model`.
    """
    options, series = run.options, windows.series
    levels = ((1 - options["coverage"]) / 2, 0.5, (1 + options["coverage"]) / 2)
    of_model = ("units", "segment", "dropout", "norm")
    chosen = {name: options[name] for name in of_model if options[name] is not None}

    def build(seen: Windows) -> Model:
        sizes = {"lookback": seen.lookback, "horizon": seen.horizon, "features": seen.features, "known": seen.known}
        targets = len(series.targets)
        return create_model(options["model"], **sizes, targets=targets, levels=levels, seed=run.seed, **chosen)

    batches = -(-len(windows.starts("train")[:: options["stride"]]) // options["batch_size"])
    return Network(
        options["model"],
        build,
        levels,
        run.out,
        batch_size=options["batch_size"],
        stride=options["stride"],
        epochs=options["epochs"],
        patience=options["patience"],
        seed=run.seed,
        learning_rate=run.learning_rate(batches),
        weight_average=options["weight_average"] or None,
        config={**run.settings, "values": series.digest, "cuts": series.cuts},
    )
