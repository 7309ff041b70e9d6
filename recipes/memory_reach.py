"""How far back does it remember? The memory reach of five cells, before and after training, with and without clipping.

    python recipes/memory_reach.py                          # about 15 minutes on one core; writes docs/memory_reach
    python recipes/memory_reach.py --lengths 10 30 --epochs 2 --out runs/memory --results runs/memory.csv

The task is the first symbol: a sequence of random symbols, of which the first has to be told after the last. What must
be learned lies as far back as the sequence is long, and everything after it is noise.
"""

import contextlib
import io
import shlex
import sys
from pathlib import Path
from typing import Annotated

import numpy as np
from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from rnn_zoo import Classes, Recurrent, Vectors, many_to_one, training
from rnn_zoo.checks import positive_integer, positive_number
from rnn_zoo.evaluation import results as result_files
from rnn_zoo.evaluation.circumstances import these_versions, this_hardware
from rnn_zoo.files import atomic_file
from rnn_zoo.inspection import gradient_flow
from rnn_zoo.inspection.figures import COLOURS, STYLES, new_figure, write

SYMBOLS = 4
CELLS = {
    "vanilla tanh": {"cell": "vanilla"},
    "vanilla relu identity": {"cell": "vanilla", "activation": "relu", "recurrent_initializer": "identity"},
    "lstm": {"cell": "lstm"},
    "gru": {"cell": "gru"},
    "min_gru": {"cell": "min_gru"},
}
MEASURED = 64  # sequences over which a memory reach is the mean


