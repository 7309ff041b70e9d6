"""Back-propagation through time on one word: training by the traced gradients alone, its pictures and its page."""

import dataclasses
from typing import Any

import numpy as np

from rnn_zoo.experiments.experiment import markdown_table
from rnn_zoo.inspection import BPTTTrace, trace_bptt
from rnn_zoo.inspection.pictures.figures import COLOURS, new_figure
from rnn_zoo.layers import Classes, OneHot, Recurrent
from rnn_zoo.topologies import many_to_many

COLUMNS = (
    "t",
    "input",
    "initial h_t",
    "initial prediction",
    "dL/dh_t",
    "step's part of dL/dW",
    "of dL/dU",
    "of dL/dV",
    "final prediction",
)


@dataclasses.dataclass(frozen=True)
class Training:
    """A training on one word.

    Attributes:
        word: the word.
        first, last: the traces before the first and after the last step of gradient descent.
        losses: the loss before each step, and after the last.
    """

    word: str
    first: BPTTTrace
    last: BPTTTrace
    losses: list[float]

    @property
    def steps(self) -> int:
        """The number of steps of gradient descent."""
        return len(self.losses) - 1

    @property
    def answer(self) -> str:
        """The letters that the trained network predicts."""
        return "".join(self.last.output_names[best] for best in self.last.outputs.argmax(axis=1))


def train_on_word(
    word: str, *, units: int, learning_rate: float, probability: float, most_steps: int, seed: int
) -> Training:
    """Trains a vanilla network to predict each next letter of a word, by gradient descent on the traced gradients.

        W <- W - learning_rate * sum over t of dL/dW_t

    Args:
        word: at least two letters.
        units: size of the state.
        learning_rate: of the gradient descent.
        probability: training stops when every correct letter has at least this probability.
        most_steps: largest number of steps.
        seed: of the initial weights.
    Returns:
        The training.
    Raises:
        ValueError: the word is not learned within `most_steps`.
    """
    letters = list(dict.fromkeys(word))
    # Id 0 is padding, so the letters are 1, 2, ... as inputs and 0, 1, ... as classes.
    classes = np.array([letters.index(letter) for letter in word])
    inputs, targets = classes[:-1] + 1, classes[1:]
    count = max(2, len(letters))
    model = many_to_many(OneHot(len(letters) + 1), Recurrent("vanilla", units, seed=seed), Classes(count))
    names = [*letters, "(none)"][:count]

    def trace() -> BPTTTrace:
        return trace_bptt(model, inputs, targets, input_names=word[:-1], output_names=names)

    first = last = trace()
    losses = [first.loss]
    weights = dict(zip("WUbVc", model.trainable_weights, strict=True))
    while not (last.outputs[np.arange(len(targets)), targets] >= probability).all():
        if len(losses) > most_steps:
            raise ValueError(f"`most_steps` {most_steps} were not enough to learn {word!r}; try another `seed`.")
        for name, gradient in last.gradients.items():
            weights[name].assign(weights[name] - learning_rate * gradient.astype("float32"))
        last = trace()
        losses.append(last.loss)
    return Training(word, first, last, losses)


def draw_loss(training: Training) -> Any:
    """A matplotlib figure of the loss by the step."""
    figure = new_figure(6.4, 3.4)
    axes = figure.subplots()
    axes.plot(training.losses, color=COLOURS[0])
    axes.set_yscale("log")
    axes.set_xlabel("step of gradient descent")
    axes.set_ylabel("loss (nats per letter)")
    title = f"Learning {training.word[:-1]} → {training.word[1:]} by the traced gradients"
    axes.set_title(title, loc="left", fontsize=11, weight="bold")
    axes.grid(alpha=0.3)
    return figure


def readme(training: Training, units: int) -> str:
    """The page, as Markdown."""
    word, first, last = training.word, training.first, training.last
    gradients = (first.of_states, first.of_kernel, first.of_recurrent_kernel, first.of_head_kernel)
    rows = [
        [
            str(t + 1),
            letter,
            " ".join(f"{value:+.2f}" for value in first.states[t]),
            first.output_names[first.outputs[t].argmax()],
            *(f"{np.linalg.norm(gradient[t]):.4f}" for gradient in gradients),
            f"{last.output_names[last.outputs[t].argmax()]}, {last.outputs[t].max():.0%}",
        ]
        for t, letter in enumerate(word[:-1])
    ]
    table = markdown_table(COLUMNS, "|---|---|---|---|---:|---:|---:|---:|---|", rows)
    start, end = training.losses[0], training.losses[-1]
    return f"""# Hello, back-propagation through time

A vanilla network of {units} units reads "{word[:-1]}" letter by letter and learns to predict "{word[1:]}". `trace_bptt`
shows every step, and the part of each step in the gradients of W (input), U (state) and V (output). The network learns
by the sums of these parts alone. Made by `python recipes/hello.py`.

{table}

The columns from dL/dh_t on are norms; all numbers are in [first_step.html](first_step.html) and
[last_step.html](last_step.html), and in the terminal. The first step has no part in dL/dU, because the state before it
is zero.

![The loss falls from {start:.2f} to {end:.3f} nats per letter in {training.steps} steps](loss.png)

After {training.steps} steps the loss is {end:.4f} nats per letter, and the network predicts "{training.answer}".
"""
