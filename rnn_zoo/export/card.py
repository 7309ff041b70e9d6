"""The model card: use, metrics, data, licence and limits of an exported model, as Markdown."""

import dataclasses
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from rnn_zoo import __version__

_ABSENT = "not stated"
# Keys of `card` with a place of their own.
_PLACED = ("name", "summary", "data", "licence", "limits", "command", "seed")


@dataclasses.dataclass(frozen=True)
class Use:
    """Texts of the card for one kind of model.

    Args:
        summary: default of the card's summary.
        answers: input and output of the model; {labels} is replaced by the list of labels.
        python: Python lines that call `model`, the SavedModel.
        arguments: arguments after `rnn-zoo predict NAME`.
    """

    summary: str
    answers: str
    python: str
    arguments: str


CLASSES = Use(
    "A recurrent network that classifies text.",
    "Input: any number of texts of any length. Output: one of {labels}, with the probability of each.",
    """answers = model.serve(tf.constant(["The food is not good", ""]))
answers["label"], answers["score"], answers["probabilities"]""",
    '"The food is not good"',
)


def model_card(
    name: str,
    labels: Sequence[str],
    card: Mapping[str, Any],
    metrics: Mapping[str, Any],
    *,
    parameters: int,
    words: int | None,
    size: int,
    use: Use = CLASSES,
    onnx: str = "",
) -> str:
    """Returns the model card as Markdown.

    Args:
        name: default of `card["name"]`.
        labels: the classes or tags; empty for other models.
        card: name, summary, data, licence, limits, command and seed have a place of their own; any other key gets a
            line.
        metrics: {model or baseline: {metric: number}} or {metric: number}; other entries are in metrics.json only.
        parameters: number of parameters.
        words: size of the vocabulary; None for a model without one.
        size: size of the other files, in bytes.
        use: texts for the kind of model.
        onnx: how ONNX Runtime runs it, see `rnn_zoo.export.onnx.files.save_onnx`.
    """
    stated = {key: str(value).strip() for key, value in card.items() if value is not None and str(value).strip()}
    name = stated.get("name", name)
    others = "".join(f"- {key}: {value}\n" for key, value in stated.items() if key not in _PLACED)
    fence = "```"
    vocabulary = "" if words is None else f"{words:,} words, "
    return f"""# {name}

{stated.get("summary", use.summary)}

{use.answers.replace("{labels}", _listed(labels))}

## Use

In this folder, with TensorFlow alone:

{fence}python
import tensorflow as tf

model = tf.saved_model.load(".")
{use.python}
{fence}
{onnx and f"{chr(10)}{onnx}{chr(10)}"}
With rnn_zoo:

{fence}
rnn-zoo predict . {use.arguments}
{fence}

## Metrics

{_metrics_table(metrics)}

## Data

{stated.get("data", _ABSENT)}

Licence: {stated.get("licence", _ABSENT)}

## Limits

{stated.get("limits", _ABSENT)}

## Reproduction

- command: {_code(stated.get("command"))}
- seed: {stated.get("seed", _ABSENT)}
- versions: {versions()}
- size: {parameters:,} parameters, {vocabulary}{size / 1e6:.1f} MB
{others}
Verify the files of this folder: `sha256sum --check SHA256SUMS`. A SavedModel may read and write files when it runs: use
folders from people you trust.
"""


def versions() -> str:
    """The versions of the software, as one line."""
    parts = [f"rnn_zoo {__version__}", *(f"{name} {version(name)}" for name in ("tensorflow", "keras"))]
    return "; ".join([*parts, f"Python {platform.python_version()}"])


def _listed(labels: Sequence[str]) -> str:
    shown = ", ".join(f"`{label}`" for label in labels[:20])
    return shown if len(labels) <= 20 else f"{shown} and {len(labels) - 20} more (`labels.json`)"


def _code(command: str | None) -> str:
    return f"`{command}`" if command else _ABSENT


def _metrics_table(metrics: Mapping[str, Any]) -> str:
    """Metrics as a Markdown table, from the dict of a report or {name: {metric: number}}."""
    if not metrics:
        return _ABSENT
    systems = metrics.get("systems", {name: scores for name, scores in metrics.items() if isinstance(scores, dict)})
    rows = {name: _numbers(scores) for name, scores in systems.items()}
    if "systems" not in metrics:
        rows = {"model": _numbers(metrics), **rows}
    rows = {name: numbers for name, numbers in rows.items() if numbers}
    if not rows:
        return "See `metrics.json`."
    # One row per metric: a card has few models and many metrics, and a terminal has 80 columns.
    measured = list(dict.fromkeys(metric for numbers in rows.values() for metric in numbers))
    heads = (name.replace("baseline:", "baseline: ") for name in rows)
    lines = ["| | " + " | ".join(heads) + " |", "|---" + "|---:" * len(rows) + "|"]
    for metric in measured:
        values = (_shown(numbers.get(metric)) for numbers in rows.values())
        lines.append("| " + " | ".join([metric.replace("_", " "), *values]) + " |")
    lines += ["", *metrics.get("verdict", ()), "", "More in `metrics.json`."]
    return "\n".join(lines)


def _numbers(scores: Mapping[str, Any]) -> dict[str, float]:
    numbers = {name: value for name, value in scores.items() if type(value) in (int, float)}
    order = scores.get("order")
    if isinstance(order, dict) and "different" in order:
        numbers["order pairs distinguished"] = order["different"]
    return numbers


def _shown(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
