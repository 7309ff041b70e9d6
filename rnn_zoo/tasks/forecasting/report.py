"""The report of a forecaster: its scores beside the baselines', as a table, metrics.json and report.png."""

import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rnn_zoo.evaluation.formatting import duration
from rnn_zoo.evaluation.rows import system_rows
from rnn_zoo.files import atomic_file
from rnn_zoo.tasks.forecasting.metrics import forecast_scores, naive_error
from rnn_zoo.tasks.forecasting.picture import draw_forecasts

_SCORES = (
    ("MSE", "mse", "{:.4f}"),
    ("MAE", "mae", "{:.4f}"),
    ("MASE", "mase", "{:.3f}"),
    ("sMAPE, %", "smape", "{:.2f}"),
)


def forecast_report(
    forecasters: Any, windows: Any, *, split: str = "test", out: str | Path | None = None, console: Any = None
) -> Any:
    """Scores forecasters on the same windows and says in words which is better.

    Every window is scored whose steps ahead all lie in the part, and none is dropped.

    Args:
        forecasters: fitted forecasters, the one the report is about first, the baselines after it.
        windows: rnn_zoo.datasets.Windows.
        split: the part of the series.
        out: folder for `metrics.json` and `report.png`; None writes nothing.
        console: `rich.console.Console` to print on. None prints to standard output.

    Returns:
        dict, the content of `metrics.json`: `model`, `split`, `windows`, `horizon`, `lookback`, `targets`, `systems`
        {name: scores, parameters, train_seconds}, `verdict` (sentences). A baseline's name begins with "baseline:".

    Raises:
        ValueError: two forecasters of one name.
    """
    series, starts = windows.series, windows.starts(split)
    names = [one.name if place == 0 else f"baseline:{one.name}" for place, one in enumerate(forecasters)]
    if len(set(names)) < len(names):
        raise ValueError(f"`forecasters` must have different names, got {names}.")
    actual = windows.future(starts)
    unit = naive_error(series.values[: series.cuts[0], : len(series.targets)], series.season)
    drawn, systems = None, {}
    for name, one in zip(names, forecasters, strict=True):
        forecast = one.predict(windows, starts)
        # Those of the baselines are let go: a long horizon makes each a gigabyte.
        drawn = forecast if drawn is None else drawn
        systems[name] = {
            **forecast_scores(actual, forecast, windows.scale, unit),
            "nominal_coverage": one.coverage,
            "parameters": one.parameters,
            "train_seconds": one.train_seconds,
        }
    result = {
        "model": names[0],
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
    _print(result, console or Console(file=sys.stdout), out)
    return result


def forecast_rows(
    report: dict[str, Any],
    *,
    recipe: str,
    data: Any,
    seed: int,
    command: str,
    hardware: str | None = None,
    versions: str | None = None,
) -> Any:
    """The rows of a report for `rnn_zoo.evaluation.results.append`, the horizon in the name of each metric.

    Args:
        report: dict that `forecast_report` returned.
        recipe: str, the recipe's name.
        data: str, the data set's name.
        seed: int, the run's seed.
        command: str, the command line that makes these numbers again.
        hardware, versions: str. Default to this machine's.

    Returns:
        list of dicts.
    """
    horizon = report["horizon"]

    def numbers(system):
        found = {f"{name}@{horizon}": system[name] for name in ("mse", "mae", "mase", "smape")}
        return {**found, f"coverage{round(100 * system['nominal_coverage'])}@{horizon}": system["coverage"]}

    made_by = {"recipe": recipe, "data": data, "seed": seed, "command": command}
    return system_rows(report, numbers, **made_by, hardware=hardware, versions=versions)


def _verdict(systems):
    model, *others = systems
    ours = systems[model]
    sentences = []
    if others:
        rival = min(others, key=lambda name: systems[name]["mse"])
        theirs = systems[rival]["mse"]
        won = ours["mse"] < theirs
        by = f", by {abs(1 - ours['mse'] / theirs):.1%}" if theirs and ours["mse"] < 2 * theirs else ""
        end = "" if won else " On this data the baseline is the better model."
        sentences.append(
            f"{model} {'beats' if won else 'LOSES to'} the best baseline, {rival}{by} in MSE: {ours['mse']:.4f} "
            f"against {theirs:.4f}.{end}"
        )
        worse = [name for name in others if systems[name]["mae"] < ours["mae"]]
        if worse and won:
            sentences.append(f"In MAE it is behind {', '.join(worse)}.")
    sentences.append(
        f"Its {ours['nominal_coverage']:.0%} intervals held {ours['coverage']:.1%} of what came, and were "
        f"{ours['width']:.3f} standard deviations wide."
    )
    return sentences


def _print(result, console, out):
    systems, model = result["systems"], result["model"]
    title = f"{model}: {result['horizon']} steps ahead, {result['windows']:,} {result['split']} windows"
    table = Table(title=title, title_style="bold", title_justify="left")
    table.add_column("errors of scaled\nvalues", no_wrap=True)
    for name in systems:
        head = Text(name.replace("baseline:", "baseline\n"), style="bold" if name == model else "not bold")
        table.add_column(head, justify="right", overflow="fold")
    for label, key, form in _SCORES:
        values = [system[key] for system in systems.values()]
        table.add_row(
            label, *[Text(form.format(value), style="bold green" if value == min(values) else "") for value in values]
        )
    nominal = next(iter(systems.values()))["nominal_coverage"]
    table.add_row(f"held by {nominal:.0%} intervals", *[f"{one['coverage']:.1%}" for one in systems.values()])
    table.add_row("their width", *[f"{one['width']:.3f}" for one in systems.values()])
    table.add_section()
    table.add_row("parameters", *[f"{one['parameters']:,}" for one in systems.values()])
    table.add_row("training", *[duration(one["train_seconds"]) for one in systems.values()])
    console.print(table)
    for sentence in result["verdict"]:
        console.print(Text(sentence))
    if out is not None:
        console.print(Text(f"Written: {out / 'metrics.json'}, {out / 'report.png'}", style="dim"))
