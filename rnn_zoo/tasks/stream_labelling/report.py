"""The report of a detector: precision, recall and F1 over the steps of streams, beside a baseline."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from rnn_zoo.evaluation.formatting import duration
from rnn_zoo.evaluation.rows import system_rows
from rnn_zoo.files import atomic_file
from rnn_zoo.run import Run
from rnn_zoo.tasks.stream_labelling.baselines import last_letter
from rnn_zoo.tasks.stream_labelling.batches import padded
from rnn_zoo.tasks.stream_labelling.data import WordStream
from rnn_zoo.tasks.stream_labelling.scores import detection_scores
from rnn_zoo.terminal import Terminal
from rnn_zoo.text import Symbols
from rnn_zoo.types import Model, Tensor

_SCORES = ("f1", "precision", "recall", "average_precision")


def report_beside_baselines(
    run: Run, network: Model, symbols: Symbols, streams: WordStream, train_seconds: float
) -> dict[str, Any]:
    """Compares a network with the rule that the last letter of the word is a detection.

    Args:
        run: its split is reported, and the report goes to its folder.
        network: keras.Model, ids <int>[batch, time] -> probabilities <float>[batch, time, 1].
        symbols: the characters that it was trained with.
        streams: the data.
        train_seconds: wall-clock seconds of the training.

    Returns:
        the content of `metrics.json`.
    """
    evaluated = getattr(streams, run.split)
    ids = padded(symbols.encode(evaluated.texts))
    probabilities = network.predict(ids, verbose=0)[..., 0][ids != 0]
    systems = {
        "word_detector": {
            "probabilities": probabilities,
            "parameters": network.count_params(),
            "train_seconds": train_seconds,
        },
        "baseline:last_letter": {
            "probabilities": last_letter(evaluated.texts, streams.word),
            "parameters": None,
            "train_seconds": None,
        },
    }
    return detection_report("word_detector", np.concatenate(evaluated.labels), systems, split=run.split, out=run.out)


def detection_report(
    name: str,
    labels: Tensor,
    systems: Mapping[str, Mapping[str, Any]],
    *,
    split: str = "test",
    out: str | Path | None = None,
    console: Console | None = None,
) -> dict[str, Any]:
    """Evaluates a detector beside baselines on the same steps and says which is better.

    Args:
        name: the model's name, the first of `systems`.
        labels: <int>[steps].
        systems: name -> dict of "probabilities" <float>[steps], "parameters" (int or None) and "train_seconds" (float
            or None). The model comes first. The names of baselines begin with "baseline:".
        split: the part of the data that the steps are from.
        out: folder for `metrics.json`. Default None: nothing is written.
        console: where to print. Default None: standard output.

    Returns:
        the content of `metrics.json`: `model`, `split`, `steps`, `systems` {name: scores, parameters,
        train_seconds}, `verdict` (sentences).
    """
    scored = {
        title: {
            **detection_scores(labels, system["probabilities"]),
            "parameters": system["parameters"],
            "train_seconds": system["train_seconds"],
        }
        for title, system in systems.items()
    }
    best = max((title for title in scored if title != name), key=lambda title: scored[title]["f1"])
    ours, theirs = scored[name]["f1"], scored[best]["f1"]
    verb = "beats" if ours > theirs else "ties with" if ours == theirs else "LOSES to"
    counts = scored[name]
    result = {
        "model": name,
        "split": split,
        "steps": len(labels),
        "systems": scored,
        "verdict": [
            f"{name} {verb} the best baseline, {best}: F1 {ours:.4f} against {theirs:.4f}.",
            f"It missed {counts['missed']:,} of {counts['found'] + counts['missed']:,} events, with "
            f"{counts['false_alarms']:,} false alarms in {len(labels):,} steps.",
        ],
    }
    if out is not None:
        with atomic_file(Path(out) / "metrics.json") as file:
            json.dump(result, file, indent=2, ensure_ascii=False, allow_nan=False)
            file.write("\n")
    _print(result, console or Terminal(file=sys.stdout))
    return result


def detection_rows(report: Mapping[str, Any], **made_by: Any) -> list[dict[str, Any]]:
    """Result rows of a report for `rnn_zoo.evaluation.results.append`, one per score and system.

    Args:
        report: dict that `detection_report` returned.
        made_by: recipe, data, seed and command, see `system_rows`.
    """
    return system_rows(report, lambda system: {metric: system[metric] for metric in _SCORES}, **made_by)


def _print(result: Mapping[str, Any], console: Console) -> None:
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
