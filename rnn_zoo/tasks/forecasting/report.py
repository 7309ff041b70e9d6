"""The report of a forecaster: its scores beside those of baselines, as a table, metrics.json and report.png."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rnn_zoo.evaluation.formatting import duration
from rnn_zoo.evaluation.rows import system_rows
from rnn_zoo.files import atomic_file
from rnn_zoo.series.windows import Windows
from rnn_zoo.tasks.forecasting.forecasters import Auto, Drift, Intermittent, LastValue, Ridge, SeasonalNaive, Smoothing
from rnn_zoo.tasks.forecasting.forecasters.forecaster import Forecaster
from rnn_zoo.tasks.forecasting.forecasters.intermittent import is_intermittent
from rnn_zoo.tasks.forecasting.metrics import forecast_scores, in_units, naive_errors
from rnn_zoo.tasks.forecasting.picture import draw_forecasts
from rnn_zoo.terminal import Terminal

_SCORES = (
    ("MSE", "mse", "{:.4f}"),
    ("MAE", "mae", "{:.4f}"),
    ("MASE", "mase", "{:.3f}"),
    ("sMAPE %", "smape", "{:.2f}"),
    ("MSIS", "msis", "{:.2f}"),
    ("pinball", "pinball", "{:.4f}"),
)
_EVEN = 0.0005  # relative difference in MSE that is read as none


def fit_baselines(forecaster: Forecaster, windows: Windows) -> list[Forecaster]:
    """The baselines of a report. Beside "auto" they are fitted, as it is, to the training and the validation part.

    Args:
        forecaster: the fitted model of the report; its coverage is theirs.
        windows: the windows of the series.
    """
    baselines: list[Forecaster] = []
    further = [Intermittent] if is_intermittent(windows) else []
    for kind in (LastValue, SeasonalNaive, Drift, Ridge, Smoothing, *further):
        if kind is SeasonalNaive and int((windows.starts("validation")).min()) < windows.series.season:
            continue  # no season before the first forecast
        baseline = kind(forecaster.coverage).fit(windows)
        if isinstance(forecaster, Auto) and forecaster.refits:
            baseline.refit(windows.all_known())
        baselines.append(baseline)
    return baselines


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
    actual, members = windows.actual(starts), windows.members(starts)
    fitted = windows.all_known() if isinstance(forecasters[0], Auto) and forecasters[0].refits else windows
    unit, deviation = (numbers[members][:, None] for numbers in (naive_errors(fitted), windows.deviations))
    drawn: Any = None
    systems = {}
    for name, forecaster in zip(names, forecasters, strict=True):
        forecast = in_units(forecaster.predict(windows, starts), windows, starts)
        # Only the model's forecast is kept: with a long horizon each takes a gigabyte of memory.
        drawn = forecast if drawn is None else drawn
        systems[name] = {
            **forecast_scores(actual, forecast, deviation, unit, forecaster.coverage),
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
        "verdict": [*_verdict(systems, "mase" if series.many else "mse"), *_choice(forecasters[0], windows)],
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
        errors = {f"{name}@{horizon}": system[name] for _, name, _ in _SCORES}
        return {**errors, f"coverage{round(100 * system['nominal_coverage'])}@{horizon}": system["coverage"]}

    made_by: dict[str, Any] = {"recipe": recipe, "data": data, "seed": seed, "command": command}
    return system_rows(report, metrics, **made_by, hardware=hardware, versions=versions)


def _choice(forecaster: Forecaster, windows: Windows) -> list[str]:
    """What "auto" chose; nothing for other forecasters."""
    if not isinstance(forecaster, Auto) or forecaster.choice is None:
        return []
    sizes = f"Look-back {windows.lookback} steps, transform {windows.transform!r}."
    refitted = ["All systems were then fitted to training and validation part."] if forecaster.refits else []
    return [forecaster.choice.sentence(), sizes, *refitted]


def _verdict(systems: Mapping[str, Mapping[str, Any]], measure: str) -> list[str]:
    """Sentences on the model and the best baseline; of many series by MASE, in which no single one weighs most."""
    model, *baselines = systems
    scores = systems[model]
    sentences = []
    if baselines:
        best = min(baselines, key=lambda name: systems[name][measure])
        error, least = scores[measure], systems[best][measure]
        even = abs(error - least) <= _EVEN * least
        wins = error < least and not even
        verb = "equals" if even else "beats" if wins else "LOSES to"
        margin = f", by {abs(1 - error / least):.1%}" if not even and error < 2 * least else ","
        end = "" if wins or even else " On this data the baseline is the better model."
        sentences.append(
            f"{model} {verb} the best baseline, {best}{margin} in {measure.upper()}: {error:.4g} against "
            f"{least:.4g}.{end}"
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
    nominal = systems[model]["nominal_coverage"]
    table = Table(title=title, title_style="bold", title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("", overflow="fold")
    for label, _, _ in _SCORES:
        table.add_column(label, justify="right")
    table.add_column(f"in {nominal:.0%}\nintervals", justify="right")
    for name, system in systems.items():
        cells = [Text(name.removeprefix("baseline:"), "bold" if name == model else "")]
        for _, key, number_format in _SCORES:
            best = system[key] == min(other[key] for other in systems.values())
            cells.append(Text(number_format.format(system[key]), "bold green" if best else ""))
        table.add_row(*cells, f"{system['coverage']:.1%}")
    console.print(table)
    for sentence in result["verdict"]:
        console.print(Text(sentence))
    console.print(
        Text(f"{systems[model]['parameters']:,} parameters, trained in {duration(systems[model]['train_seconds'])}.")
    )
    if out is not None:
        console.print(Text(f"Written: {out / 'metrics.json'}, {out / 'report.png'}", style="dim"))
