"""report.png: accuracy, confusion matrix, calibration and order test of one model, in one figure."""

import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter
from scipy.stats import binomtest

from rnn_zoo.evaluation.classification import calibration_bins
from rnn_zoo.files.figures import save_figure
from rnn_zoo.types import Tensor

_MODEL = "#1f6f8b"
_OTHERS = ("#c8553d", "#e0a458", "#7a6f9b", "#6a994e", "#8d99ae")
_GREY = "#5c6670"
_MOST_NUMBERED_CLASSES = 12


def draw_report(result: Mapping[str, Any], labels: Tensor, answers: Mapping[str, Tensor], file: Any) -> None:
    """Draws the report.

    Args:
        result: the content of `metrics.json`.
        labels: <int>[examples].
        answers: {name: <float>[examples, classes]}, the model first.
        file: a binary file opened for writing, or a path; PNG.
    """
    colours = {
        name: _MODEL if place == 0 else _OTHERS[(place - 1) % len(_OTHERS)] for place, name in enumerate(answers)
    }
    layout = ConstrainedLayoutEngine(w_pad=0.15, h_pad=0.15, wspace=0.04, hspace=0.05)
    figure = Figure(figsize=(12.5, 9.5), dpi=120, layout=layout, facecolor="white")
    FigureCanvasAgg(figure)
    title = f"{result['model']}: {result['examples']:,} {result['split']} examples"
    # Empty lines at the bottom leave room for the verdict and the legend.
    verdict = textwrap.wrap(result["verdict"][0], 135)
    figure.suptitle(title + "\n" * (len(verdict) + 1), fontsize=15, weight="bold", x=0.02, ha="left")
    figure.text(0.02, 0.953, "\n".join(verdict), fontsize=11, color=_GREY, va="top", linespacing=1.5)
    key = [Patch(color=colour, label=_short(name)) for name, colour in colours.items()]
    figure.legend(handles=key, loc="upper right", ncols=min(len(key), 4), frameon=False, fontsize=10.5)
    axes = figure.subplots(2, 2)
    for axis in axes.flat:
        axis.spines[["top", "right"]].set_visible(False)
        axis.tick_params(colors=_GREY, labelsize=9.5)
    _comparison(axes[0, 0], result["systems"], colours)
    _confusion(axes[0, 1], np.asarray(result["systems"][result["model"]]["confusion"]), result["names"], figure)
    _calibration(axes[1, 0], labels, answers, colours)
    _order(axes[1, 1], result["systems"], colours)
    save_figure(figure, file, format="png")


def _title(axis, text, note):
    axis.set_title(text, loc="left", fontsize=12, weight="bold", pad=24)
    # Not in the layout, or a long note would push the next column aside.
    axis.text(0, 1.03, note, transform=axis.transAxes, fontsize=9, color=_GREY).set_in_layout(False)


def _comparison(axis, systems, colours):
    _title(axis, "Accuracy", "fraction of correct examples, with 95 % interval")
    places = np.arange(len(systems))[::-1]
    for place, (name, system) in zip(places, systems.items(), strict=True):
        value, count = system["accuracy"], system["examples"]
        low, high = binomtest(round(value * count), count).proportion_ci(method="wilson")
        low, high = min(low, value), max(high, value)  # rounding at 0 and 1 would give a negative length
        axis.barh(place, value, color=colours[name], height=0.55)
        axis.errorbar(value, place, xerr=[[value - low], [high - value]], color="black", capsize=3, linewidth=1.2)
        axis.annotate(
            f"{value:.2%}", (high, place), (6, 0), textcoords="offset points", va="center", fontsize=10, weight="bold"
        )
    axis.set_yticks(places, [_short(name) for name in systems])
    axis.set_ylim(-0.6, len(systems) - 0.4)
    axis.set_xlim(0, 1.16)
    axis.set_xticks(np.linspace(0, 1, 6))
    axis.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axis.set_xlabel("accuracy")


