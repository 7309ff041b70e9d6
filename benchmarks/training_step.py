"""The training step of the vanilla layer, LSTM and GRU, compared with Keras and PyTorch.

python -m benchmarks.training_step
python -m benchmarks.training_step --cells lstm --sizes 64/200/128/128 --out runs/benchmarks.csv
"""

from pathlib import Path

from benchmarks import steps
from benchmarks.command import run
from benchmarks.session import Session
from benchmarks.sizes import Sizes
from benchmarks.timing import Contestant, interleave

SIZES = {
    "vanilla": ("32/100/64/64", "64/200/128/128", "16/1000/128/256", "1/200/128/128"),
    "lstm": ("32/100/64/64", "64/200/128/128"),
    "gru": ("32/100/64/64", "64/200/128/128"),
}


def main(
    *,
    cells: tuple[str, ...] = tuple(SIZES),
    sizes: tuple[str, ...] = (),
    seconds: float = 8.0,
    out: Path = Path("results/benchmarks.csv"),
):
    """Times a training step of each layer, after checking that outputs and gradients are equal.

    Args:
        cells: "vanilla", "lstm", "gru".
        sizes: batch/time/features/units, such as 32/100/64/64; by default those of README.md.
        seconds: timing of each case in seconds, without the warm-up.
        out: CSV file; replaces all rows of this benchmark.
    """
    cases = [(cell, Sizes.parse(text)) for cell in cells for text in sizes or SIZES[cell]]
    session = Session("training_step")
    with session.progress(f"{cell} {size}" for cell, size in cases) as names:
        for name, (cell, size) in zip(names, cases, strict=True):
            session.add_timings(
                name, race(cell, size, seconds), work=dict.fromkeys(steps.LIBRARIES, size.multiply_adds(cell))
            )
    session.write(out)


def race(cell, sizes, seconds):
    """The timings of one step of a cell in every library -> list of `Timing`."""
    inputs, targets = steps.data(sizes)
    weights = steps.initial_weights(cell, sizes)
    made = {
        # Keras without XLA first: the reference.
        library: steps.make(library, cell, sizes, inputs, targets, weights)
        for library in sorted(steps.libraries(), key=lambda library: library != steps.KERAS)
    }
    steps.assert_equal(made)
    contestants = [
        Contestant(library, made[library], rival=library != steps.RNN_ZOO)
        for library in steps.LIBRARIES
        if library in made
    ]
    return interleave(contestants, seconds=seconds)


if __name__ == "__main__":
    run(main)
