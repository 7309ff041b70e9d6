"""Forecasting: the next steps of a time series in its own units, with prediction intervals.

    python recipes/forecasting.py                                              # bike rentals of the next 14 days
    python recipes/forecasting.py --data co2 --horizon 26 --lookback 156
    python recipes/forecasting.py --data ett_h1 --model forecast_segrnn --horizon 96 --lookback 720   # from ETT_DIR
    python recipes/forecasting.py --data sales.csv --time day --target sales --known holiday

results/forecasting.csv holds the scores of each model, with the command that made them.
"""

from rnn_zoo import create_model, datasets, list_models
from rnn_zoo.checks import one_of
from rnn_zoo.run import Run, recipe, run_command
from rnn_zoo.tasks.forecasting.export import complete_run, save_series
from rnn_zoo.tasks.forecasting.forecasters import Drift, LastValue, Ridge, SeasonalNaive
from rnn_zoo.tasks.forecasting.forecasters.backtest import write_backtest
from rnn_zoo.tasks.forecasting.report import forecast_report, forecast_rows
from rnn_zoo.tasks.forecasting.training import check_options, network_forecaster, time_features


@recipe("forecasting", after_training=("backtest", "refit"))
def main(
    run: Run,
    data: str = "bike_daily",
    *,
    model: str = "forecast_encoder_decoder",
    time: str | None = None,
    target: tuple[str, ...] = (),
    inputs: tuple[str, ...] = (),
    known: tuple[str, ...] = (),
    horizon: int = 14,
    lookback: int = 56,
    fill: str | None = None,
    validation: float | None = None,
    test: float | None = None,
    clean: bool = False,
    calendar: bool = False,
    fourier: int = 0,
    units: int = 64,
    segment: int | None = None,
    dropout: float | None = None,
    norm: str | None = None,
    coverage: float = 0.9,
    batch_size: int = 32,
    stride: int = 1,
    epochs: int = 40,
    learning_rate: float = 2e-3,
    decay: bool = True,
    weight_average: float = 0.98,
    patience: int = 8,
    backtest: bool = False,
    refit: int | None = None,
):
    """Trains a recurrent network on a series, compares it with naive forecasts and ridge regression and exports it.

    The run's folder then holds the history, the curves, the report and, in `export`, the model: a SavedModel that takes
    a raw window and predicts the next steps in the units of the data. The same command resumes a stopped run.

    Args:
        data: "bike_daily", "bike_hourly", "co2", "ett_h1", "ett_h2", "ett_m1" (files in the folder ETT_DIR), or a .csv
            or .tsv file.
        model: name of the network; `rnn-zoo list "forecast*"` lists them, `rnn-zoo info NAME` shows their layers.
        time: column of the times in your own file; by default the first.
        target: column to forecast; repeat it for several. By default all remaining columns.
        inputs: further input column, known only up to the forecast; repeat it for several.
        known: column whose future values are known, such as holidays; repeat it for several.
        horizon: steps to forecast.
        lookback: past steps that a forecast reads.
        fill: how to fill missing steps and values: "linear", "last" or "zero". By default they are an error.
        validation: fraction of the steps for early stopping and the calibration of intervals; a fifth by default
            (ETT has fixed splits).
        test: fraction of the steps, the last ones, for the test; a fifth by default.
        calendar: add hour, day of the week, day of the month and month as features.
        fourier: number of harmonics of the day, the week and the year to add as features.
        segment: steps per segment, for forecast_segrnn.
        dropout: fraction dropped before the head; by default the model's own.
        norm: normalisation of each window: "last", "revin" or "none"; by default the model's own.
        coverage: fraction of the steps that an interval should cover.
        batch_size: windows per step.
        stride: steps from one training window to the next; windows overlap, so 3 takes a third of the time and loses
            little accuracy.
        decay: let the learning rate fall to 0 along a cosine over all epochs.
        backtest: write backtest.csv, the forecasts at successive origins of the test part.
        refit: with --backtest, number of origins after which the model is fitted again; by default never.
    """
    one_of("model", model, list_models("forecast*"))
    check_options(coverage, stride, backtest, refit, run.split)
    columns = {"time": time, "target": target, "inputs": inputs, "known": known}
    series = datasets.load_series(data, **columns, fill=fill, validation=validation, test=test, clean=clean)
    print(series)
    windows = datasets.Windows(series, lookback, horizon, time_features(series, calendar, fourier))

    network = network_forecaster(run, windows, create_model).fit(windows)
    baselines = [baseline(network.coverage).fit(windows) for baseline in (LastValue, SeasonalNaive, Drift, Ridge)]
    report = forecast_report([network, *baselines], windows, split=run.split, out=run.out)
    run.record(forecast_rows, report, data)
    if backtest:
        write_backtest([network, *baselines], windows, run.out / "backtest.csv", refit=refit)

    complete_run(run.out, network, windows)
    limits = "Assumes that the series behaves as in its training steps; does not anticipate structural breaks. "
    limits += "The coverage in the table is that of adaptive intervals; the exported ones have a fixed width."
    card = run.card(series, f"{series.cuts[0]:,} steps", limits)
    folder = save_series(network, windows, run.export_folder, card=card, metrics=report)
    print(f"Ask it yourself: rnn-zoo predict {folder} --file FILE.csv")


if __name__ == "__main__":
    run_command(main)
