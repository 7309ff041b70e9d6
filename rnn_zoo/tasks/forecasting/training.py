"""Training of a forecasting run: checks of the options, time features, and the untrained network."""

from collections.abc import Callable

from rnn_zoo.checks import positive_integer
from rnn_zoo.layers import TimeFeatures
from rnn_zoo.run import Run
from rnn_zoo.series.series import Series
from rnn_zoo.series.windows import Windows
from rnn_zoo.tasks.forecasting.forecasters import Network
from rnn_zoo.types import Model

# A period is a feature only if the series has more than two steps per period, here as steps per year.
_LEAST_STEPS_PER_YEAR = {"day": 2 * 365.25, "week": 104, "year": 2}
_DAYS_PER_YEAR = 365.25


def check_options(coverage: float, stride: int, backtest: bool, refit: int | None, split: str) -> None:
    """Checks the options of a forecasting run before the data are read; ValueError names the option."""
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
    years = max((series.times[-1] - series.times[0]).days / _DAYS_PER_YEAR, 1e-9)
    periods = [name for name, least in _LEAST_STEPS_PER_YEAR.items() if len(series) / years > least]
    return TimeFeatures(calendar, fourier, periods)


def network_forecaster(run: Run, windows: Windows, create_model: Callable[..., Model]) -> Network:
    """The untrained network of a run.

    Its interval lies between the quantiles (1 - coverage) / 2 and (1 + coverage) / 2.

    Args:
        run: run of the recipe `forecasting`.
        windows: the windows of the series.
        create_model: `rnn_zoo.create_model`.
    """
    options, series = run.options, windows.series
    levels = ((1 - options["coverage"]) / 2, 0.5, (1 + options["coverage"]) / 2)
    names = ("units", "segment", "dropout", "norm")
    model_options = {name: options[name] for name in names if options[name] is not None}

    def build(windows: Windows) -> Model:
        sizes = {name: getattr(windows, name) for name in ("lookback", "horizon", "features", "known")}
        targets = len(series.targets)
        return create_model(options["model"], **sizes, targets=targets, levels=levels, seed=run.seed, **model_options)

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
