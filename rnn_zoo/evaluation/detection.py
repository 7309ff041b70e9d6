"""Scores of what is told at every step of a stream, beside a baseline's: precision, recall, F1."""

import json
import sys
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.metrics import average_precision_score, precision_recall_fscore_support

from rnn_zoo.evaluation.report import duration
from rnn_zoo.evaluation.system_rows import system_rows
from rnn_zoo.files import atomic_file

_SCORES = ("f1", "precision", "recall", "average_precision")


def detection(labels, probabilities, threshold=0.5):
    """Scores the probability, at each step, that it has just happened.

    Args:
        labels: <int>[steps], 1 where it has; once at least.
        probabilities: <float>[steps].
        threshold: float, from which on it is told.

    Returns:
        dict that JSON can hold: `f1`, `precision`, `recall`, `average_precision` (over all thresholds), `found`,
        `missed`, `false_alarms`. What never tells has precision 0.

    Raises:
        ValueError: the shapes differ, or no label is 1.
    """
    labels, probabilities = np.asarray(labels), np.asarray(probabilities, "float64")
    if labels.ndim != 1 or labels.shape != probabilities.shape:
        raise ValueError(
            f"`labels` and `probabilities` must hold one number a step, got the shapes {labels.shape} and "
            f"{probabilities.shape}."
        )
    if not labels.any():
        raise ValueError("`labels` must be 1 at one step at least, got none: no recall is known.")
    told = probabilities >= threshold
    precision, recall, f1, _ = precision_recall_fscore_support(labels, told, average="binary", zero_division=0.0)
    return {
        "f1": float(f1),
        "precision": float(precision),
        "recall": float(recall),
        "average_precision": float(average_precision_score(labels, probabilities)),
        "found": int(np.sum(told & (labels == 1))),
        "missed": int(np.sum(~told & (labels == 1))),
        "false_alarms": int(np.sum(told & (labels == 0))),
    }


def detection_report(name, labels, systems, *, split="test", out=None, console=None):
    """Scores a model beside baselines on the same steps and says which is better.

    Args:
        name: str, the model's name; one of `systems`, the first.
        labels: <int>[steps].
        systems: dict, name -> dict of probabilities <float>[steps], parameters (int or None) and train_seconds (float
            or None); the model first, the names of baselines beginning with "baseline:".
        split: str, what the steps are called in the report.
        out: folder for `metrics.json`; None writes nothing.
        console: `rich.console.Console` to print on. None prints to standard output.

    Returns:
        dict, the content of `metrics.json`: `model`, `split`, `steps`, `systems` {name: scores, parameters,
        train_seconds}, `verdict` (sentences).
    """
    scored = {
        title: {
            **detection(labels, system["probabilities"]),
            "parameters": system["parameters"],
            "train_seconds": system["train_seconds"],
        }
        for title, system in systems.items()
    }
    rivals = {title: scores["f1"] for title, scores in scored.items() if title != name}
    rival = max(rivals, key=rivals.get)
    ours, theirs = scored[name]["f1"], rivals[rival]
    verb = "beats" if ours > theirs else "ties with" if ours == theirs else "LOSES to"
    told = scored[name]
    result = {
        "model": name,
        "split": split,
        "steps": len(labels),
        "systems": scored,
        "verdict": [
            f"{name} {verb} the best baseline, {rival}: F1 {ours:.4f} against {theirs:.4f}.",
            f"Of {told['found'] + told['missed']:,} it missed {told['missed']:,}; {told['false_alarms']:,} times it "
            f"told of one that was not there, in {len(labels):,} steps.",
        ],
    }
    if out is not None:
        with atomic_file(Path(out) / "metrics.json") as file:
            json.dump(result, file, indent=2, ensure_ascii=False, allow_nan=False)
            file.write("\n")
    _print(result, console or Console(file=sys.stdout))
    return result


def detection_rows(report, *, recipe, data, seed, command):
    """The rows of a report for a result file: `precision`, `recall`, F1 and average precision of every system.

    Args:
        report: dict that `detection_report` returned.
        recipe, data, seed, command: as of `rnn_zoo.evaluation.results.rows`.

    Returns:
        list of dicts with the keys `rnn_zoo.evaluation.results.COLUMNS`.
    """

    def numbers(system):
        return {metric: system[metric] for metric in _SCORES}

    return system_rows(report, numbers, recipe=recipe, data=data, seed=seed, command=command)


def _print(result, console):
    title = f"{result['model']} on {result['steps']:,} {result['split']} steps"
    table = Table(title=title, title_style="bold", title_justify="left")
    table.add_column("")
    for name in result["systems"]:
        table.add_column(name.replace("baseline:", "baseline\n"), justify="right", overflow="fold")
    systems = result["systems"].values()
    for key in _SCORES:
        table.add_row(key.replace("_", " ").replace("f1", "F1"), *[f"{system[key]:.4f}" for system in systems])
    for key in ("found", "missed", "false_alarms"):
        table.add_row(key.replace("_", " "), *[f"{system[key]:,}" for system in systems])
    sizes = [system["parameters"] for system in systems]
    table.add_row("parameters", *["–" if size is None else f"{size:,}" for size in sizes])
    table.add_row("training", *[duration(system["train_seconds"]) for system in systems])
    console.print(table)
    for sentence in result["verdict"]:
        console.print(sentence, markup=False, highlight=False, soft_wrap=True)
