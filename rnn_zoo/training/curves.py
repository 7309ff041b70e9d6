"""Training curves as a picture."""

from pathlib import Path
from typing import Any

from rnn_zoo.files import atomic_file

UNITS = {
    "accuracy": "share of examples",
    "sparse_categorical_accuracy": "share of examples",
    "categorical_accuracy": "share of examples",
    "binary_accuracy": "share of labels",
    "crossentropy": "nats per example",
    "learning_rate": "step size",
}


def draw_curves(history: Any, path: str | Path, *, title: str = "", loss_unit: str = "") -> None:
    """Draws every metric of `history`, training beside validation, one panel a metric, to a PNG.

    Args:
        history: History with at least one epoch.
        path: file to write, atomically.
        title: str above the panels.
        loss_unit: str, the unit of the loss, as "nats per example". Default none.
    """
    from matplotlib.figure import Figure  # no pyplot: it would choose a screen and keep the figure alive
    from matplotlib.ticker import MaxNLocator

    unseen = ("seconds", "learning_rate")
    names = [name for name in history.epochs if not name.startswith("val_") and name not in unseen]
    names.sort(key=lambda name: name != "loss")  # the loss first
    numbers = range(1, len(history) + 1)
    # One or two epochs have no line to see without markers.
    style = {"marker": "o", "markersize": 4} if len(history) <= 30 else {}
    figure = Figure(figsize=(4.8 * len(names), 3.8), layout="constrained")
    for name, axes in zip(names, figure.subplots(1, len(names), squeeze=False)[0], strict=True):
        axes.plot(numbers, history[name], label="training", **style)
        if f"val_{name}" in history.epochs:
            axes.plot(numbers, history[f"val_{name}"], label="validation", **style)
        if history.best_epoch:
            axes.axvline(history.best_epoch, color="0.5", linestyle="--", label=f"kept: epoch {history.best_epoch}")
        unit = loss_unit if name == "loss" else UNITS.get(name, "")
        axes.set_xlabel("epoch (passes over the training data)")
        axes.set_ylabel(name.replace("_", " ") + (f" ({unit})" if unit else ""))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.grid(alpha=0.3)
        axes.legend()
    if title:
        figure.suptitle(title)
    with atomic_file(Path(path), "wb") as file:
        figure.savefig(file, format="png", dpi=120)
