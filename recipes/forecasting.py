"""Forecasting: the next steps of one time series or of many, in their own units, with prediction intervals.

    python recipes/forecasting.py                                              # bike rentals of the next 14 days
    python recipes/forecasting.py --data co2 --horizon 26
    python recipes/forecasting.py --data sales.csv --time day --id store --target sales --known holiday
    python recipes/forecasting.py --data ett_h1 --model forecast_segrnn --horizon 96 --lookback 720   # from ETT_DIR

results/forecasting.csv holds the scores of each model, with the command that made them.
"""

from rnn_zoo import create_model, datasets, list_models
from rnn_zoo.checks import one_of
from rnn_zoo.run import Run, recipe, run_command
from rnn_zoo.tasks.forecasting.export import complete_run, save_series
from rnn_zoo.tasks.forecasting.forecasters.backtest import write_backtest
from rnn_zoo.tasks.forecasting.report import fit_baselines, forecast_report, forecast_rows
from rnn_zoo.tasks.forecasting.sizes import AUTO, choose_windows, long_enough, usual_horizon
from rnn_zoo.tasks.forecasting.training import OPTIONS, check_options, reading_options, run_forecaster, time_features


@recipe("forecasting", after_training=("backtest", "refit"), describe=OPTIONS)
def main(
    run: Run,
    data: str = "bike_daily",
    *,
    model: str = AUTO,
    network: tuple[str, ...] = ("forecast_encoder_decoder",),
    time: tuple[str, ...] = (),
    target: tuple[str, ...] = (),
    inputs: tuple[str, ...] = (),
    known: tuple[str, ...] = (),
    id: tuple[str, ...] = (),
    static: tuple[str, ...] = (),
    fill: str | None = None,
    season: int | None = None,
    validation: float | None = None,
    test: float | None = None,
    date_format: str | None = None,
    timezone: str | None = None,
    round: str | None = None,
    duplicates: str | None = None,
    decimal: str | None = None,
    clean: bool = False,
    horizon: int | None = None,
    lookback: int | None = None,
    transform: str = AUTO,
    calendar: bool = False,
    fourier: int = 0,
    units: int = 64,
    segment: int | None = None,
    seasons: tuple[int, ...] = (),
    members: int = 1,
    dropout: float | None = None,
    norm: str | None = None,
    coverage: float = 0.9,
    batch_size: int = 32,
    stride: int | None = None,
    epochs: int = 40,
    learning_rate: float = 2e-3,
    decay: bool = True,
    weight_average: float = 0.98,
    patience: int = 8,
    backtest: bool = False,
    refit: int | None = None,
):
    """Forecasts a series by what is best on its validation part: simple methods, a recurrent network, or both.

    The run's folder then holds the report and, in `export`, the model: a SavedModel that takes a raw window and
    predicts the next steps in the units of the data. The same command resumes a stopped run.

    Args:
        data: "bike_daily", "bike_hourly", "co2", "stocks", "stock_returns", "vix", "weather"; "ett_h1", "ett_h2" or
            "ett_m1" (files in the folder ETT_DIR); "m4_hourly", "m4_weekly" (in M4_DIR); or a .csv or .tsv file.
        model: "auto", which chooses among naive methods, ridge regression, exponential smoothing and the networks, or
            combines them; or the name of one network: `rnn-zoo list "forecast*"` lists them.
        network: network that "auto" trains; repeat it for several.
    """
    for name in (model, *network):
        one_of("model" if name == model else "network", name, [AUTO, *list_models("forecast*")])
    check_options(coverage, stride, backtest, refit, run.split)
    series = datasets.load_series(data, **reading_options(run.options))
    horizon = horizon or usual_horizon(series)
    series = long_enough(series, horizon)
    print(series)
    windows = choose_windows(series, lookback, horizon, transform, time_features(series, calendar, fourier))
    print("\n".join([f"Look-back {windows.lookback} steps, {horizon} steps ahead.", *windows.notes]))

    forecaster = run_forecaster(run, windows, create_model).fit(windows)
    baselines = fit_baselines(forecaster, windows)
    report = forecast_report([forecaster, *baselines], windows, split=run.split, out=run.out)
    run.record(forecast_rows, report, data)
    if backtest:
        write_backtest([forecaster, *baselines], windows, run.out / "backtest.csv", refit=refit)

    complete_run(run.out, forecaster, windows)
    limits = "Assumes that the series behaves as in its training steps; does not anticipate structural breaks. "
    limits += "The coverage in the table is that of adaptive intervals; the exported ones have a fixed width."
    card = run.card(series, f"{len(windows.starts('train')):,} windows", limits, f"Forecast of {series.name}")
    folder = save_series(forecaster, windows, run.export_folder, card=card, metrics=report)
    print(f"Ask it yourself: rnn-zoo predict {folder} --file FILE.csv")


if __name__ == "__main__":
    run_command(main)
