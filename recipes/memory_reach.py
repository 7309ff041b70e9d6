"""How far back does it remember? The memory reach of five cells, before and after training, with and without clipping.

    python recipes/memory_reach.py                          # about 15 minutes on one core; writes docs/memory_reach
    python recipes/memory_reach.py --lengths 10 30 --epochs 2 --out runs/memory --results runs/memory.csv

The task is to predict the first of a sequence of random symbols after the last: the relevant step is as far back as the
sequence is long, and everything after it is noise.
"""

from rich.console import Console

from rnn_zoo.checks import positive_integer, positive_number
from rnn_zoo.experiments.experiment import Experiment, Lengths
from rnn_zoo.experiments.memory_reach import Sizes, draw, measure_length, readme, table
from rnn_zoo.run import run_command


def main(
    *,
    lengths: Lengths = None,
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
        lengths: steps of the sequences; by default 10 30 100 300 1000.
        units: size of the state.
        sequences: training sequences; a quarter as many for test.
        epochs: passes over the training sequences.
        batch_size: sequences per step.
        learning_rate: of Adam.
        seed: seed of every random number generator.
        runs: folder of the training runs; a finished one is loaded.
        out: folder for the table and the picture.
        results: CSV file to append the numbers to.
    """
    lengths = [positive_integer("lengths", length) for length in lengths or [10, 30, 100, 300, 1_000]]
    for name, value in (("units", units), ("sequences", sequences), ("epochs", epochs), ("batch_size", batch_size)):
        positive_integer(name, value)
    positive_number("learning_rate", learning_rate)

    sizes = Sizes(units, sequences, epochs, batch_size, learning_rate)
    experiment = Experiment("memory_reach", seed=seed, out=out, results=results)
    measured = []
    for length in lengths:
        measurements, rows = measure_length(experiment, length, sizes, runs)
        measured += measurements
        # After each length, so that a stopped run leaves the numbers measured before.
        experiment.record(rows)
        experiment.write(readme(measured, units, experiment.command), draw(measured))
    Console().print(table(measured))
    print(f"Written: {out}/README.md and memory_reach.png")


if __name__ == "__main__":
    run_command(main)
