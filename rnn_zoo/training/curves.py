"""Plot of the training curves."""

from pathlib import Path

from rnn_zoo.files import atomic_file
from rnn_zoo.files.figures import save_figure
from rnn_zoo.training.history import History

UNITS = {
    "accuracy": "share of examples",
    "sparse_categorical_accuracy": "share of examples",
    "categorical_accuracy": "share of examples",
    "binary_accuracy": "share of labels",
    "crossentropy": "nats per example",
    "learning_rate": "step size",
}


def draw_curves(history: History, path: str | Path, *, title: str = "", loss_unit: str = "") -> None:
    """Plots the loss and the metrics of a run, one panel per metric, with training and validation in each.

    Args:
        history: the metrics of at least one epoch.
        path: PNG file to write.
        title: text above the panels. Default: none.
        loss_unit: unit of the loss, such as "nats per example". Default: none.
    """
    from matplotlib.figure import Figure  # not pyplot, which needs a display backend and keeps every figure in memory
    from matplotlib.ticker import MaxNLocator

    not_drawn = ("seconds", "learning_rate")
    names = [name for name in history.epochs if not name.startswith("val_") and name not in not_drawn]
    names.sort(key=lambda name: name != "loss")  # the loss first
    epochs = range(1, len(history) + 1)
    # Markers, because a single epoch has no line.
    style = {"marker": "o", "markersize": 4} if len(history) <= 30 else {}
    figure = Figure(figsize=(4.8 * len(names), 3.8), layout="constrained")
    for name, axes in zip(names, figure.subplots(1, len(names), squeeze=False)[0], strict=True):
        axes.plot(epochs, history[name], label="training", **style)
        if f"val_{name}" in history.epochs:
            axes.plot(epochs, history[f"val_{name}"], label="validation", **style)
        if history.best_epoch:
            axes.axvline(history.best_epoch, color="0.5", linestyle="--", label=f"best epoch: {history.best_epoch}")
        unit = loss_unit if name == "loss" else UNITS.get(name, "")
        axes.set_xlabel("epoch (passes over the training data)")
        axes.set_ylabel(name.replace("_", " ") + (f" ({unit})" if unit else ""))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.grid(alpha=0.3)
        axes.legend()
    if title:
        figure.suptitle(title)
    with atomic_file(Path(path), "wb") as file:
        save_figure(figure, file, format="png", dpi=120)
