"""The report of a model that writes: its scores beside the baselines', and what it writes."""

import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rnn_zoo.evaluation.report import duration
from rnn_zoo.evaluation.system_rows import system_rows
from rnn_zoo.files import atomic_file


def writing_report(systems, *, split, lower_is_better=(), examples=(), out=None, console=None):
    """Prints and writes the scores of a model and its baselines on the same data, and examples of what it writes.

    Args:
        systems: dict, name -> dict of "scores" (metric -> float), "parameters" (int or None) and "train_seconds" (float
            or None). The model comes first; a baseline's name begins with "baseline:", and what does not is another
            system beside them, of which the verdict says nothing.
        split: str, what the scores were measured on.
        lower_is_better: names of metrics.
        examples: dicts of what was given and what was written, name -> str, as "given", "written", "expected".
        out: folder for `metrics.json` and `examples.txt`; None writes nothing.
        console: `rich.console.Console`. None prints to standard output.

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
    _print(result, systems, console or Console(file=sys.stdout), out)
    return result


def writing_rows(report, *, recipe, data, seed, command, hardware=None, versions=None):
    """The rows of a report for `rnn_zoo.evaluation.results.append`, one a number of the model and of each baseline.

    Args:
        report: dict that `writing_report` returned.
        recipe, data, seed, command, hardware, versions: as of `rnn_zoo.evaluation.results.rows`.

    Returns:
        list of dicts.
    """

    def numbers(system):
        return {name: value for name, value in system.items() if name not in ("parameters", "train_seconds")}

    made_by = {"recipe": recipe, "data": data, "seed": seed, "command": command}
    return system_rows(report, numbers, **made_by, hardware=hardware, versions=versions)


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
