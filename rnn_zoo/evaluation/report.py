"""The report of one model: its scores beside the baselines', as a table, metrics.json and report.png."""

import json
import sys
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rnn_zoo.evaluation.metrics import checked, classification
from rnn_zoo.evaluation.order import ORDER_PAIRS, order_test
from rnn_zoo.evaluation.picture import draw
from rnn_zoo.evaluation.verdict import verdict
from rnn_zoo.files import atomic_file

_SCORES = (
    ("accuracy", "accuracy", "{:.2%}", max),
    ("macro F1", "macro_f1", "{:.4f}", max),
    ("log loss, nats", "log_loss", "{:.4f}", min),
    ("calibration error", "calibration_error", "{:.4f}", min),
)
_ORDER = (
    ("permuted pairs told apart", "different", "pairs"),
    ("sentiment pairs ordered right", "ordered_right", "sentiment_pairs"),
    ("… both labels right", "both_right", "sentiment_pairs"),
)


def report(
    name,
    predict,
    test,
    baselines=(),
    *,
    names,
    probabilities=None,
    parameters=None,
    train_seconds=None,
    pairs=ORDER_PAIRS,
    positive=None,
    split="test",
    out=None,
    console=None,
):
    """Scores a model beside baselines on the same examples and says in words which is better.

    Args:
        name: str, the model's name.
        predict: function from a list of texts to probabilities `<float>[texts, classes]`.
        test: `.texts` (sequence of str) and `.labels` (<int>[texts]).
        baselines: `Baseline`s, fitted.
        names: the class names, in the order of the columns.
        probabilities: <float>[texts, classes], the model's answers to `test` where they are known already; `predict`
            then answers the order test only.
        parameters: int, the model's number of weights.
        train_seconds: float, wall-clock seconds of its training.
        pairs: the `OrderPair`s of the order test; () leaves it out.
        positive: str, the class name that stands for the more positive text of a pair. None takes the class called
            "positive", "pos" or "1" out of two, and without one leaves out the sentiment.
        split: str, what `test` is called in the report.
        out: folder for `metrics.json` and `report.png`; None writes nothing.
        console: `rich.console.Console` to print on. None prints to standard output.

    Returns:
        dict, the content of `metrics.json`: `model`, `split`, `examples`, `names`, `systems` {name: scores, parameters,
        train_seconds, order}, `verdict` (sentences). The model is the first of the systems; a baseline's name begins
        with "baseline:".

    Raises:
        ValueError: shapes that do not fit each other, two systems of one name, or an unknown `positive`.
    """
    names = [str(label) for label in names]
    labels = np.asarray(test.labels)
    if len(test.texts) == 0:
        raise ValueError("`test` must hold at least one text, got none.")
    if len({baseline.name for baseline in baselines}) < len(baselines):
        raise ValueError(f"`baselines` must have different names, got {[baseline.name for baseline in baselines]}.")
    positive_index = _positive(positive, names)
    texts = list(test.texts)
    if probabilities is None:
        probabilities = predict(texts)
    contenders = [(name, predict, probabilities, parameters, train_seconds, {})]
    for one in baselines:
        contenders.append(
            (f"baseline:{one.name}", one.predict, one.predict(texts), one.parameters, one.train_seconds, one.settings)
        )
    answers, systems = {}, {}
    for title, ask, answer, size, seconds, settings in contenders:
        _, answers[title], _ = checked(labels, answer, names)
        systems[title] = {
            **classification(labels, answers[title], names),
            "parameters": size,
            "train_seconds": seconds,
            "settings": settings,
            "order": order_test(ask, pairs, positive=positive_index) if len(pairs) else None,
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
            draw(result, labels, answers, file)
    _print(result, console or Console(file=sys.stdout), out)
    return result


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


def count_of(order, share, of):
    """A share of the order test as a count, "21 of 28"; "" where it was not asked."""
    return f"{round(order[share] * order[of])} of {order[of]}" if order and share in order else ""


def duration(seconds):
    """Seconds as a person reads them: "8 s", "12 min"; "–" for None."""
    if seconds is None:
        return "–"
    if seconds < 1:
        return "< 1 s"
    return f"{seconds:.0f} s" if seconds < 600 else f"{seconds / 60:.0f} min"
