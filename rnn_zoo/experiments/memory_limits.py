"""Adding and copying: the data, the training and scores of each cell, and the page of the experiment."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import keras
import numpy as np

from rnn_zoo import training
from rnn_zoo.experiments.experiment import Experiment, markdown_table, quietly
from rnn_zoo.inspection.pictures.figures import COLOURS, STYLES, new_figure
from rnn_zoo.layers import Classes, OneHot, Recurrent, Values, Vectors
from rnn_zoo.topologies import many_to_many, many_to_one
from rnn_zoo.types import Model

CELLS = ("vanilla", "lstm", "gru")
SYMBOLS, COPIED = 8, 10
BLANK, MARK = SYMBOLS + 1, SYMBOLS + 2  # id 0 is padding
EPOCHS = 10  # of a training, after each of which the loss is checked

Task = Literal["adding", "copying"]
Examples = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclasses.dataclass(frozen=True)
class Sizes:
    """Sizes of the networks and trainings.

    Args:
        units: size of the state.
        steps: training steps of each cell, a multiple of `EPOCHS`.
        batch_size: sequences per step.
        learning_rate: of Adam; falls to 0 along a cosine.
        tested: number of test sequences.
    """

    units: int
    steps: int
    batch_size: int
    learning_rate: float
    tested: int


def examples(task: Task, length: int, count: int, seed: Sequence[int]) -> Examples:
    """Random inputs, targets and weights of `count` sequences of a task, determined by the seed.

    Adding: inputs <float32>[count, length, 2], targets <float32>[count, 1], weights <float32>[count].
    Copying: inputs, targets <int32>[count, length + 20] and weights <float32>[count, length + 20].
    """
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
    # Blanks are easy and outnumber the symbols: with equal weights they would dominate the loss.
    weights = np.zeros(inputs.shape, "float32")
    weights[:, -COPIED:] = inputs.shape[1] / COPIED
    return inputs, targets, weights


class NewSequences(keras.utils.PyDataset):
    """Random sequences, new in every batch; seed, epoch and index determine them."""

    def __init__(self, task: Task, length: int, batch_size: int, batches: int, seed: int) -> None:
        super().__init__()
        self.task, self.length, self.batch_size = task, length, batch_size
        self.batches, self.seed, self.epoch = batches, seed, 0

    def on_epoch_end(self) -> None:
        self.epoch += 1

    def __len__(self) -> int:
        return self.batches

    def __getitem__(self, index: int) -> Examples:
        return examples(self.task, self.length, self.batch_size, [self.seed, 2, self.epoch, index])


def measure(
    experiment: Experiment, task: Task, length: int, sizes: Sizes, runs: str
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Trains and scores each cell on a task at one length, and prints the scores.

    Returns:
        (the scores: "task", "length", "metric", "blind" and each cell, the result rows).
    """
    scores = {"task": task, "length": length, **score_without_memory(task, length, sizes.tested, experiment.seed)}
    data, metric = f"{task} {length}", scores["metric"]
    rows = [experiment.row(data, "baseline:blind", metric, scores["blind"])]
    for cell in CELLS:
        model, seconds = train(task, length, cell, sizes, experiment.seed, f"{runs}/{task}_{length}_{cell}")
        scores[cell] = score(task, model, examples(task, length, sizes.tested, [experiment.seed, 1]))
        rows.append(experiment.row(data, cell, metric, scores[cell], model.count_params(), seconds))
        print(f"{data}, {cell}: {metric} {scores[cell]:.4g}, without memory {scores['blind']:.4g}", flush=True)
    return scores, rows


