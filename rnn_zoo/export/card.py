"""The model card: what a stranger must know before using an exported model."""

import dataclasses
import platform
from importlib.metadata import version

from rnn_zoo import __version__

_ABSENT = "not stated"
_PLACED = ("name", "summary", "data", "licence", "limits", "command", "seed")


@dataclasses.dataclass(frozen=True)
class Use:
    """What the card says of one kind of model; {labels} stands for the list of labels.

    Args:
        summary: str, what it is, where `card` does not say.
        answers: str, what goes in and what comes out.
        python: str, Python lines that ask `model`, the SavedModel.
        arguments: str, what follows `rnn-zoo predict NAME`.
    """

    summary: str
    answers: str
    python: str
    arguments: str


CLASSES = Use(
    "A recurrent network that classifies text.",
    "Input: text, any length, any number at once. Output: one of {labels}, with the probability of each.",
    """answers = model.serve(tf.constant(["The food is not good", ""]))
answers["label"], answers["score"], answers["probabilities"]""",
    '"The food is not good"',
)


def model_card(name, labels, card, metrics, *, parameters, words, size, use=CLASSES):
    """Returns the model card as Markdown.

    Args:
        name: str, what the model is called where `card` does not say.
        labels: list of str, the classes or tags; empty where the model has none.
        card: dict; name, data, licence, limits, command, seed and summary have their place, other keys get a line each.
        metrics: dict, {model or baseline: {metric: number}} or {metric: number}; what is neither stays in metrics.json.
        parameters: int, the number of weights.
        words: int, the size of the vocabulary; None where there is none.
        size: int, the bytes of the other files.
        use: Use, what is said of the kind of model.
    """
    said = {key: str(value).strip() for key, value in card.items() if value is not None and str(value).strip()}
    name = said.get("name", name)
    others = "".join(f"- {key}: {value}\n" for key, value in said.items() if key not in _PLACED)
    fence = "```"
    vocabulary = "" if words is None else f"{words:,} words, "
    return f"""# {name}

{said.get("summary", use.summary)}

{use.answers.replace("{labels}", _listed(labels))}

## Use

With TensorFlow alone:

{fence}python
import tensorflow as tf

model = tf.saved_model.load("{name}")
{use.python}
{fence}

With rnn_zoo:

{fence}
rnn-zoo predict {name} {use.arguments}
{fence}

## Metrics

{_metrics_table(metrics)}

## Data

{said.get("data", _ABSENT)}

Licence: {said.get("licence", _ABSENT)}

## Limits

{said.get("limits", _ABSENT)}

## How it was made

- command: {_code(said.get("command"))}
- seed: {said.get("seed", _ABSENT)}
- versions: {versions()}
- size: {parameters:,} parameters, {vocabulary}{size / 1e6:.1f} MB
{others}
Every file of this folder: `sha256sum --check SHA256SUMS`.
"""


def versions():
    """Returns the versions a result depends on, as one line."""
    parts = [f"rnn_zoo {__version__}", *(f"{name} {version(name)}" for name in ("tensorflow", "keras"))]
    return "; ".join([*parts, f"Python {platform.python_version()}"])


def _listed(labels):
    shown = ", ".join(f"`{label}`" for label in labels[:20])
    return shown if len(labels) <= 20 else f"{shown} and {len(labels) - 20} more (`labels.json`)"


def _code(command):
    return f"`{command}`" if command else _ABSENT


def _metrics_table(metrics):
    """Rows of numbers as Markdown, from what `rnn_zoo.evaluation.report` returns or {name: {metric: number}}."""
    if not metrics:
        return _ABSENT
    systems = metrics.get("systems", {name: scores for name, scores in metrics.items() if isinstance(scores, dict)})
    rows = {name: _numbers(scores) for name, scores in systems.items()}
    if "systems" not in metrics:
        rows = {"model": _numbers(metrics), **rows}
    rows = {name: numbers for name, numbers in rows.items() if numbers}
    if not rows:
        return "See `metrics.json`."
    # A row a metric: a card has few systems and many metrics, and a terminal 80 columns.
    measured = list(dict.fromkeys(metric for numbers in rows.values() for metric in numbers))
    heads = (name.replace("baseline:", "baseline: ") for name in rows)
    lines = ["| | " + " | ".join(heads) + " |", "|---" + "|---:" * len(rows) + "|"]
    for metric in measured:
        values = (_shown(numbers.get(metric)) for numbers in rows.values())
        lines.append("| " + " | ".join([metric.replace("_", " "), *values]) + " |")
    lines += ["", *metrics.get("verdict", ()), "", "More in `metrics.json`."]
    return "\n".join(lines)


def _numbers(scores):
    numbers = {name: value for name, value in scores.items() if type(value) in (int, float)}
    order = scores.get("order")
    if isinstance(order, dict) and "different" in order:
        numbers["order pairs told apart"] = order["different"]
    return numbers


def _shown(value):
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
