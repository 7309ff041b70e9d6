"""Memory reach: the first-symbol task, the reach of each cell before and after training, and the experiment's page."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from rich.table import Table

from rnn_zoo import training
from rnn_zoo.experiments.experiment import Experiment, markdown_table, quietly
from rnn_zoo.inspection import gradient_flow
from rnn_zoo.inspection.pictures.figures import COLOURS, STYLES, new_figure
from rnn_zoo.layers import Classes, Recurrent, Vectors
from rnn_zoo.topologies import many_to_one
from rnn_zoo.types import Model

SYMBOLS = 4
CELLS: dict[str, dict[str, Any]] = {
    "vanilla tanh": {"cell": "vanilla"},
    "vanilla relu identity": {"cell": "vanilla", "activation": "relu", "recurrent_initializer": "identity"},
    "lstm": {"cell": "lstm"},
    "gru": {"cell": "gru"},
    "min_gru": {"cell": "min_gru"},
}
MEASURED = 64  # sequences over which the memory reach is averaged
COLUMNS = ("steps", "cell", "initial reach", "reach, clipped", "accuracy", "reach, not clipped", "accuracy")

Examples = tuple[np.ndarray, np.ndarray]


@dataclasses.dataclass(frozen=True)
class Sizes:
    """Sizes of the networks and trainings.

    Args:
        units: size of the state.
        sequences: training sequences; a quarter as many for test.
        epochs: passes over them.
        batch_size: sequences per step.
        learning_rate: of Adam.
    """

    units: int
    sequences: int
    epochs: int
    batch_size: int
    learning_rate: float


def first_symbol(sequences: int, length: int, seed: int) -> Examples:
    """Random symbols, one-hot <float32>[sequences, length, symbols], and the first of each <int>[sequences]."""
    symbols = np.random.default_rng([seed, length]).integers(0, SYMBOLS, (sequences, length))
    return np.eye(SYMBOLS, dtype="float32")[symbols], symbols[:, 0]


def mean_of_steps_accuracy(train: Examples, test: Examples) -> float:
    """The accuracy of the baseline: logistic regression on the mean of the steps, which has no order."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(max_iter=500).fit(train[0].mean(axis=1), train[1])
    return fitted.score(test[0].mean(axis=1), test[1])


