"""Adding and copying: the lengths at which vanilla, LSTM and GRU stop learning.

    python recipes/memory_limits.py                         # an hour on one core; writes docs/memory_limits
    python recipes/memory_limits.py --adding 50 --copying 20 --steps 200 --out runs/short --runs runs/short

Adding: in a sequence of random numbers in [0, 1) two are marked, one in each half; the target is their sum, after the
last number. Copying: ten symbols, then blanks, then a mark, after which the targets are the ten symbols.
Reference: Hochreiter and Schmidhuber 1997, sections 5.4 and 5.5; Bai et al. 2018, section 4 (lengths and sizes).
"""

from rnn_zoo.checks import positive_integer, positive_number
from rnn_zoo.experiments.experiment import Experiment, Lengths
from rnn_zoo.experiments.memory_limits import EPOCHS, Sizes, draw, measure, readme
from rnn_zoo.run import run_command


def main(
    *,
    adding: Lengths = None,
    copying: Lengths = None,
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
    """Trains each cell on each task at each length, and scores it on other sequences.

    Args:
        adding: numbers in a sequence; by default 50 200 600.
        copying: blanks in a sequence; by default 10 50 200 600.
        units: size of the state.
        steps: training steps of each cell, each on new sequences.
        batch_size: sequences per step.
        learning_rate: of Adam; falls to 0 along a cosine.
        tested: number of test sequences.
        seed: seed of every random number generator.
        runs: folder of the training runs; a finished one is loaded.
        out: folder for the table and the picture.
        results: CSV file to append the numbers to.
    """
    lengths = {"adding": adding or [50, 200, 600], "copying": copying or [10, 50, 200, 600]}
    for task, given in lengths.items():
        for length in given:
            positive_integer(task, length)
    for name, value in (("units", units), ("batch_size", batch_size), ("tested", tested)):
        positive_integer(name, value)
    if positive_integer("steps", steps) % EPOCHS:
        raise ValueError(f"`steps` must be a multiple of {EPOCHS}, got {steps}.")
    positive_number("learning_rate", learning_rate)

    sizes = Sizes(units, steps, batch_size, learning_rate, tested)
    experiment = Experiment("memory_limits", seed=seed, out=out, results=results)
    measured = []
    for task, given in lengths.items():
        for length in given:
            scores, rows = measure(experiment, task, length, sizes, runs)
            measured.append(scores)
            # After each length, so that a stopped run leaves the numbers measured before.
            experiment.record(rows)
            experiment.write(readme(measured, sizes, experiment.command), draw(measured))
    print(f"Written: {out}/README.md and memory_limits.png")


if __name__ == "__main__":
    run_command(main)
