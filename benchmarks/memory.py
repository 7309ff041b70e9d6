"""The peak memory of one training step over a long sequence, each contestant in a fresh process.

python -m benchmarks.memory
"""

import math
from pathlib import Path

from benchmarks import steps
from benchmarks.command import run
from benchmarks.peak import STEPS, peak_megabytes
from benchmarks.session import Session
from benchmarks.sizes import Sizes


def main(
    *,
    cells: tuple[str, ...] = ("vanilla", "lstm"),
    sizes: str = "32/5000/64/128",
    out: Path = Path("results/benchmarks.csv"),
):
    """Measures the memory of a training step whose loss depends on the last state only.

    Args:
        cells: "vanilla", "lstm", "gru".
        sizes: batch/time/features/units.
        out: CSV file; replaces all rows of this benchmark.
    """
    size = Sizes.parse(sizes)
    # Keeping every sqrt(time)-th state and recomputing those between needs the least memory.
    every = math.isqrt(size.time)
    # Keras with XLA is left out: it needs gigabytes, which not every machine has.
    contestants = [(library, library, {}) for library in steps.libraries() if library != steps.KERAS_XLA]
    contestants.insert(1, (f"rnn_zoo, checkpoint={every}", steps.RNN_ZOO, {"checkpoint": every}))
    cases = [(cell, *contestant) for cell in cells for contestant in contestants]
    session = Session("memory")
    with session.progress(f"{cell}, {name}" for cell, name, *_ in cases) as names:
        for shown, (cell, name, library, options) in zip(names, cases, strict=True):
            peak = peak_megabytes(library, cell, size, **options)
            session.add(f"{cell} {size}", name, "peak memory", peak, rival=library == steps.KERAS, samples=STEPS)
            session.say(f"{shown}: {peak:.0f} MB")
    session.write(out)


if __name__ == "__main__":
    run(main)
