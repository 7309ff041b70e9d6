"""Adding and copying: where vanilla, LSTM and GRU stop learning, as what they must remember lies further back.

    python recipes/memory_limits.py                         # an hour on one core; writes docs/memory_limits
    python recipes/memory_limits.py --adding 50 --copying 20 --steps 200 --out runs/short --runs runs/short

Adding: of many numbers in [0, 1) two are marked, one in each half, and their sum is to be told after the last. Copying:
ten symbols, many blanks, and a mark, after which the ten are to be written again.
Reference: Hochreiter and Schmidhuber 1997, sections 5.4 and 5.5; Bai et al. 2018, section 4 (lengths and sizes).
"""

import contextlib
import io
import shlex
import sys
from pathlib import Path
from typing import Annotated

import keras
import numpy as np
from cyclopts import App, Parameter

from rnn_zoo import Classes, OneHot, Recurrent, Values, Vectors, many_to_many, many_to_one, training
from rnn_zoo.checks import positive_integer, positive_number
from rnn_zoo.evaluation import results as result_files
from rnn_zoo.evaluation.circumstances import these_versions, this_hardware
from rnn_zoo.files import atomic_file
from rnn_zoo.inspection.figures import COLOURS, STYLES, new_figure, write

CELLS = ("vanilla", "lstm", "gru")
SYMBOLS, COPIED = 8, 10
BLANK, MARK = SYMBOLS + 1, SYMBOLS + 2  # id 0 is padding
PARTS = 10  # of a training, after each of which the loss is looked at


def main(
    *,
    adding: Annotated[list[int] | None, Parameter(consume_multiple=True, negative=())] = None,
    copying: Annotated[list[int] | None, Parameter(consume_multiple=True, negative=())] = None,
    units: int = 64,
    steps: int = 6_000,
    batch_size: int = 32,
    learning_rate: float = 5e-3,
    tested: int = 1_000,
    seed: int = 0,
    runs: str = "runs/memory_limits",
    out: str = "docs/memory_limits",
    results: str | None = None,
):
    """Trains each cell on each task at each length, and measures it on sequences of its own.

    Args:
        adding: numbers of a sequence; 50 200 600 where none is given.
        copying: blanks of a sequence; 10 50 200 600 where none is given.
        units: width of the state.
        steps: training steps of each cell, each on new sequences.
        batch_size: sequences a step.
        learning_rate: of Adam; falls to 0 along a cosine.
        tested: sequences that the numbers are measured on.
        seed: of every random draw.
        runs: folder of the training runs; a finished one is loaded.
        out: folder for the table and the picture.
        results: CSV file to add the numbers to.
    """
    lengths = {"adding": adding or [50, 200, 600], "copying": copying or [10, 50, 200, 600]}
    for task, given in lengths.items():
        for length in given:
            positive_integer(task, length)
    for name, value in (("units", units), ("batch_size", batch_size), ("tested", tested)):
        positive_integer(name, value)
    if positive_integer("steps", steps) % PARTS:
        raise ValueError(f"`steps` must be a multiple of {PARTS}, got {steps}.")
    positive_number("learning_rate", learning_rate)
    if results and Path(results).exists():
        result_files.read(results)
    command = shlex.join(["python", "recipes/memory_limits.py", *sys.argv[1:]])
    made = {"recipe": "memory_limits", "split": "test", "seed": seed, "command": command}
    made |= {"hardware": this_hardware(), "versions": these_versions()}
    measured = []
    for task, given in lengths.items():
        for length in given:
            measured.append(one := {"task": task, "length": length, **blind(task, length, tested, seed)})
            rows = [row(made, one, "baseline:blind", None, None)]
            for cell in CELLS:
                folder = f"{runs}/{task}_{length}_{cell}"
                model, seconds = train(task, length, cell, units, steps, batch_size, learning_rate, seed, folder)
                one[cell] = score(task, model, *examples(task, length, tested, [seed, 1]))
                rows.append(row(made, one, cell, model.count_params(), seconds))
                print(f"{task} {length}, {cell}: {one['metric']} {one[cell]:.4g}, blind {one['blind']:.4g}", flush=True)
            if results:  # after each length, so that what is measured is there when the next one is stopped
                result_files.append(results, rows)
            write(draw(measured), f"{out}/memory_limits.png")
            with atomic_file(Path(out) / "README.md") as file:
                file.write(readme(measured, units, steps, command))
    print(f"Written: {out}/README.md and memory_limits.png")


