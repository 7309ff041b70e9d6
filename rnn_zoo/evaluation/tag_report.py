"""The report of a tagger: its scores beside the baselines', and sentences with true and predicted names."""

import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rnn_zoo.evaluation.highlight import colors, highlighted, of_words, write_html
from rnn_zoo.evaluation.report import duration
from rnn_zoo.evaluation.system_rows import system_rows
from rnn_zoo.evaluation.tag_scores import tag_scores
from rnn_zoo.files import atomic_file
from rnn_zoo.text.tag_scheme import spans_of

METRICS = ("f1", "precision", "recall", "accuracy", "macro_f1")


def tag_report(
    name,
    predicted,
    test,
    baselines=(),
    *,
    scheme,
    parameters=None,
    train_seconds=None,
    split="test",
    shown=5,
    out=None,
    console=None,
):
    """Scores a tagger beside baselines on the same sentences and shows where it errs.

    Args:
        name: str, the model's name.
        predicted: list of lists of str, its tags of the sentences of `test`, in the same scheme.
        test: `.words` and `.tags` (lists of lists of str).
        baselines: `Baseline`s whose `predict` maps sentences to tags.
        scheme: the tag scheme of `test`.
        parameters: int, the model's number of weights.
        train_seconds: float, wall-clock seconds of its training.
        split: str, what `test` is called in the report.
        shown: int, sentences to print, of those with a mistake; the page holds 200.
        out: folder for `metrics.json` and `report.html`; None writes nothing.
        console: `rich.console.Console` to print on. None prints to standard output.

    Returns:
        dict, the content of `metrics.json`: `model`, `split`, `scheme`, `systems` {name: scores as of `tag_scores`,
        parameters, train_seconds, settings}. The model is the first; a baseline's name begins with "baseline:".

    Raises:
        ValueError: as of `tag_scores`.
    """
    systems = {
        name: {
            **tag_scores(test.tags, predicted, scheme),
            "parameters": parameters,
            "train_seconds": train_seconds,
            "settings": {},
        }
    }
    for one in baselines:
        systems[f"baseline:{one.name}"] = {
            **tag_scores(test.tags, one.predict(test.words), scheme),
            "parameters": one.parameters,
            "train_seconds": one.train_seconds,
            "settings": one.settings,
        }
    result = {"model": name, "split": split, "scheme": scheme, "systems": systems}
    wrong = [row for row, tags in enumerate(test.tags) if list(tags) != list(predicted[row])]
    sentences = _sentences(test, predicted, wrong[:200], scheme)
    if out is not None:
        with atomic_file(Path(out) / "metrics.json") as file:
            json.dump(result, file, indent=2, ensure_ascii=False, allow_nan=False)
            file.write("\n")
        title = f"{name}: {len(wrong):,} of {len(test.tags):,} {split} sentences with a mistake"
        write_html(Path(out) / "report.html", sentences, title)
    _print(result, sentences[: 3 * shown], console or Console(file=sys.stdout, markup=False, highlight=False))
    return result


def tag_rows(report, *, recipe, data, seed, command):
    """The rows for `rnn_zoo.evaluation.results.append`: each number of the model and of each baseline.

    Args:
        report: dict that `tag_report` returned.
        recipe, data, command: str. seed: int.
    Returns:
        list of dicts.
    """

    def numbers(system):
        return {metric: system[metric] for metric in METRICS if metric in system}

    return system_rows(report, numbers, recipe=recipe, data=data, seed=seed, command=command)


def _sentences(test, predicted, rows, scheme):
    """Lines of rich.text.Text: each sentence with the true names, with the predicted ones, and a blank line."""
    palette = colors({tag for tags in test.tags for tag in tags} if scheme == "plain" else _types(test.tags, scheme))
    lines = []
    for row in rows:
        for title, tags in (("true      ", test.tags[row]), ("predicted ", predicted[row])):
            spans = spans_of(tags, scheme)
            if scheme == "plain":  # of the words whose tags differ
                spans = [(n, n + 1, tag) for n, tag in enumerate(tags) if test.tags[row][n] != predicted[row][n]]
            lines.append(Text.assemble((title, "dim"), highlighted(*of_words(test.words[row], spans), palette)))
        lines.append(Text(""))
    return lines


def _types(sentences, scheme):
    return {span.type for tags in sentences for span in spans_of(tags, scheme)}


def _print(result, sentences, console):
    systems, model = result["systems"], result["model"]
    table = Table(title=f"{model} on {result['split']}", title_style="bold", title_justify="left")
    table.add_column("")
    for name in systems:
        table.add_column(Text(name.replace("baseline:", "baseline\n")), justify="right", overflow="fold")
    for metric in METRICS:
        if metric in systems[model]:
            table.add_row(metric.replace("_", " "), *[f"{system[metric]:.2%}" for system in systems.values()])
    table.add_row("parameters", *["–" if s["parameters"] is None else f"{s['parameters']:,}" for s in systems.values()])
    table.add_row("training", *[duration(system["train_seconds"]) for system in systems.values()])
    console.print(table)
    types = Table(title=f"{model}, type by type", title_style="bold", title_justify="left")
    types.add_column("type", overflow="fold")
    for head in ("precision", "recall", "F1", "support"):
        types.add_column(head, justify="right")
    for kind, row in systems[model]["per_type"].items():
        types.add_row(Text(kind), *[f"{row[key]:.2%}" for key in ("precision", "recall", "f1")], f"{row['support']:,}")
    console.print(types)
    for line in sentences:
        console.print(line)
