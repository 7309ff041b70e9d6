"""Charts of the inputs and predictions of single kinds of models, in the style of `figures`."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from rnn_zoo.inspection.pictures.figures import COLOURS, DIVERGING, STYLES, new_figure, tick

_GREY = "#5c6670"
_TICKS = 12
_LINES = 6


def draw_contributions(values: np.ndarray, steps: Sequence[str], title: str, unit: str) -> Any:
    """Bar chart of the contributions <float>[time] of the steps: blue above 0, orange below."""
    figure, axes = _chart(title)
    places = np.arange(len(values))
    axes.bar(places, values, color=np.where(values >= 0, "#0072B2", "#E67800"), width=0.9)
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set_xlabel("input step", fontsize=9)
    axes.set_ylabel(f"contribution ({unit})", fontsize=9)
    _name(axes, steps)
    return figure


def draw_steps(answers: np.ndarray, labels: Sequence[str], steps: Sequence[str], title: str) -> Any:
    """Predictions <float>[time, labels] over time: one line for each of the labels with the highest peaks."""
    figure, axes = _chart(title)
    shown = np.sort(np.argsort(-answers.max(axis=0), kind="stable")[:_LINES])
    marker = {"marker": "o", "markersize": 3} if len(answers) <= 30 else {}
    for number, label in enumerate(shown):
        style = {"color": COLOURS[number % len(COLOURS)], "linestyle": STYLES[number % len(STYLES)]}
        axes.plot(answers[:, label], label=labels[label], **style, **marker)
    probable = answers.min() >= 0 and answers.max() <= 1
    if probable:
        axes.set_ylim(-0.02, 1.02)
    axes.set_xlabel("step in time", fontsize=9)
    axes.set_ylabel("probability" if probable else "prediction (units of the model)", fontsize=9)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8, frameon=False, title=None if len(shown) == answers.shape[1] else "highest peaks")
    _name(axes, steps)
    return figure


def draw_forecast(window: Any, target: int, title: str) -> Any:
    """The past, the forecast and its interval of a target; `window` as in `rnn_zoo.tasks.forecasting.page`."""
    figure, axes = _chart(title)
    seen, ahead = len(window.seen), len(window.ahead)
    marker = {"marker": "o", "markersize": 4} if ahead < 3 else {}
    axes.plot(np.arange(seen), window.past[:, target], color=_GREY, linewidth=1.2, label="past")
    places = np.arange(seen, seen + ahead)
    axes.plot(places, window.forecast[:, target], color=COLOURS[0], linewidth=2, label="forecast", **marker)
    interval = window.lower[:, target], window.upper[:, target]
    axes.fill_between(places, *interval, color=COLOURS[0], alpha=0.25, label="interval", linewidth=2)
    axes.axvline(seen - 0.5, color=_GREY, linewidth=0.8, linestyle=":")
    axes.set_xlabel("step in time", fontsize=9)
    axes.set_ylabel(f"{window.columns[target]} (as the model reads it)", fontsize=9)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8, frameon=False)
    _name(axes, [*window.seen, *window.ahead])
    return figure


def draw_image(pixels: np.ndarray, title: str) -> Any:
    """An image <float>[height, width, channels] with pixels from 0 to 255."""
    figure = new_figure(3.9, 3.6)
    axes = figure.subplots()
    shown = np.clip(pixels / 255, 0, 1)
    grey = shown.shape[-1] != 3
    image = axes.imshow(shown[..., 0] if grey else shown, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axes.set_title(title, loc="left", fontsize=10, weight="bold")
    axes.set_xlabel("column (pixels)", fontsize=9)
    axes.set_ylabel("row (pixels)", fontsize=9)
    axes.tick_params(labelsize=8)
    axes.xaxis.set_major_formatter(lambda place, _: f"{place + 1:.0f}")
    axes.yaxis.set_major_formatter(lambda place, _: f"{place + 1:.0f}")
    if grey:
        bar = figure.colorbar(image, ax=axes, pad=0.02)
        bar.set_label("brightness, 0 to 1", fontsize=8)
        bar.ax.tick_params(labelsize=8)
    return figure


def draw_roll(
    keys: np.ndarray, probabilities: np.ndarray, labels: Sequence[str], steps: Sequence[str], title: str
) -> Any:
    """A piano roll: probabilities <float>[time + 1, count] as colours, the input keys <float>[time, count] as dots."""
    used = np.flatnonzero((keys.max(axis=0) > 0) | (probabilities.max(axis=0) > 0.05))
    low, high = (used.min(), used.max() + 1) if len(used) else (0, keys.shape[1])
    figure = new_figure(
        min(7.6, max(3.9, 2.0 + 0.26 * len(probabilities))), min(6.5, max(2.8, 1.4 + 0.13 * (high - low)))
    )
    axes = figure.subplots()
    image = axes.imshow(
        probabilities[:, low:high].T,
        aspect="auto",
        origin="lower",
        cmap="cividis",
        vmin=0,
        vmax=1,
        interpolation="nearest",
    )
    step, key = np.nonzero(keys[:, low:high])
    axes.scatter(step, key, s=14, facecolor="white", edgecolor="black", linewidth=0.8)
    bar = figure.colorbar(image, ax=axes, pad=0.01)
    bar.set_label("probability", fontsize=8)
    bar.ax.tick_params(labelsize=8)
    every = max(1, (high - low) // 14)
    axes.set_yticks(range(0, high - low, every), labels[low:high:every], fontsize=8)
    axes.set_xlabel("step in time; the last is predicted", fontsize=9)
    axes.set_ylabel("key (MIDI number)", fontsize=9)
    axes.set_title(title, loc="left", fontsize=10, weight="bold")
    _name(axes, [*steps, "next"])
    return figure


def draw_parts(
    parts: np.ndarray, columns: Sequence[str], steps: Sequence[str], title: str, unit: str, direction: str = "down"
) -> Any:
    """Heat map of the contributions by step and column.

    Args:
        parts: <float>[time, columns].
        columns, steps: their names.
        title: title of the figure.
        unit: unit of the contributions.
        direction: direction of the columns: "down" or "up", with the steps to the right; or "right", with the steps
            down, as in an image.

    Returns:
        matplotlib Figure.
    """
    shown, (below, beside) = (parts, (columns, steps)) if direction == "right" else (parts.T, (steps, columns))
    rows, wide = shown.shape
    figure = new_figure(min(7.6, max(3.9, 2.2 + 0.26 * wide)), min(6.0, max(2.4, 1.5 + 0.26 * rows)))
    axes = figure.subplots()
    peak = float(np.abs(parts).max(initial=1e-9))
    origin = "lower" if direction == "up" else "upper"
    scale = {"cmap": DIVERGING, "vmin": -peak, "vmax": peak}
    image = axes.imshow(shown, aspect="auto", origin=origin, interpolation="nearest", **scale)
    bar = figure.colorbar(image, ax=axes, pad=0.01)
    bar.set_label(f"contribution ({unit})", fontsize=8)
    bar.ax.tick_params(labelsize=8)
    every = max(1, -(-rows // 24))
    axes.set_yticks(range(0, rows, every), [tick(k, beside[k]) for k in range(0, rows, every)], fontsize=8)
    axes.set_xlabel("column" if direction == "right" else "input step", fontsize=9)
    axes.set_ylabel("input step" if direction == "right" else "column", fontsize=9)
    axes.set_title(title, loc="left", fontsize=10, weight="bold")
    _name(axes, below)
    return figure


def _chart(title: str) -> tuple[Any, Any]:
    figure = new_figure(7.2, 3.4)
    axes = figure.subplots()
    axes.set_title(title, loc="left", fontsize=11, weight="bold")
    axes.tick_params(labelsize=8)
    return figure, axes


def _name(axes: Any, steps: Sequence[str]) -> None:
    """Names of steps along the time axis, thinned out so that they are legible."""
    shown = range(0, len(steps), max(1, -(-len(steps) // _TICKS))) if len(steps) > 30 else range(len(steps))
    names = [tick(step, steps[step]) for step in shown]
    tilted = {"rotation": 45, "ha": "right"} if max(map(len, names), default=0) > 3 else {}
    axes.set_xticks(list(shown), names, fontsize=8, **tilted)
