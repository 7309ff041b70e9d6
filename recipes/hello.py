"""Hello: a vanilla network of three units learns to answer "hell" with "ello", and every number of it is shown.

    python recipes/hello.py                          # some seconds; writes docs/hello
    python recipes/hello.py --units 8 --word banana

It learns by the sums of the traces alone, W <- W - rate * sum_t dL/dW_t: back-propagation through time and nothing
else.
"""

import sys
from pathlib import Path

import keras
import numpy as np
from cyclopts import App
from rich.console import Console

from rnn_zoo import Classes, OneHot, Recurrent, many_to_many
from rnn_zoo.checks import positive_integer, positive_number
from rnn_zoo.files import atomic_file
from rnn_zoo.inspection import trace_bptt
from rnn_zoo.inspection.figures import COLOURS, new_figure, write


def main(
    *,
    word: str = "hello",
    units: int = 3,
    rate: float = 1.0,
    least: float = 0.9,
    most_steps: int = 2_000,
    seed: int = 1,
    out: str = "docs/hello",
):
    """Trains until the network answers each letter with the next one, and shows the first and the last step.

    Args:
        word: what it learns to spell; it reads all letters but the last and answers all but the first.
        units: width of the state.
        rate: learning rate of the gradient descent.
        least: probability that each right letter must reach.
        most_steps: steps after which it gives up.
        seed: of the weights it starts with.
        out: folder for the pages, the picture and the README.
    """
    for name, value in (("units", units), ("most_steps", most_steps)):
        positive_integer(name, value)
    positive_number("rate", rate)
    if len(word) < 2:
        raise ValueError(f"`word` must have two letters at least, got {word!r}.")
    keras.utils.set_random_seed(seed)
    letters = list(dict.fromkeys(word))
    # Id 0 is padding, so that the letters are 1, 2, ... as inputs and 0, 1, ... as classes.
    classes = np.array([letters.index(letter) for letter in word])
    inputs, targets = classes[:-1] + 1, classes[1:]
    model = many_to_many(
        OneHot(len(letters) + 1), Recurrent("vanilla", units, seed=seed), Classes(max(2, len(letters)))
    )
    outputs = [*letters, "(none)"][: max(2, len(letters))]

    def trace():
        return trace_bptt(model, inputs, targets, input_names=word[:-1], output_names=outputs)

    first = now = trace()
    losses = [first.loss]
    weights = dict(zip("WUbVc", model.trainable_weights, strict=True))
    while not learned(now, targets, least):
        if len(losses) > most_steps:
            raise ValueError(f"`most_steps` {most_steps} were not enough to learn {word!r}; try another `seed`.")
        for name, gradient in now.gradients.items():
            weights[name].assign(weights[name] - rate * gradient.astype("float32"))
        now = trace()
        losses.append(now.loss)

    console = Console()
    for title, shown in (("Before the first step", first), (f"After {len(losses) - 1} steps", now)):
        console.rule(title)
        console.print(shown.to_table())
    said = "".join(outputs[best] for best in now.outputs.argmax(axis=1))
    print(
        f"Reads {word[:-1]!r}, answers {said!r}, each letter with {least:.0%} or more, after {len(losses) - 1} steps."
    )
    first.to_html(f"{out}/first_step.html")
    now.to_html(f"{out}/last_step.html")
    write(draw_loss(losses, word), f"{out}/loss.png")
    with atomic_file(Path(out) / "README.md") as file:
        file.write(readme(word, said, units, first, now, losses, outputs))
    print(f"Written: {out}/README.md, loss.png, first_step.html, last_step.html")


def learned(trace, targets, least):
    """Whether every right letter is as probable as asked."""
    return bool((trace.outputs[np.arange(len(targets)), targets] >= least).all())


def draw_loss(losses, word):
    figure = new_figure(6.4, 3.4)
    axes = figure.subplots()
    axes.plot(losses, color=COLOURS[0])
    axes.set_yscale("log")
    axes.set_xlabel("step of gradient descent")
    axes.set_ylabel("loss (nats per letter)")
    axes.set_title(
        f"Learning {word[:-1]} → {word[1:]} by the sums of the traces", loc="left", fontsize=11, weight="bold"
    )
    axes.grid(alpha=0.3)
    return figure


def readme(word, said, units, first, now, losses, outputs):
    rows = "\n".join(
        f"| {t + 1} | {letter} | {numbers(first.states[t])} | {outputs[first.outputs[t].argmax()]} | "
        f"{np.linalg.norm(first.of_states[t]):.4f} | {np.linalg.norm(first.of_kernel[t]):.4f} | "
        f"{np.linalg.norm(first.of_recurrent_kernel[t]):.4f} | {np.linalg.norm(first.of_head_kernel[t]):.4f} | "
        f"{outputs[now.outputs[t].argmax()]}, {now.outputs[t].max():.0%} |"
        for t, letter in enumerate(word[:-1])
    )
    return f"""# Hello, back-propagation through time

A vanilla network of {units} units reads "{word[:-1]}" letter by letter and learns to answer "{word[1:]}". `trace_bptt`
shows what happens in it at every step, and what each step adds to the gradients of W (input), U (state) and V (output);
the sums of those are all it learns by. Made by `python recipes/hello.py`.

| t | reads | h_t at first | says at first | dL/dh_t | adds to dL/dW | to dL/dU | to dL/dV | says at last |
|---|---|---|---|---:|---:|---:|---:|---|
{rows}

The columns from dL/dh_t on are lengths (norms); all numbers are in [first_step.html](first_step.html) and
[last_step.html](last_step.html), and in the terminal. The first step adds nothing to dL/dU, because the state before it
is zero.

![The loss falls from {losses[0]:.2f} to {losses[-1]:.3f} nats per letter in {len(losses) - 1} steps](loss.png)

After {len(losses) - 1} steps the loss is {losses[-1]:.4f} nats per letter, and the network answers "{said}".
"""


def numbers(values):
    return " ".join(f"{value:+.2f}" for value in values)


if __name__ == "__main__":
    app = App(help_format="plaintext", version_flags=[])
    app.default(main)
    try:
        app()
    except (ValueError, OSError) as error:  # each says what to change
        sys.exit(f"error: {error}")
