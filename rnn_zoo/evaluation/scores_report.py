"""The report of any model with numeric scores: the model beside baselines, and examples of its output."""

import json
import sys
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rnn_zoo.evaluation.formatting import duration
from rnn_zoo.evaluation.rows import system_rows
from rnn_zoo.files import atomic_file
from rnn_zoo.terminal import Terminal


def scores_report(
    systems: Mapping[str, Mapping[str, Any]],
    *,
    split: str,
    lower_is_better: Collection[str] = (),
    examples: Iterable[Mapping[str, str]] = (),
    out: str | Path | None = None,
    console: Console | None = None,
) -> dict[str, Any]:
    """Prints and writes the scores of a model and its baselines on the same data, and examples of its output.

    Args:
        systems: name -> dict of "scores" (metric -> float), "parameters" (int or None) and "train_seconds" (float or
            None). The model comes first. The names of baselines begin with "baseline:"; the verdict compares the model
            with these alone.
        split: the part of the data that the scores were measured on.
        lower_is_better: names of metrics.
        examples: inputs and outputs, name -> text, such as "given", "written", "expected".
        out: folder for `metrics.json` and `examples.txt`. Default None: nothing is written.
        console: where to print. Default None: standard output.

    Returns:
        dict, the content of `metrics.json`: `model`, `split`, `systems` {name: scores, parameters, train_seconds},
        `verdict` (sentences), `examples`.
    """
    model = next(iter(systems))
    result = {
        "model": model,
        "split": split,
        "systems": {
            name: {**system["scores"], "parameters": system["parameters"], "train_seconds": system["train_seconds"]}
            for name, system in systems.items()
        },
        "verdict": [
            _sentence(metric, {name: system["scores"][metric] for name, system in systems.items()}, lower_is_better)
            for metric in systems[model]["scores"]
            if any(name.startswith("baseline:") for name in systems)
        ],
        "examples": [dict(example) for example in examples],
    }
    if out is not None:
        with atomic_file(Path(out) / "metrics.json") as file:
            json.dump(result, file, indent=2, ensure_ascii=False, allow_nan=False)
            file.write("\n")
        with atomic_file(Path(out) / "examples.txt") as file:
            file.write("\n".join(map(_example, result["examples"])))
    _print(result, systems, console or Terminal(file=sys.stdout), out)
    return result


def scores_rows(report: Mapping[str, Any], **made_by: Any) -> list[dict[str, Any]]:
    """Result rows of a report for `rnn_zoo.evaluation.results.append`, one per metric and system.

    Args:
        report: dict that `scores_report` returned.
        made_by: recipe, data, seed and command, and if wanted hardware and versions, see `system_rows`.
    """

    def metrics(system: Mapping[str, Any]) -> dict[str, float]:
        return {name: value for name, value in system.items() if name not in ("parameters", "train_seconds")}

    return system_rows(report, metrics, **made_by)


def _sentence(metric, values, lower_is_better):
    model = next(iter(values))
    others = [name for name in values if name.startswith("baseline:")]
    best = (min if metric in lower_is_better else max)(others, key=values.get)
    shown = [f"{values[name]:.4g}" for name in (model, best)]
    if shown[0] == shown[1]:
        end = "they are equal"
    else:
        better = (values[model] < values[best]) == (metric in lower_is_better)
        end = f"the {'model' if better else 'baseline'} is better"
    name = metric.replace("_", " ")
    return f"{name}: {model} {shown[0]}, the best baseline ({best.partition(':')[2]}) {shown[1]}; {end}."


def _example(example):
    return "".join(f"{name}: {text}\n" for name, text in example.items())


def _print(result, systems, console, out):
    table = Table(title=f"{result['model']} on {result['split']}", title_style="bold", title_justify="left")
    table.add_column("")
    metrics = list(next(iter(systems.values()))["scores"])
    for metric in metrics:
        table.add_column(metric.replace("_", " "), justify="right")
    table.add_column("parameters", justify="right")
    table.add_column("training", justify="right")
    for name, system in systems.items():
        numbers = [f"{system['scores'][metric]:.4g}" for metric in metrics]
        size = "–" if system["parameters"] is None else f"{system['parameters']:,}"
        table.add_row(Text(name), *numbers, size, duration(system["train_seconds"]))
    console.print(table)
    for sentence in result["verdict"]:
        console.print(Text(sentence))
    for example in result["examples"]:
        console.print(Text("\n" + _example(example).rstrip()))
    if out is not None:
        console.print(Text(f"\nWritten: {Path(out) / 'metrics.json'}, {Path(out) / 'examples.txt'}", style="dim"))
