"""Time and memory of a training step of the vanilla layer by sequence length and state size.

python -m benchmarks.scaling && python -m benchmarks.plot
"""

from pathlib import Path

from benchmarks import steps
from benchmarks.command import run
from benchmarks.peak import STEPS, peak_megabytes
from benchmarks.session import Session
from benchmarks.sizes import Sizes
from benchmarks.timing import Contestant, interleave

TIMES = (100, 300, 1_000, 3_000, 10_000)
UNITS = (32, 64, 128, 256, 512, 1_024)


def main(
    *,
    times: tuple[int, ...] = TIMES,
    units: tuple[int, ...] = UNITS,
    batch: int = 16,
    features: int = 64,
    usual_time: int = 200,
    usual_units: int = 128,
    seconds: float = 4.0,
    out: Path = Path("results/benchmarks.csv"),
):
    """Measures one training step for each sequence length and for each number of units.

    Args:
        times: sequence lengths, with `usual_units`.
        units: sizes of the state, with `usual_time`.
        batch: sequences per training step.
        features: input features of a time step.
        usual_time: sequence length while the units vary.
        usual_units: size of the state while the sequence length varies.
        seconds: timing of each case in seconds, without the warm-up.
        out: CSV file; replaces all rows of this benchmark.
    """
    cases = {f"time: {size}": size for size in (Sizes(batch, time, features, usual_units) for time in times)}
    cases |= {f"units: {size}": size for size in (Sizes(batch, usual_time, features, unit) for unit in units)}
    # Keras with XLA is left out: compiling its loop takes as long as all the others together.
    libraries = [library for library in steps.libraries() if library != steps.KERAS_XLA]
    session = Session("scaling")
    with session.progress(cases) as names:
        for name in names:
            size = cases[name]
            session.add_timings(
                name, race(libraries, size, seconds), work=dict.fromkeys(libraries, size.multiply_adds("vanilla"))
            )
            for library in libraries:
                peak = peak_megabytes(library, "vanilla", size)
                rival = library != steps.RNN_ZOO
                session.add(name, library, "peak memory", peak, rival=rival, samples=STEPS)
    session.write(out)


def race(libraries, sizes, seconds):
    """The timings of one step of the vanilla layer in each library -> list of `Timing`."""
    inputs, targets = steps.data(sizes, last_only=True)
    weights = steps.initial_weights("vanilla", sizes)
    contestants = [
        Contestant(
            library,
            steps.make(library, "vanilla", sizes, inputs, targets, weights),
            rival=library != steps.RNN_ZOO,
        )
        for library in libraries
    ]
    return interleave(contestants, seconds=seconds, least_rounds=3)


if __name__ == "__main__":
    run(main)
