"""Hello: a vanilla network of three units learns to answer "hell" with "ello", with every number shown.

    python recipes/hello.py                          # a few seconds; writes docs/hello
    python recipes/hello.py --units 8 --word banana

Training is gradient descent on the traced gradients, W <- W - rate * sum_t dL/dW_t: back-propagation through time.
"""

import keras
from rich.console import Console

from rnn_zoo.checks import positive_integer, positive_number
from rnn_zoo.experiments.experiment import write_page
from rnn_zoo.experiments.hello import draw_loss, readme, train_on_word
from rnn_zoo.run import run_command


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
    """Trains until the network predicts each next letter, and shows the first and the last step.

    Args:
        word: the word to learn; the network reads all letters but the last and predicts all but the first.
        units: size of the state.
        rate: learning rate of the gradient descent.
        least: probability that each correct letter must reach.
        most_steps: largest number of steps.
        seed: seed of the initial weights.
        out: folder for the pages, the picture and the README.
    """
    positive_integer("units", units)
    positive_integer("most_steps", most_steps)
    positive_number("rate", rate)
    if len(word) < 2:
        raise ValueError(f"`word` must have at least two letters, got {word!r}.")
    keras.utils.set_random_seed(seed)
    options = {"learning_rate": rate, "probability": least, "most_steps": most_steps}
    training = train_on_word(word, units=units, **options, seed=seed)

    console = Console()
    for title, trace in (("Before the first step", training.first), (f"After {training.steps} steps", training.last)):
        console.rule(title)
        console.print(trace.to_table())
    print(
        f"Input {word[:-1]!r}, predictions {training.answer!r}, each letter with {least:.0%} or more, "
        f"after {training.steps} steps."
    )
    training.first.to_html(f"{out}/first_step.html")
    training.last.to_html(f"{out}/last_step.html")
    write_page(out, readme(training, units), draw_loss(training), "loss.png")
    print(f"Written: {out}/README.md, loss.png, first_step.html, last_step.html")


if __name__ == "__main__":
    run_command(main)