def _confusion(axis, counts, names, figure):
    _title(axis, "Confusion", "row: predictions for the examples of one class")
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    image = axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axis.spines[:].set_visible(False)
    if len(names) <= _MOST_NUMBERED_CLASSES:
        size = 15 if len(names) <= 3 else 11 if len(names) <= 6 else 7.5
        for row, column in np.ndindex(counts.shape):
            colour = "white" if shares[row, column] > 0.55 else "black"
            text = f"{shares[row, column]:.0%}\n{counts[row, column]:,}"
            axis.text(column, row, text, ha="center", va="center", color=colour, fontsize=size, linespacing=1.4)
    shown = [_cut(name) for name in names]
    small = 9.5 if len(names) <= _MOST_NUMBERED_CLASSES else 5
    slant = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if len(names) > 3 else {}
    axis.set_xticks(range(len(names)), shown, fontsize=small, **slant)
    axis.set_yticks(range(len(names)), shown, fontsize=small)
    axis.set_xlabel("predicted class")
    axis.set_ylabel("true class")
    if len(names) > _MOST_NUMBERED_CLASSES:
        bar = figure.colorbar(image, ax=axis, shrink=0.8, format=PercentFormatter(1, decimals=0))
        bar.outline.set_visible(False)
        bar.set_label("fraction of the true class")


def _calibration(axis, labels, answers, colours):
    _title(
        axis,
        "Calibration",
        "dashed: 80 % confidence means 80 % accuracy; dot size: fraction of examples",
    )
    lowest = 1 / next(iter(answers.values())).shape[1]
    axis.plot([lowest, 1], [lowest, 1], color=_GREY, linewidth=1, linestyle=(0, (4, 3)))
    for name, answer in answers.items():
        accuracies, confidences, shares = calibration_bins(labels, answer)
        axis.plot(confidences, accuracies, color=colours[name], linewidth=1.8, zorder=3)
        axis.scatter(confidences, accuracies, s=14 + 220 * shares, color=colours[name], alpha=0.85, zorder=4)
    axis.set_xlim(lowest - 0.02, 1.02)
    axis.set_ylim(-0.03, 1.03)
    for which in (axis.xaxis, axis.yaxis):
        which.set_major_formatter(PercentFormatter(1, decimals=0))
    axis.set_xlabel("confidence: probability of the predicted class")
    axis.set_ylabel("accuracy")


def _order(axis, systems, colours):
    orders = {name: system["order"] for name, system in systems.items() if system["order"]}
    if not orders:
        _title(axis, "Order test", "not run")
        axis.axis("off")
        return
    sentiment = all("ordered_right" in order for order in orders.values())
    groups = ["different"] + (["ordered_right", "both_right"] if sentiment else [])
    heads = {
        "different": "distin-\nguished",
        "ordered_right": "ranked\ncorrectly",
        "both_right": "both labels\ncorrect",
    }
    first = next(iter(orders.values()))
    note = f"{first['pairs']} pairs of texts with the same words"
    if sentiment:
        note += f"; {first['sentiment_pairs']} of them with a sentiment"
    _title(axis, "Order test", note)
    width = 0.8 / len(orders)
    for place, (name, order) in enumerate(orders.items()):
        for spot, key in enumerate(groups):
            middle = spot + (place - (len(orders) - 1) / 2) * width
            axis.bar(middle, order[key], width * 0.9, color=colours[name])
            axis.annotate(
                f"{order[key]:.0%}", (middle, order[key]), (0, 3), textcoords="offset points", ha="center", fontsize=9.5
            )
    if sentiment:
        axis.plot([0.55, 1.45], [0.5, 0.5], color=_GREY, linewidth=1, linestyle=(0, (4, 3)))
        axis.annotate("chance", (1.45, 0.5), (3, 0), textcoords="offset points", va="center", fontsize=9, color=_GREY)
    axis.set_xticks(range(len(groups)), [heads[key] for key in groups])
    axis.set_xlim(-0.55, len(groups) - 0.45)
    axis.set_ylim(0, 1.08)
    axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axis.set_ylabel("fraction of pairs")


def _short(name):
    return _cut(name.removeprefix("baseline:"), 24)


def _cut(name, length=16):
    return name if len(name) <= length else name[: length - 1] + "…"
