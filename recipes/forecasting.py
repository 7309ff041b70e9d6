"""What comes next: the steps ahead of a series, in its own units, with intervals that are measured.

    python recipes/forecasting.py                                              # bike rentals of the next 14 days
    python recipes/forecasting.py --data co2 --horizon 26 --lookback 156
    python recipes/forecasting.py --data ett_h1 --model forecast_segrnn --horizon 96 --lookback 720   # ETT_DIR: where
    python recipes/forecasting.py --data sales.csv --time day --target sales --known holiday

What each model reaches stands in results/forecasting.csv, with the command that made it.
"""

import shlex
import sys
from pathlib import Path

import keras
from cyclopts import App

from rnn_zoo import create_model, datasets, evaluation, training
from rnn_zoo.checks import one_of, positive_integer, positive_number
from rnn_zoo.evaluation import results as result_files
from rnn_zoo.export.folder import refuse_foreign_folder
from rnn_zoo.files import atomic_file
from rnn_zoo.layers import TimeFeatures
from rnn_zoo.tasks.forecasting.export import leave_series, save_series
from rnn_zoo.tasks.forecasting.forecasters import Drift, LastValue, Network, Ridge, SeasonalNaive
from rnn_zoo.zoo import list_models


def main(
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
    split: str = "test",
    seed: int = 0,
    precision: str = "float32",
    out: str = "runs/forecasting",
    results: str | None = None,
):
    """Trains a recurrent network on a series, compares it with naive forecasts and ridge regression and exports it.

    The run's folder then holds the history, the curves, the report and, in `export`, the model: a SavedModel that takes
    a raw window and gives the steps ahead in the units of the data. The same command goes on where it was stopped.

    Args:
        data: "bike_daily", "bike_hourly", "co2", "ett_h1", "ett_h2", "ett_m1" (ETT_DIR says where its files are), or a
            .csv or .tsv file.
        model: name of the network; `rnn-zoo list "forecast*"` shows them, `rnn-zoo info NAME` their layers.
        time: column of the times in your own file; the first where left out.
        target: column to forecast; once for each. All that is left where left out.
        inputs: column whose past helps; once for each.
        known: column that is known ahead, such as holidays; once for each.
        horizon: steps to forecast.
        lookback: steps that a forecast reads.
        fill: how to fill missing steps and values: "linear", "last" or "zero"; without it they are an error.
        validation: share of the steps that early stopping and the calibration of intervals look at; a fifth where
            left out (ETT has cuts of its own).
        test: share of the steps, the last ones, that the report is about; a fifth where left out.
        calendar: add hour, day of the week, day of the month and month to what is read and known ahead.
        fourier: add so many waves each of the day, the week and the year.
        units: size of the state.
        segment: steps of a segment, for forecast_segrnn.
        dropout: share dropped before the head; as the model says where left out.
        norm: how each window loses its level: "last", "revin" or "none"; as the model says where left out.
        coverage: share of the steps that an interval is to hold.
        batch_size: windows a step.
        stride: steps from one training window to the next; they overlap, so that 3 costs a third and loses little.
        epochs: passes over the training windows at most.
        learning_rate: of Adam.
        decay: let the learning rate fall to 0 along a cosine over all epochs.
        weight_average: decay a step of the exponential average of the weights, which is what is kept; 0 for none.
        patience: epochs without a better validation loss after which training stops; 0 trains all epochs.
        backtest: write backtest.csv, what is forecast at one origin after another in the test part.
        refit: with --backtest, origins after which everything is learned anew; never where left out.
        split: what the report is about: "test", or "validation" while settings are still being chosen, the test part
            then not being looked at.
        seed: of every random draw.
        precision: "float32", "mixed_bfloat16" or "mixed_float16".
        out: folder of the run.
        results: CSV file to add the numbers on the test part to.
    """
    one_of("model", model, list_models("forecast*"))
    positive_integer("epochs", epochs)
    positive_number("learning_rate", learning_rate)
    if not 0 < coverage < 1:
        raise ValueError(f"`coverage` must be a number in (0, 1), got {coverage}.")
    if backtest and split != "test":
        raise ValueError("`backtest` forecasts the test part: leave it out, or give --split test.")
    if refit is not None and not backtest:
        raise ValueError("`refit` needs `backtest`, whose origins it counts: give --backtest too.")
    # Told of now, not after the training.
    evaluation.evaluated_splits(split)
    if results and Path(results).exists():
        result_files.read(results)
    refuse_foreign_folder("out", f"{out}/export")
    training.prepare(seed, precision)
    columns = {"time": time, "target": target, "inputs": inputs, "known": known}
    series = datasets.load_series(data, **columns, fill=fill, validation=validation, test=test)
    print(series)
    clock = TimeFeatures(calendar, fourier, periods(series)) if calendar or fourier else None
    windows = datasets.Windows(series, lookback, horizon, clock)

    levels = ((1 - coverage) / 2, 0.5, (1 + coverage) / 2)
    chosen = {"segment": segment, "dropout": dropout, "norm": norm}
    chosen = {"units": units, **{name: value for name, value in chosen.items() if value is not None}}

    def build(seen):
        sizes = {"lookback": lookback, "horizon": horizon, "features": seen.features, "known": seen.known}
        return create_model(model, **sizes, targets=len(series.targets), levels=levels, seed=seed, **chosen)

    positive_integer("stride", stride)
    steps = -(-len(windows.starts("train")[::stride]) // batch_size)
    if decay:
        learning_rate = keras.optimizers.schedules.CosineDecay(learning_rate, epochs * steps)
    network = Network(
        model,
        build,
        levels,
        out,
        batch_size=batch_size,
        stride=stride,
        epochs=epochs,
        patience=patience,
        seed=seed,
        learning_rate=learning_rate,
        weight_average=weight_average or None,
        # All that decides what is trained: `out` of another run is refused by it.
        config={
            "data": data,
            **columns,
            "values": series.digest,
            "cuts": series.cuts,
            "model": model,
            "horizon": horizon,
            "lookback": lookback,
            "calendar": calendar,
            "fourier": fourier,
            "coverage": coverage,
            "batch_size": batch_size,
            **({"stride": stride} if stride > 1 else {}),
            **chosen,
        },
    )
    network.fit(windows)
    baselines = [one(network.coverage).fit(windows) for one in (LastValue, SeasonalNaive, Drift, Ridge)]
    report = evaluation.forecast_report([network, *baselines], windows, split=split, out=out)
    command = shlex.join(["python", "recipes/forecasting.py", *sys.argv[1:]])
    if results:
        rows = evaluation.forecast_rows(report, recipe="forecasting", data=data, seed=seed, command=command)
        result_files.append(results, rows)
    if backtest:
        table = evaluation.backtest_table([network, *baselines], windows, refit=refit)
        with atomic_file(f"{out}/backtest.csv") as file:
            table.to_csv(file, index=False)
        print(evaluation.backtest_summary(table).to_string())

    leave_series(network, windows, out)
    folder = save_series(
        network,
        windows,
        f"{out}/export",
        card={
            "name": model,
            "data": f"{series.source}; {series.cuts[0]:,} steps for training",
            "licence": series.licence,
            "command": command,
            "seed": seed,
            "limits": "Knows a world like that of its training steps and foresees no break. Its intervals held what "
            "the table says while they followed what came in; these are as wide as they were at the end of the data.",
        },
        metrics=report,
    )
    print(f"Ask it yourself: rnn-zoo predict {folder} --file FILE.csv")


def periods(series):
    """The periods that are long enough to be seen in a series: a week has days, a day has hours."""
    per_year = len(series) / max((series.times[-1] - series.times[0]).days / 365.25, 1e-9)
    return [name for name, least in (("day", 2 * 365.25), ("week", 104), ("year", 2)) if per_year > least]


if __name__ == "__main__":
    app = App(help_format="plaintext", version_flags=[])
    app.default(main)
    try:
        app()
    except (ValueError, OSError, ImportError, FloatingPointError) as error:  # each says what to change
        sys.exit(f"error: {error}")
