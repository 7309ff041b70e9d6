"""The report of a classifier: its metrics beside those of baselines, as a table, metrics.json and report.png."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rnn_zoo.evaluation.baseline import Baseline
from rnn_zoo.evaluation.classification import checked_classification, classification_metrics
from rnn_zoo.evaluation.classification_picture import draw_report
from rnn_zoo.evaluation.formatting import duration
from rnn_zoo.evaluation.order import ORDER_PAIRS, OrderPair, order_test
from rnn_zoo.evaluation.rows import system_rows
from rnn_zoo.evaluation.verdict import verdict
from rnn_zoo.files import atomic_file
from rnn_zoo.terminal import Terminal
from rnn_zoo.types import Tensor

_SCORES = (
    ("accuracy", "accuracy", "{:.2%}", max),
    ("macro F1", "macro_f1", "{:.4f}", max),
    ("log loss, nats", "log_loss", "{:.4f}", min),
    ("calibration error", "calibration_error", "{:.4f}", min),
)
_ORDER = (
    ("word-order pairs distinguished", "different", "pairs"),
    ("sentiment pairs ranked correctly", "ordered_right", "sentiment_pairs"),
    ("… both labels correct", "both_right", "sentiment_pairs"),
)

_ORDER_METRICS = {
    "different": "order_pairs_told_apart",
    "ordered_right": "sentiment_pairs_right",
    "both_right": "sentiment_pairs_both_labels_right",
}


def classification_report(
    name: str,
    predict: Callable[[list[Any]], Tensor],
    test: Any,
    baselines: Iterable[Baseline] = (),
    *,
    names: Sequence[str],
    probabilities: Tensor = None,
    parameters: int | None = None,
    train_seconds: float | None = None,
    pairs: Sequence[OrderPair] = ORDER_PAIRS,
    positive: str | None = None,
    split: str = "test",
    out: str | Path | None = None,
    console: Console | None = None,
) -> dict[str, Any]:
    """Evaluates a classifier beside baselines on the same examples and says in words which is better.

    Args:
        name: the model's name.
        predict: function from a list of examples to probabilities <float>[examples, classes].
        test: has `.texts`, a sequence of examples (texts, or images), and `.labels`, <int>[examples].
        baselines: fitted baselines.
        names: class names, in the order of the columns.
        probabilities: <float>[examples, classes], the model's answers to `test` if they are known already; `predict`
            then answers the order test only.
        parameters: the model's number of weights.
        train_seconds: wall-clock seconds of its training.
        pairs: pairs of the order test. (): no order test.
        positive: name of the class of the more positive text of a pair. Default None: the class called "positive",
            "pos" or "1" of two classes; without one sentiment is not tested.
        split: what `test` is called in the report.
        out: folder for `metrics.json` and `report.png`. Default None: nothing is written.
        console: where to print. Default None: standard output.

    Returns:
        the content of `metrics.json`: `model`, `split`, `examples`, `names`, `systems` {name: metrics, parameters,
        train_seconds, order}, `verdict` (sentences). The model is the first system; the names of baselines begin with
        "baseline:".

    Raises:
        ValueError: shapes that do not match, two systems of one name, or an unknown `positive`.
    """
    names = [str(label) for label in names]
    baselines = list(baselines)
    labels = np.asarray(test.labels)
    if len(test.texts) == 0:
        raise ValueError("`test` must hold at least one text, got none.")
    if len({baseline.name for baseline in baselines}) < len(baselines):
        raise ValueError(f"`baselines` must have different names, got {[baseline.name for baseline in baselines]}.")
    positive_index = _positive(positive, names)
    texts = list(test.texts)
    if probabilities is None:
        probabilities = predict(texts)
    evaluated: list[Any] = [(name, predict, probabilities, parameters, train_seconds, {})]
    for one in baselines:
        evaluated.append(
            (f"baseline:{one.name}", one.predict, one.predict(texts), one.parameters, one.train_seconds, one.settings)
        )
    answers, systems = {}, {}
    for title, classify, answer, size, seconds, settings in evaluated:
        _, answers[title], _ = checked_classification(labels, answer, names)
        systems[title] = {
            **classification_metrics(labels, answers[title], names),
            "parameters": size,
            "train_seconds": seconds,
            "settings": settings,
            "order": order_test(classify, pairs, positive=positive_index) if len(pairs) else None,
        }
    result = {
        "model": name,
        "split": split,
        "examples": len(labels),
        "names": names,
        "systems": systems,
        "verdict": verdict(labels, answers, systems),
    }
    if out is not None:
        out = Path(out)
        with atomic_file(out / "metrics.json") as file:
            json.dump(result, file, indent=2, ensure_ascii=False, allow_nan=False)
            file.write("\n")
        with atomic_file(out / "report.png", "wb") as file:
            draw_report(result, labels, answers, file)
    _print(result, console or Terminal(file=sys.stdout), out)
    return result


def classification_rows(report: Mapping[str, Any], **made_by: Any) -> list[dict[str, Any]]:
    """Result rows of a report for `rnn_zoo.evaluation.results.append`, one per metric and system.

    Args:
        report: dict that `classification_report` returned.
        made_by: recipe, data, seed and command, and if wanted hardware and versions, see `system_rows`.
    """
    return system_rows(report, _metrics_of, **made_by)


def _metrics_of(system: Mapping[str, Any]) -> dict[str, float]:
    metrics = {name: system[name] for name in ("accuracy", "macro_f1", "log_loss", "calibration_error")}
    order = system["order"] or {}
    return metrics | {metric: order[key] for key, metric in _ORDER_METRICS.items() if key in order}


def _positive(positive, names):
    lowered = [name.lower() for name in names]
    if positive is not None:
        if str(positive) not in names:
            raise ValueError(f"`positive` must be one of the class names {names}, got {positive!r}.")
        return names.index(str(positive))
    known = [lowered.index(word) for word in ("positive", "pos", "1") if word in lowered and len(names) == 2]
    return known[0] if known else None


def _print(result, console, out):
    systems, model = result["systems"], result["model"]
    title = f"{model} on {result['examples']:,} {result['split']} examples"
    table = Table(title=title, title_style="bold", title_justify="left")
    table.add_column("")
    for name in systems:
        head = Text(name.replace("baseline:", "baseline\n"), style="bold" if name == model else "not bold")
        table.add_column(head, justify="right", overflow="fold")
    for label, key, form, best in _SCORES:
        values = [system[key] for system in systems.values()]
        table.add_row(
            label, *[Text(form.format(value), style="bold green" if value == best(values) else "") for value in values]
        )
    table.add_section()
    for label, share, of in _ORDER:
        counts = [count_of(system["order"], share, of) for system in systems.values()]
        if any(counts):
            table.add_row(label, *[count or "–" for count in counts])
    table.add_section()
    sizes = [system["parameters"] for system in systems.values()]
    table.add_row("parameters", *["–" if size is None else f"{size:,}" for size in sizes])
    table.add_row("training", *[duration(system["train_seconds"]) for system in systems.values()])
    console.print(table)
    classes = Table(title=f"{model}, class by class", title_style="bold", title_justify="left")
    classes.add_column("class", overflow="fold")
    for head in ("precision", "recall", "F1", "examples"):
        classes.add_column(head, justify="right")
    for label, row in systems[model]["per_class"].items():
        scores = [f"{row[key]:.4f}" for key in ("precision", "recall", "f1")]
        classes.add_row(Text(label), *scores, f"{row['support']:,}")
    console.print(classes)
    for sentence in result["verdict"]:
        console.print(Text(sentence))
    if out is not None:
        console.print(Text(f"Written: {out / 'metrics.json'}, {out / 'report.png'}", style="dim"))


def count_of(order: Mapping[str, Any] | None, share: str, of: str) -> str:
    """A fraction of the order test as a count, "21 of 28"; "" if it was not measured."""
    return f"{round(order[share] * order[of])} of {order[of]}" if order and share in order else ""