def examples(task, length, count, seed):
    """Inputs, targets and weights of so many sequences, a function of the seed."""
    random = np.random.default_rng(seed)
    if task == "adding":
        inputs = np.zeros((count, length, 2), "float32")
        inputs[..., 0] = random.random((count, length))
        rows = np.arange(count)
        for first, last in ((0, length // 2), (length // 2, length)):
            inputs[rows, random.integers(first, last, count), 1] = 1
        return inputs, inputs.prod(axis=2).sum(axis=1, keepdims=True), np.ones(count, "float32")
    symbols = random.integers(1, SYMBOLS + 1, (count, COPIED))
    inputs = np.full((count, length + 2 * COPIED), BLANK, "int32")
    inputs[:, :COPIED], inputs[:, -COPIED] = symbols, MARK
    targets = np.full_like(inputs, BLANK)
    targets[:, -COPIED:] = symbols
    # The blanks are learned at once and outnumber the symbols: counted alike they would hide what is remembered.
    weights = np.zeros(inputs.shape, "float32")
    weights[:, -COPIED:] = inputs.shape[1] / COPIED
    return inputs, targets, weights


class Fresh(keras.utils.PyDataset):
    """New sequences in every batch, a function of seed, epoch and place alone."""

    def __init__(self, task, length, batch_size, batches, seed):
        super().__init__()
        self.made, self.batches, self.seed, self.epoch = (task, length, batch_size), batches, seed, 0

    def on_epoch_end(self):
        self.epoch += 1

    def __len__(self):
        return self.batches

    def __getitem__(self, index):
        return examples(*self.made, [self.seed, 2, self.epoch, index])


def train(task, length, cell, units, steps, batch_size, learning_rate, seed, folder):
    """A trained network and the seconds it took."""
    with contextlib.redirect_stdout(io.StringIO()):
        training.prepare(seed)
        recurrence = Recurrent(cell, units, seed=seed)
        if task == "adding":
            model = many_to_one(Vectors(2), recurrence, Values(1))
        else:
            model = many_to_many(OneHot(MARK + 1), recurrence, Classes(MARK + 1))
        settings = {"task": task, "length": length, "cell": cell, "units": units, "batch_size": batch_size}
        history = training.fit(
            model,
            Fresh(task, length, batch_size, steps // PARTS, seed),
            out=folder,
            epochs=PARTS,
            seed=seed,
            learning_rate=keras.optimizers.schedules.CosineDecay(learning_rate, steps),
            config=settings,
        )
    return model, history.seconds


def score(task, model, inputs, targets, _):
    """The mean squared error of a sum; the share of the symbols copied that are right."""
    answers = model.predict(inputs, batch_size=250, verbose=0)
    if task == "adding":
        return float(np.mean((answers - targets) ** 2))
    return float(np.mean(answers[:, -COPIED:].argmax(axis=2) == targets[:, -COPIED:]))


def blind(task, length, tested, seed):
    """What is reached without memory: by answering 1, the mean of all sums, or any of the symbols."""
    if task == "adding":
        _, targets, _ = examples(task, length, tested, [seed, 1])
        return {"metric": "mse", "blind": float(np.mean((targets - 1) ** 2))}
    return {"metric": "accuracy", "blind": 1 / SYMBOLS}


def row(made, one, model, parameters, seconds):
    """A result row."""
    value = one["blind" if model.startswith("baseline:") else model]
    return {
        **made,
        "data": f"{one['task']} {one['length']}",
        "model": model,
        "metric": one["metric"],
        "value": f"{value:.6g}",
        "parameters": "" if parameters is None else parameters,
        "train_seconds": "" if seconds is None else f"{seconds:.1f}",
    }


def draw(measured):
    """A panel a task: what each cell reaches by the length."""
    tasks = list(dict.fromkeys(one["task"] for one in measured))
    figure = new_figure(4.6 * len(tasks), 3.6)
    for axes, task in zip(figure.subplots(1, len(tasks), squeeze=False)[0], tasks, strict=True):
        ones = [one for one in measured if one["task"] == task]
        lengths = [one["length"] for one in ones]
        for number, name in enumerate([*CELLS, "blind"]):
            style = {"color": "0.5"} if name == "blind" else {"color": COLOURS[number], "marker": "osD"[number]}
            label = "without memory" if name == "blind" else name
            axes.plot(lengths, [one[name] for one in ones], linestyle=STYLES[number], label=label, **style)
        axes.set_xscale("log")
        axes.set_xticks(lengths, [str(length) for length in lengths])
        axes.minorticks_off()
        if task == "adding":
            axes.set_yscale("log")
        axes.set_title(task.capitalize(), loc="left", fontsize=11, weight="bold")
        axes.set_xlabel("numbers in a sequence" if task == "adding" else "blanks before the copy")
        axes.set_ylabel("mean squared error" if task == "adding" else "share of the symbols that are right")
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8, frameon=False)
    return figure


def readme(measured, units, steps, command):
    """The table, as Markdown."""
    lines = ["| task | length | measure | without memory | " + " | ".join(CELLS) + " |"]
    lines.append("|---|---:|---|" + "---:|" * (len(CELLS) + 1))
    for one in measured:
        adds = one["task"] == "adding"
        values = [f"{one[name]:.3g}" if adds else f"{one[name]:.1%}" for name in ("blind", *CELLS)]
        measure = "mean squared error" if adds else "symbols right"
        lines.append(f"| {one['task']} | {one['length']} | {measure} | " + " | ".join(values) + " |")
    listed = "\n".join(lines)
    return f"""# Where they stop learning

Adding: of many numbers in [0, 1) two are marked, one in each half, and their sum is to be told after the last. Copying:
ten of {SYMBOLS} symbols, so many blanks, a mark, after which the ten are to be written again. Each cell has {units}
units and {steps:,} training steps, on new sequences in each. Made by `{command}`.

![What each cell reaches on both tasks, by the length of the sequence](memory_limits.png)

{listed}

Without memory one answers 1, the mean of all sums, or any of the symbols. Published for 600 numbers, with
other sizes and training (Bai et al. 2018, table 1): vanilla .177, LSTM .164, GRU .00005.
"""


if __name__ == "__main__":
    app = App(help_format="plaintext", version_flags=[])
    app.default(main)
    try:
        app()
    except (ValueError, OSError, FloatingPointError) as error:  # each says what to change
        sys.exit(f"error: {error}")
