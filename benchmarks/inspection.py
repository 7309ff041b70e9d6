"""Time of inspecting a network: gradients through time, contributions, the page.

python -m benchmarks.inspection
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import rnn_zoo
from benchmarks.command import run
from benchmarks.session import Session
from benchmarks.sizes import Sizes
from benchmarks.timing import Contestant, interleave
from rnn_zoo import Classes, Recurrent, Vectors, many_to_one
from rnn_zoo.checks import positive_integer
from rnn_zoo.inspection import gradient_flow, integrated_gradients

SENTENCE = "The food is not good, but the service was friendly and I would come back for the view."


def main(
    *,
    cells: tuple[str, ...] = ("vanilla", "lstm", "gru", "min_gru"),
    sizes: str = "64/200/128/128",
    model: Path = Path("saved_models/imdb_ngrams"),
    words: int = 500,
    starts: int = 3,
    seconds: float = 8.0,
    out: Path = Path("results/benchmarks.csv"),
):
    """Times `gradient_flow` and a training step of the same model, then contributions and the page of an export.

    Args:
        cells: cells of the models for `gradient_flow`.
        sizes: their batch/time/features/units.
        model: an exported classifier of texts.
        words: length of the text whose contributions are computed.
        starts: runs of `rnn-zoo inspect`.
        seconds: timing of each case in seconds, without the warm-up.
        out: CSV file; replaces all rows of this benchmark.
    """
    size = Sizes.parse(sizes)
    positive_integer("words", words)
    positive_integer("starts", starts)
    session = Session("inspection")
    cases = [f"{cell} {size}" for cell in cells]
    cases += [f"{model.name}, a text of {words} words", f"{model.name}, one sentence from a cold start"]
    with session.progress(cases) as names:
        for name in names:
            if name == cases[-1]:
                add_page(session, name, model, starts)
            elif name == cases[-2]:
                add_contributions(session, name, model, words, seconds)
            else:
                session.add_timings(name, interleave(flow_and_step(name.split()[0], size), seconds=seconds))
    session.write(out)


def flow_and_step(cell, size):
    """The contestants: gradients with respect to every state, and a training step of the same model."""
    model = many_to_one(Vectors(size.features), Recurrent(cell, size.units), Classes(2), pooling="last")
    generator = np.random.default_rng(0)
    inputs = generator.standard_normal((size.batch, size.time, size.features)).astype("float32")
    targets = np.arange(size.batch) % 2
    return [
        Contestant("gradient_flow", lambda: gradient_flow(model, inputs, targets)),
        Contestant("training step", lambda: model.train_on_batch(inputs, targets), rival=True),
    ]


def add_contributions(session, case, model, words, seconds):
    """The median time of integrated gradients, complete to 1 %, for a text of random words."""
    exported = rnn_zoo.load(model)
    ids = np.random.default_rng(0).integers(2, len(exported.vocabulary.words), words).astype("int32")
    contestants = [Contestant("integrated_gradients", lambda: integrated_gradients(exported.model, ids))]
    session.add_timings(case, interleave(contestants, seconds=seconds, least_rounds=3), metric="latency p50")


def add_page(session, case, model, starts):
    """The median time of the whole command in a new process, and the size of the page."""
    taken = []
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        code = "import sys; from rnn_zoo.cli import main; sys.exit(main())"
        command = [sys.executable, "-c", code, "inspect", str(model), SENTENCE, "--out", str(page), "--overwrite"]
        for _ in range(starts):
            start = time.perf_counter()
            ended = subprocess.run(command, env=os.environ, capture_output=True, text=True, check=False)
            taken.append((time.perf_counter() - start) * 1e3)
            if ended.returncode:
                raise OSError(f"rnn-zoo inspect ended with {ended.returncode}: {ended.stderr.strip()[-300:]}")
        megabytes = page.stat().st_size / 1e6
    session.add(case, "rnn-zoo inspect", "latency p50", statistics.median(taken), samples=starts)
    session.add(case, "the page", "file size", megabytes)
    session.say(f"{case}: {statistics.median(taken) / 1e3:.1f} s, {megabytes:.2f} MB")


if __name__ == "__main__":
    run(main)