def train(task: Task, length: int, cell: str, sizes: Sizes, seed: int, folder: str) -> tuple[Model, float]:
    """Trains a network on a task; returns it and the seconds of its training."""
    with quietly():
        training.prepare(seed)
        recurrence = Recurrent(cell, sizes.units, seed=seed)
        if task == "adding":
            model = many_to_one(Vectors(2), recurrence, Values(1))
        else:
            model = many_to_many(OneHot(MARK + 1), recurrence, Classes(MARK + 1))
        config = {"task": task, "length": length, "cell": cell, "units": sizes.units, "batch_size": sizes.batch_size}
        history = training.fit(
            model,
            NewSequences(task, length, sizes.batch_size, sizes.steps // EPOCHS, seed),
            out=folder,
            epochs=EPOCHS,
            seed=seed,
            learning_rate=keras.optimizers.schedules.CosineDecay(sizes.learning_rate, sizes.steps),
            config=config,
        )
    return model, history.seconds


def score(task: Task, model: Model, tested: Examples) -> float:
    """The mean squared error of adding, or the accuracy of the copied symbols."""
    inputs, targets, _ = tested
    answers = model.predict(inputs, batch_size=250, verbose=0)
    if task == "adding":
        return float(np.mean((answers - targets) ** 2))
    return float(np.mean(answers[:, -COPIED:].argmax(axis=2) == targets[:, -COPIED:]))


def score_without_memory(task: Task, length: int, tested: int, seed: int) -> dict[str, Any]:
    """The metric, and its value for a model without memory: it predicts 1, the mean of all sums, or a random symbol."""
    if task == "adding":
        _, targets, _ = examples(task, length, tested, [seed, 1])
        return {"metric": "mse", "blind": float(np.mean((targets - 1) ** 2))}
    return {"metric": "accuracy", "blind": 1 / SYMBOLS}


def draw(measured: Sequence[Mapping[str, Any]]) -> Any:
    """A matplotlib figure with a panel per task: the score of each cell by the length."""
    tasks = list(dict.fromkeys(scores["task"] for scores in measured))
    figure = new_figure(4.6 * len(tasks), 3.6)
    for axes, task in zip(figure.subplots(1, len(tasks), squeeze=False)[0], tasks, strict=True):
        shown = [scores for scores in measured if scores["task"] == task]
        lengths = [scores["length"] for scores in shown]
        for number, name in enumerate([*CELLS, "blind"]):
            style = {"color": "0.5"} if name == "blind" else {"color": COLOURS[number], "marker": "osD"[number]}
            label = "without memory" if name == "blind" else name
            axes.plot(lengths, [scores[name] for scores in shown], linestyle=STYLES[number], label=label, **style)
        axes.set_xscale("log")
        axes.set_xticks(lengths, [str(length) for length in lengths])
        axes.minorticks_off()
        if task == "adding":
            axes.set_yscale("log")
        axes.set_title(task.capitalize(), loc="left", fontsize=11, weight="bold")
        axes.set_xlabel("numbers in a sequence" if task == "adding" else "blanks before the copy")
        axes.set_ylabel("mean squared error" if task == "adding" else "accuracy of the copied symbols")
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8, frameon=False)
    return figure


def readme(measured: Sequence[Mapping[str, Any]], sizes: Sizes, command: str) -> str:
    """The page, as Markdown."""
    rows = []
    for scores in measured:
        adding = scores["task"] == "adding"
        values = [f"{scores[name]:.3g}" if adding else f"{scores[name]:.1%}" for name in ("blind", *CELLS)]
        metric = "mean squared error" if adding else "accuracy"
        rows.append([scores["task"], str(scores["length"]), metric, *values])
    columns = ["task", "length", "metric", "without memory", *CELLS]
    table = markdown_table(columns, "|---|---:|---|" + "---:|" * (len(CELLS) + 1), rows)
    return f"""# The longest sequences that vanilla, LSTM and GRU learn

Adding: in a sequence of random numbers in [0, 1) two are marked, one in each half; the target is their sum, after the
last number. Copying: {COPIED} symbols from an alphabet of {SYMBOLS}, then blanks, then a mark, after which the targets
are the {COPIED} symbols. Each cell has {sizes.units} units and {sizes.steps:,} training steps, each on new sequences.
Made by `{command}`.

![The score of each cell on both tasks, by the length of the sequence](memory_limits.png)

{table}

Without memory the best answer is 1, the mean of all sums, or a random symbol. Published for 600 numbers, with other
sizes and training (Bai et al. 2018, table 1): vanilla .177, LSTM .164, GRU .00005.
"""