def main(
    *,
    lengths: Annotated[list[int] | None, Parameter(consume_multiple=True, negative=())] = None,
    units: int = 32,
    sequences: int = 2_048,
    epochs: int = 8,
    batch_size: int = 64,
    learning_rate: float = 3e-3,
    seed: int = 0,
    runs: str = "runs/memory_reach",
    out: str = "docs/memory_reach",
    results: str | None = None,
):
    """Measures the memory reach of every cell at every length, at initialisation and after training.

    Args:
        lengths: steps of the sequences; 10 30 100 300 1000 where none is given.
        units: width of the state.
        sequences: for training; a quarter as many are for the test.
        epochs: passes over them.
        batch_size: sequences a step.
        learning_rate: of Adam.
        seed: of every random draw.
        runs: folder of the training runs; a finished one is loaded.
        out: folder for the table and the picture.
        results: CSV file to add the numbers to.
    """
    lengths = [positive_integer("lengths", length) for length in lengths or [10, 30, 100, 300, 1_000]]
    for name, value in (("units", units), ("sequences", sequences), ("epochs", epochs), ("batch_size", batch_size)):
        positive_integer(name, value)
    positive_number("learning_rate", learning_rate)
    if results and Path(results).exists():
        result_files.read(results)
    command = shlex.join(["python", "recipes/memory_reach.py", *sys.argv[1:]])
    common = {
        "recipe": "memory_reach",
        "split": "test",
        "seed": seed,
        "hardware": this_hardware(),
        "versions": these_versions(),
        "command": command,
    }
    measured = []
    for length in lengths:
        train, test = first_symbol(sequences, length, seed), first_symbol(sequences // 4, length, seed + 1)
        data = {**common, "data": f"first symbol of {length}"}
        rows = [
            {
                **data,
                "model": "baseline:mean_of_steps",
                "metric": "accuracy",
                "value": f"{order_blind(train, test):.6g}",
                "parameters": SYMBOLS * (SYMBOLS + 1),
                "train_seconds": "",
            }
        ]
        for name, options in CELLS.items():
            for clip_norm in (1.0, None):
                folder = f"{runs}/{name.replace(' ', '_')}_{length}_{'clipped' if clip_norm else 'not_clipped'}"
                settings = {"epochs": epochs, "learning_rate": learning_rate, "clip_norm": clip_norm, "seed": seed}
                one = measure(name, {"units": units, **options}, train, test, batch_size, folder, settings)
                measured.append({"length": length, **one})
                print(said(measured[-1]), flush=True)
                rows += [
                    {
                        **data,
                        "model": f"{name}, {'clipped' if clip_norm else 'not clipped'}",
                        "metric": metric,
                        "value": f"{value:.6g}",
                        "parameters": one["parameters"],
                        "train_seconds": f"{one['seconds']:.1f}",
                    }
                    for metric, value in numbers(measured[-1]).items()
                ]
        # After each length, so that what hours have measured is there when the next one is stopped.
        if results:
            result_files.append(results, rows)
        write(draw(measured), f"{out}/memory_reach.png")
        with atomic_file(Path(out) / "README.md") as file:
            file.write(readme(measured, units, command))
    Console().print(table(measured))
    print(f"Written: {out}/README.md and memory_reach.png")


def first_symbol(sequences, length, seed):
    """(<float>[sequences, length, symbols], <int>[sequences]): random symbols, one-hot, and the first of each."""
    symbols = np.random.default_rng([seed, length]).integers(0, SYMBOLS, (sequences, length))
    return np.eye(SYMBOLS, dtype="float32")[symbols], symbols[:, 0]


def order_blind(train, test):
    """The accuracy of a logistic regression on the mean of the steps."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(max_iter=500).fit(train[0].mean(axis=1), train[1])
    return fitted.score(test[0].mean(axis=1), test[1])


def measure(name, options, train, test, batch_size, folder, settings):
    """One cell at one length -> dict of its reach and the gradient left at the first step, untrained and trained."""
    seed = settings["seed"]
    training.prepare(seed)
    model = many_to_one(Vectors(SYMBOLS), Recurrent(seed=seed, **options), Classes(SYMBOLS))
    found = {"name": name, "clipped": bool(settings["clip_norm"]), "parameters": model.count_params(), "seconds": 0.0}
    found |= {f"{key}_initial": value for key, value in reach(model, test).items()}
    batches = training.ArrayBatches(*train, batch_size=batch_size, shuffle=True, seed=seed)
    config = {"task": "first symbol", "cell": name, **options, "data": train[0].shape, "batch_size": batch_size}
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            history = training.fit(model, batches, out=folder, config=config, **settings)
    except FloatingPointError:
        return {**found, "diverged": True}
    found |= {f"{key}_trained": value for key, value in reach(model, test).items()}
    accuracy = (model.predict(test[0], batch_size=256, verbose=0).argmax(axis=1) == test[1]).mean()
    return {**found, "diverged": False, "seconds": history.seconds, "accuracy": float(accuracy)}


def reach(model, test):
    """The memory reach in steps, all of them where the gradient never falls to 1 %, and the share left at the first."""
    flow = gradient_flow(model, test[0][:MEASURED], test[1][:MEASURED])
    name = list(flow.norms)[-1]  # that of the LSTM is c, which carries the gradient
    profile = flow.profile(name)
    start = np.flatnonzero(profile > 0)[0]
    steps = flow.reach(name)
    return {"memory_reach": test[0].shape[1] if steps is None else steps, "gradient_left": profile[-1] / profile[start]}


def numbers(one):
    """Its result rows, metric -> value."""
    found = {"diverged": float(one["diverged"])}
    if "accuracy" in one:
        found["accuracy"] = one["accuracy"]
    for key, value in one.items():
        if key.startswith(("memory_reach", "gradient_left")):
            found[key] = value
    return found


def said(one):
    end = "diverged" if one["diverged"] else f"{one['memory_reach_trained']} trained, accuracy {one['accuracy']:.0%}"
    clipped = "clipped" if one["clipped"] else "not clipped"
    return f"{one['length']:>5} steps, {one['name']}, {clipped}: reach {one['memory_reach_initial']} at first, {end}"


def cells_of(measured):
    """Rows of the table: length, cell, reach at first, then reach and accuracy with and without clipping."""
    for first in measured:
        if not first["clipped"]:
            continue
        pair = [one for one in measured if (one["length"], one["name"]) == (first["length"], first["name"])]
        row = [str(first["length"]), first["name"], shown(first, "initial")]
        for one in sorted(pair, key=lambda one: not one["clipped"]):
            row += ["diverged", ""] if one["diverged"] else [shown(one, "trained"), f"{one['accuracy']:.0%}"]
        yield row


def shown(one, when):
    """A reach; with ≥ where the sequence ended before the gradient did."""
    steps = one[f"memory_reach_{when}"]
    return f"≥ {steps}" if steps == one["length"] else str(steps)


COLUMNS = ("steps", "cell", "reach at first", "reach, clipped", "accuracy", "reach, not clipped", "accuracy")


def table(measured):
    made = Table(title="Memory reach: steps back at which 1 % of the gradient is left", title_justify="left")
    for column in COLUMNS:
        made.add_column(column, justify="left" if column == "cell" else "right")
    for row in cells_of(measured):
        made.add_row(*row)
    return made


def draw(measured):
    lengths = sorted({one["length"] for one in measured})
    figure = new_figure(10.5, 3.8)
    panels = {"at initialisation": (True, "initial"), "trained, clipped": (True, "trained")}
    panels["trained, not clipped"] = (False, "trained")
    for axes, (title, (clipped, when)) in zip(figure.subplots(1, 3, sharey=True), panels.items(), strict=True):
        axes.plot(lengths, lengths, color="0.6", linewidth=1, label="all steps")
        for number, name in enumerate(CELLS):
            key = f"memory_reach_{when}"
            points = [one for one in measured if one["name"] == name and one["clipped"] == clipped and key in one]
            axes.plot(
                [one["length"] for one in points],
                [one[key] for one in points],
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


def readme(measured, units, command):
    lines = ["| " + " | ".join(COLUMNS) + " |", "|---:|---|" + "---:|" * (len(COLUMNS) - 2)]
    lines += ["| " + " | ".join(row) + " |" for row in cells_of(measured)]
    listed = "\n".join(lines)
    lengths = f"{measured[0]['length']:,} to {measured[-1]['length']:,}"
    return f"""# How far back does it remember?

The memory reach is the number of steps back at which 1 % is left of the gradient |dL/dh_t| that the last step has; ≥
stands where the sequence ended first. The task is to tell the first of {lengths} random symbols after the last, with
{units} units; chance is {1 / SYMBOLS:.0%}. Made by `{command}`.

![Memory reach of {len(CELLS)} cells by length: at first, trained with clipping, trained without](memory_reach.png)

{listed}
"""


if __name__ == "__main__":
    app = App(help_format="plaintext", version_flags=[])
    app.default(main)
    try:
        app()
    except (ValueError, OSError) as error:  # each says what to change
        sys.exit(f"error: {error}")