def measure_length(
    experiment: Experiment, length: int, sizes: Sizes, runs: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Measures each cell at one length, with and without clipping, and prints the reach.

    Returns:
        (the measurements, see `measure`, the result rows).
    """
    seed = experiment.seed
    train, test = (
        first_symbol(sizes.sequences, length, seed),
        first_symbol(sizes.sequences // 4, length, seed + 1),
    )
    data, baseline_parameters = f"first symbol of {length}", SYMBOLS * (SYMBOLS + 1)
    accuracy = mean_of_steps_accuracy(train, test)
    rows = [experiment.row(data, "baseline:mean_of_steps", "accuracy", accuracy, baseline_parameters)]
    measured = []
    for name in CELLS:
        for clip_norm in (1.0, None):
            clipped = "clipped" if clip_norm else "not clipped"
            folder = f"{runs}/{name.replace(' ', '_')}_{length}_{clipped.replace(' ', '_')}"
            measurement = {"length": length, **measure(name, train, test, sizes, clip_norm, seed, folder)}
            measured.append(measurement)
            print(in_words(measurement), flush=True)
            parameters, seconds = measurement["parameters"], measurement["seconds"]
            for metric, value in metrics(measurement).items():
                rows.append(experiment.row(data, f"{name}, {clipped}", metric, value, parameters, seconds))
    return measured, rows


def measure(
    name: str, train: Examples, test: Examples, sizes: Sizes, clip_norm: float | None, seed: int, folder: str
) -> dict[str, Any]:
    """Measures the memory reach of one cell and the gradient left at the first step, before and after training.

    Returns:
        dict with "name", "clipped", "parameters", "seconds", "diverged", each number of `reach` with "_initial" or
        "_trained", and "accuracy"; without the last two if the training diverged.
    """
    options = {"units": sizes.units, **CELLS[name]}
    training.prepare(seed)
    model = many_to_one(Vectors(SYMBOLS), Recurrent(seed=seed, **options), Classes(SYMBOLS))
    measured = {"name": name, "clipped": bool(clip_norm), "parameters": model.count_params(), "seconds": 0.0}
    measured |= {f"{key}_initial": value for key, value in reach(model, test).items()}
    batches = training.ArrayBatches(*train, batch_size=sizes.batch_size, shuffle=True, seed=seed)
    config = {"task": "first symbol", "cell": name, **options, "data": train[0].shape, "batch_size": sizes.batch_size}
    settings: dict[str, Any] = {
        "epochs": sizes.epochs,
        "learning_rate": sizes.learning_rate,
        "clip_norm": clip_norm,
        "seed": seed,
    }
    try:
        with quietly():
            history = training.fit(model, batches, out=folder, config=config, **settings)
    except FloatingPointError:
        return {**measured, "diverged": True}
    measured |= {f"{key}_trained": value for key, value in reach(model, test).items()}
    accuracy = (model.predict(test[0], batch_size=256, verbose=0).argmax(axis=1) == test[1]).mean()
    return {**measured, "diverged": False, "seconds": history.seconds, "accuracy": float(accuracy)}


def reach(model: Model, test: Examples) -> dict[str, float]:
    """The memory reach (steps; the length if the gradient stays above 1 %) and the gradient left at the first step."""
    flow = gradient_flow(model, test[0][:MEASURED], test[1][:MEASURED])
    name = list(flow.norms)[-1]  # the last state; for the LSTM it is c, which carries the gradient
    profile = flow.profile(name)
    start = np.flatnonzero(profile > 0)[0]
    steps = flow.reach(name)
    return {"memory_reach": test[0].shape[1] if steps is None else steps, "gradient_left": profile[-1] / profile[start]}


def metrics(measured: Mapping[str, Any]) -> dict[str, float]:
    """The metrics of a measurement, for result rows."""
    values = {"diverged": float(measured["diverged"])}
    if "accuracy" in measured:
        values["accuracy"] = measured["accuracy"]
    return values | {key: value for key, value in measured.items() if key.startswith(("memory_reach", "gradient_left"))}


def in_words(measured: Mapping[str, Any]) -> str:
    """One line of text about a measurement."""
    end = "diverged"
    if not measured["diverged"]:
        end = f"{measured['memory_reach_trained']} trained, accuracy {measured['accuracy']:.0%}"
    clipped = "clipped" if measured["clipped"] else "not clipped"
    start = f"{measured['length']:>5} steps, {measured['name']}, {clipped}"
    return f"{start}: initial reach {measured['memory_reach_initial']}, {end}"


def table_rows(measured: Sequence[Mapping[str, Any]]) -> Iterator[list[str]]:
    """Rows of the table, see `COLUMNS`."""
    for first in measured:
        if not first["clipped"]:
            continue
        pair = [row for row in measured if (row["length"], row["name"]) == (first["length"], first["name"])]
        cells = [str(first["length"]), first["name"], _reach_text(first, "initial")]
        for row in sorted(pair, key=lambda row: not row["clipped"]):
            cells += ["diverged", ""] if row["diverged"] else [_reach_text(row, "trained"), f"{row['accuracy']:.0%}"]
        yield cells


def table(measured: Sequence[Mapping[str, Any]]) -> Table:
    """The table, for the terminal."""
    terminal_table = Table(title="Memory reach: steps back at which 1 % of the gradient is left", title_justify="left")
    for column in COLUMNS:
        terminal_table.add_column(column, justify="left" if column == "cell" else "right")
    for row in table_rows(measured):
        terminal_table.add_row(*row)
    return terminal_table


def draw(measured: Sequence[Mapping[str, Any]]) -> Any:
    """A matplotlib figure: the reach of each cell by the length, at initialisation and after training."""
    lengths = sorted({row["length"] for row in measured})
    figure = new_figure(10.5, 3.8)
    panels = {"at initialisation": (True, "initial"), "trained, clipped": (True, "trained")}
    panels["trained, not clipped"] = (False, "trained")
    for axes, (title, (clipped, when)) in zip(figure.subplots(1, 3, sharey=True), panels.items(), strict=True):
        axes.plot(lengths, lengths, color="0.6", linewidth=1, label="all steps")
        for number, name in enumerate(CELLS):
            key = f"memory_reach_{when}"
            points = [row for row in measured if row["name"] == name and row["clipped"] == clipped and key in row]
            axes.plot(
                [row["length"] for row in points],
                [row[key] for row in points],
                color=COLOURS[number],
                linestyle=STYLES[number % len(STYLES)],
                marker="osD^v"[number],
                markersize=5,
                label=name,
            )
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_title(title, loc="left", fontsize=11, weight="bold")
        axes.set_xlabel("length of the sequence (steps)")
        axes.grid(alpha=0.3)
    figure.axes[0].set_ylabel("memory reach (steps back to 1 %)")
    figure.axes[0].legend(fontsize=8, frameon=False)
    return figure


def readme(measured: Sequence[Mapping[str, Any]], units: int, command: str) -> str:
    """The page, as Markdown."""
    alignment = "|---:|---|" + "---:|" * (len(COLUMNS) - 2)
    lengths = f"{measured[0]['length']:,} to {measured[-1]['length']:,}"
    return f"""# How far back does it remember?

The memory reach is the number of steps back at which 1 % of the last step's gradient |dL/dh_t| is left; ≥ means that
the sequence ended first. The task is to predict the first of {lengths} random symbols after the last, with {units}
units; the chance level is {1 / SYMBOLS:.0%}. Made by `{command}`.

![Memory reach of {len(CELLS)} cells by length: at initialisation, trained with and without clipping](memory_reach.png)

{markdown_table(COLUMNS, alignment, table_rows(measured))}
"""


def _reach_text(measured: Mapping[str, Any], when: str) -> str:
    """A reach, with ≥ if the sequence ended first."""
    steps = measured[f"memory_reach_{when}"]
    return f"≥ {steps}" if steps == measured["length"] else str(steps)
