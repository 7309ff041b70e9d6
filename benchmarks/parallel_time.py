"""The training step of recurrences that train in parallel over time, compared with GRUs.

python -m benchmarks.parallel_time
"""

from pathlib import Path

from benchmarks import steps
from benchmarks.command import run
from benchmarks.session import Session
from benchmarks.sizes import Sizes
from benchmarks.timing import Contestant, interleave

NAMES = {"min_gru": "MinGRU", "min_lstm": "MinLSTM"}


def main(
    *,
    sizes: tuple[str, ...] = ("16/1000/128/128", "16/1000/128/256"),
    seconds: float = 15.0,
    out: Path = Path("results/benchmarks.csv"),
):
    """Times a training step of MinGRU and MinLSTM, and of a GRU in every library, rnn_zoo included.

    Args:
        sizes: batch/time/features/units.
        seconds: timing of each case in seconds, without the warm-up.
        out: CSV file; replaces all rows of this benchmark.
    """
    cases = [Sizes.parse(text) for text in sizes]
    session = Session("parallel_time")
    with session.progress(cases) as names:
        for size in names:
            contestants = race(size)
            work = {one.name: size.multiply_adds("gru") for one in contestants if one.rival}
            work |= {name: size.multiply_adds(cell) for cell, name in NAMES.items()}
            session.add_timings(size, interleave(contestants, seconds=seconds), work=work)
    session.write(out)


def race(sizes):
    """The contestants, on the same data, the GRUs with the same weights -> list of `Contestant`."""
    inputs, targets = steps.data(sizes)
    contestants = [
        Contestant(name, steps.make(steps.RNN_ZOO, cell, sizes, inputs, targets)) for cell, name in NAMES.items()
    ]
    weights = steps.initial_weights("gru", sizes)
    return contestants + [
        # The GRU of rnn_zoo is a rival too: another cell must be better than that.
        Contestant(f"GRU, {library}", steps.make(library, "gru", sizes, inputs, targets, weights), rival=True)
        for library in steps.libraries()
    ]


if __name__ == "__main__":
    run(main)
