"""Report of a tagger: scores beside those of baselines, and sentences with true and predicted names."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from nervaluate import Evaluator
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sklearn.metrics import precision_recall_fscore_support

from rnn_zoo.evaluation.baseline import Baseline
from rnn_zoo.evaluation.formatting import duration
from rnn_zoo.evaluation.rows import system_rows
from rnn_zoo.files import atomic_file
from rnn_zoo.run import Run
from rnn_zoo.tasks.tagging.baselines import most_frequent_tag, window_logistic_regression
from rnn_zoo.tasks.tagging.dataset import TaggedDataset, TaggedSplit
from rnn_zoo.tasks.tagging.highlight import colors, highlighted, join_words, write_html
from rnn_zoo.tasks.tagging.signatures import TagGraph
from rnn_zoo.terminal import Terminal
from rnn_zoo.text.tag_scheme import Span, convert, spans_of

METRICS = ("f1", "precision", "recall", "accuracy", "macro_f1")
Tags = Sequence[str]
_KEYS = ("precision", "recall", "f1")


def report_beside_baselines(
    run: Run, graph: TagGraph, data: TaggedDataset, scheme: str, train_seconds: float
) -> dict[str, Any]:
    """Compares a tagger with the word's most frequent tag and with a linear model of its neighbourhood.

    Args:
        run: whose split is reported, and whose folder the report goes to; its option `model` names the tagger.
        graph: the tagger.
        data: the sentences that it was trained and is evaluated on.
        scheme: tag scheme that it predicts.
        train_seconds: seconds of its training.
    Returns:
        dict, the content of `metrics.json`.
    """

    def report_on(split: str, **options: Any) -> dict[str, Any]:
        part = getattr(data, split)
        predicted = [convert(tags, scheme, data.scheme) for tags in graph.tag(part.words)]
        return tag_report(run.options["model"], predicted, part, scheme=data.scheme, split=split, **options)

    if run.split == "test" and len(data.validation):
        report_on("validation")
    baselines = [
        most_frequent_tag(data.train),
        window_logistic_regression(data.train, run.seed, validation=data.validation),
    ]
    sizes = {"parameters": graph.model.count_params(), "train_seconds": train_seconds}
    return report_on(run.split, baselines=baselines, **sizes, out=run.out)


def tag_report(
    name: str,
    predicted: Sequence[Tags],
    test: TaggedSplit,
    baselines: Sequence[Baseline] = (),
    *,
    scheme: str,
    parameters: int | None = None,
    train_seconds: float | None = None,
    split: str = "test",
    shown: int = 5,
    out: str | Path | None = None,
    console: Console | None = None,
) -> dict[str, Any]:
    """Scores a tagger beside baselines on the same sentences and shows its mistakes.

    Args:
        name: the model's name.
        predicted: its tags of the sentences of `test`, in the same scheme.
        test: the sentences with their true tags.
        baselines: baselines whose `predict` maps sentences to tags.
        scheme: the tag scheme of `test`.
        parameters: the model's number of weights.
        train_seconds: wall-clock seconds of its training.
        split: name of `test` in the report.
        shown: number of sentences with a mistake to print; the page holds 200.
        out: folder for `metrics.json` and `report.html`; None writes nothing.
        console: console to print on; None prints to standard output.

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
    for baseline in baselines:
        systems[f"baseline:{baseline.name}"] = {
            **tag_scores(test.tags, baseline.predict(test.words), scheme),
            "parameters": baseline.parameters,
            "train_seconds": baseline.train_seconds,
            "settings": baseline.settings,
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
    _print(result, sentences[: 3 * shown], console or Terminal(file=sys.stdout))
    return result


def tag_rows(report: dict[str, Any], *, recipe: str, data: str, seed: int, command: str) -> list[dict[str, Any]]:
    """Rows for `rnn_zoo.evaluation.results.append`: each number of the model and of each baseline.

    Args:
        report: what `tag_report` returned.
        recipe, data, seed, command: columns of every row.
    """

    def numbers(system: Mapping[str, Any]) -> dict[str, float]:
        return {metric: system[metric] for metric in METRICS if metric in system}

    return system_rows(report, numbers, recipe=recipe, data=data, seed=seed, command=command)


def _sentences(test: TaggedSplit, predicted: Sequence[Tags], rows: Iterable[int], scheme: str) -> list[Text]:
    """Three lines per sentence: with the true names, with the predicted names, and a blank line."""
    palette = colors({tag for tags in test.tags for tag in tags} if scheme == "plain" else _types(test.tags, scheme))
    lines = []
    for row in rows:
        for title, tags in (("true      ", test.tags[row]), ("predicted ", predicted[row])):
            spans = spans_of(tags, scheme)
            if scheme == "plain":  # mark the words whose tags differ
                spans = [Span(n, n + 1, tag) for n, tag in enumerate(tags) if test.tags[row][n] != predicted[row][n]]
            lines.append(Text.assemble((title, "dim"), highlighted(*join_words(test.words[row], spans), palette)))
        lines.append(Text(""))
    return lines


def _types(sentences: Iterable[Tags], scheme: str) -> set[str]:
    return {span.type for tags in sentences for span in spans_of(tags, scheme)}


def _print(result: dict[str, Any], sentences: Iterable[Text], console: Console) -> None:
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
    types = Table(title=f"{model}, per type", title_style="bold", title_justify="left")
    types.add_column("type", overflow="fold")
    for head in ("precision", "recall", "F1", "support"):
        types.add_column(head, justify="right")
    for kind, row in systems[model]["per_type"].items():
        types.add_row(Text(kind), *[f"{row[key]:.2%}" for key in ("precision", "recall", "f1")], f"{row['support']:,}")
    console.print(types)
    for line in sentences:
        console.print(line)


def tag_scores(gold: Sequence[Tags], predicted: Sequence[Tags], scheme: str) -> dict[str, Any]:
    """Scores predicted tags against the true ones.

        precision = correct names / predicted names,  recall = correct names / true names,  F1 = 2 p r / (p + r)

    A name is correct if its first word, its last word and its type are; tags that the scheme forbids are read as by
    conlleval.

    Args:
        gold, predicted: the tags of each sentence; some may be empty.
        scheme: "BIO", "BIOES", "IOB1", or "plain", which has no names: F1 is then of each tag.

    Returns:
        JSON-serialisable dict: `words`, `accuracy` (fraction of words with the correct tag), `per_type`
        {type or tag: {precision, recall, f1, support}}; with names, `precision`, `recall`, `f1` over all of them and
        their number `names`; without, `macro_f1` over the tags in `gold`.

    Raises:
        ValueError: the sentences differ in number or in length, or hold no word.

    Reference: Tjong Kim Sang and De Meulder 2003, section 2.3.
    """
    gold, predicted = list(gold), list(predicted)
    lengths = [[len(tags) for tags in part] for part in (gold, predicted)]
    if lengths[0] != lengths[1]:
        wrong = next((n for n, pair in enumerate(zip(*lengths, strict=False)) if pair[0] != pair[1]), "their number")
        raise ValueError(f"`predicted` must hold a tag for each tag of `gold`; the sentences differ at {wrong}.")
    flat_gold, flat_predicted = ([tag for tags in part for tag in tags] for part in (gold, predicted))
    if not flat_gold:
        raise ValueError("`gold` must hold at least one word, got none.")
    correct = np.array([true == found for true, found in zip(flat_gold, flat_predicted, strict=True)])
    scores = {"words": len(flat_gold), "accuracy": float(correct.mean())}
    if scheme == "plain":
        tags = sorted(set(flat_gold))
        columns = precision_recall_fscore_support(flat_gold, flat_predicted, labels=tags, zero_division=0.0)
        per_type = {
            tag: {**{key: float(value) for key, value in zip(_KEYS, row, strict=False)}, "support": int(row[-1])}
            for tag, row in zip(tags, zip(*columns, strict=True), strict=True)
        }
        return {**scores, "macro_f1": float(np.mean(columns[2])), "per_type": per_type}
    spans = [[_as_dicts(spans_of(tags, scheme)) for tags in part] for part in (gold, predicted)]
    types = sorted({span["label"] for part in spans for sentence in part for span in sentence})
    if not types:
        return {**scores, **dict.fromkeys(_KEYS, 0.0), "names": 0, "per_type": {}}
    found = Evaluator(*spans, tags=types, loader="dict").evaluate()
    per_type = {kind: _numbers(found["entities"][kind]["strict"], "support") for kind in types}
    return {**scores, **_numbers(found["overall"]["strict"], "names"), "per_type": per_type}


def _as_dicts(spans: Iterable[Span]) -> list[dict[str, Any]]:
    return [{"label": kind, "start": start, "end": end - 1} for start, end, kind in spans]


def _numbers(result: Any, support: str) -> dict[str, Any]:
    return {**{key: float(getattr(result, key)) for key in _KEYS}, support: int(result.possible)}
