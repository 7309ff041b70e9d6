"""The report of a forecaster: its scores beside those of baselines, as a table, metrics.json and report.png."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rnn_zoo.evaluation.formatting import duration
from rnn_zoo.evaluation.rows import system_rows
from rnn_zoo.files import atomic_file
from rnn_zoo.series.windows import Windows
from rnn_zoo.tasks.forecasting.forecasters.forecaster import Forecaster
from rnn_zoo.tasks.forecasting.metrics import forecast_scores, naive_error
from rnn_zoo.tasks.forecasting.picture import draw_forecasts
from rnn_zoo.terminal import Terminal

_SCORES = (
    ("MSE", "mse", "{:.4f}"),
    ("MAE", "mae", "{:.4f}"),
    ("MASE", "mase", "{:.3f}"),
    ("sMAPE, %", "smape", "{:.2f}"),
)


def forecast_report(
    forecasters: Sequence[Forecaster],
    windows: Windows,
    *,
    split: str = "test",
    out: str | Path | None = None,
    console: Console | None = None,
) -> dict[str, Any]:
    """Scores a model and baselines on the same windows and prints a table and a verdict.

    The scores cover every window whose steps ahead all lie in the split.

    Args:
        forecasters: fitted forecasters: the model, then the baselines.
        windows: the windows of the series.
        split: part of the series: "train", "validation" or "test".
        out: folder for `metrics.json` and `report.png`; None: no files.
        console: where to print; None: standard output.

    Returns:
        the content of `metrics.json`: model, data, split, windows, lookback, horizon, targets; systems: {name: scores,
        nominal_coverage, parameters, train_seconds}; verdict: sentences. The name of a baseline begins with
        "baseline:".

    Raises:
        ValueError: two forecasters have the same name.
    """
    series, starts = windows.series, windows.starts(split)
    model, *baselines = (forecaster.name for forecaster in forecasters)
    names = [model, *(f"baseline:{name}" for name in baselines)]
    if len(set(names)) < len(names):
        raise ValueError(f"`forecasters` must have different names, got {names}.")
    actual = windows.future(starts)
    unit = naive_error(series.values[: series.cuts[0], : len(series.targets)], series.season)
    drawn: Any = None
    systems = {}
    for name, forecaster in zip(names, forecasters, strict=True):
        forecast = forecaster.predict(windows, starts)
        # Only the model's forecast is kept: with a long horizon each takes a gigabyte of memory.
        drawn = forecast if drawn is None else drawn
        systems[name] = {
            **forecast_scores(actual, forecast, windows.scale, unit),
            "nominal_coverage": forecaster.coverage,
            "parameters": forecaster.parameters,
            "train_seconds": forecaster.train_seconds,
        }
    result = {
        "model": model,
        "data": series.name,
        "split": split,
        "windows": len(starts),
        "lookback": windows.lookback,
        "horizon": windows.horizon,
        "targets": list(series.targets),
        "systems": systems,
        "verdict": _verdict(systems),
    }
    if out is not None:
        out = Path(out)
        with atomic_file(out / "metrics.json") as file:
            json.dump(result, file, indent=2, ensure_ascii=False, allow_nan=False)
            file.write("\n")
        with atomic_file(out / "report.png", "wb") as file:
            draw_forecasts(result, windows, starts, drawn, file)
    _print(result, console or Terminal(file=sys.stdout), out)
    return result


def forecast_rows(
    report: Mapping[str, Any],
    *,
    recipe: str,
    data: str,
    seed: int,
    command: str,
    hardware: str | None = None,
    versions: str | None = None,
) -> list[dict[str, Any]]:
    """Result rows of a report; the names of the metrics end with the horizon, such as "mse@96".

    Args:
        report: as `forecast_report` returns it.
        recipe: name of the recipe.
        data: name of the data.
        seed: seed of the run.
        command: command line that reproduces the numbers.
        hardware, versions: descriptions. Default: those of this machine.

    Returns:
        rows for `rnn_zoo.evaluation.results.append`.
    """
    horizon = report["horizon"]

    def metrics(system: Mapping[str, Any]) -> dict[str, float]:
        errors = {f"{name}@{horizon}": system[name] for name in ("mse", "mae", "mase", "smape")}
        return {**errors, f"coverage{round(100 * system['nominal_coverage'])}@{horizon}": system["coverage"]}

    made_by: dict[str, Any] = {"recipe": recipe, "data": data, "seed": seed, "command": command}
    return system_rows(report, metrics, **made_by, hardware=hardware, versions=versions)


def _verdict(systems: Mapping[str, Mapping[str, Any]]) -> list[str]:
    model, *baselines = systems
    scores = systems[model]
    sentences = []
    if baselines:
        best = min(baselines, key=lambda name: systems[name]["mse"])
        mse, best_mse = scores["mse"], systems[best]["mse"]
        wins = mse < best_mse
        margin = f", by {abs(1 - mse / best_mse):.1%}" if best_mse and mse < 2 * best_mse else ""
        end = "" if wins else " On this data the baseline is the better model."
        sentences.append(
            f"{model} {'beats' if wins else 'LOSES to'} the best baseline, {best}{margin} in MSE: {mse:.4f} against "
            f"{best_mse:.4f}.{end}"
        )
        better_mae = [name for name in baselines if systems[name]["mae"] < scores["mae"]]
        if better_mae and wins:
            sentences.append(f"In MAE it loses to {', '.join(better_mae)}.")
    sentences.append(
        f"Its {scores['nominal_coverage']:.0%} intervals cover {scores['coverage']:.1%} of the observations and are "
        f"{scores['width']:.3f} standard deviations wide."
    )
    return sentences


def _print(result: Mapping[str, Any], console: Console, out: Path | None) -> None:
    systems, model = result["systems"], result["model"]
    title = f"{model}: {result['horizon']} steps ahead, {result['windows']:,} {result['split']} windows"
    table = Table(title=title, title_style="bold", title_justify="left")
    table.add_column("errors of scaled\nvalues", no_wrap=True)
    for name in systems:
        heading = Text(name.replace("baseline:", "baseline\n"), style="bold" if name == model else "not bold")
        table.add_column(heading, justify="right", overflow="fold")
    for label, key, number_format in _SCORES:
        values = [system[key] for system in systems.values()]
        styles = ["bold green" if value == min(values) else "" for value in values]
        cells = [Text(number_format.format(value), style) for value, style in zip(values, styles, strict=True)]
        table.add_row(label, *cells)
    nominal = next(iter(systems.values()))["nominal_coverage"]
    table.add_row(
        f"coverage of the {nominal:.0%} intervals", *[f"{system['coverage']:.1%}" for system in systems.values()]
    )
    table.add_row("width of the intervals", *[f"{system['width']:.3f}" for system in systems.values()])
    table.add_section()
    table.add_row("parameters", *[f"{system['parameters']:,}" for system in systems.values()])
    table.add_row("training", *[duration(system["train_seconds"]) for system in systems.values()])
    console.print(table)
    for sentence in result["verdict"]:
        console.print(Text(sentence))
    if out is not None:
        console.print(Text(f"Written: {out / 'metrics.json'}, {out / 'report.png'}", style="dim"))
