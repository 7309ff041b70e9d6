"""Sentences per second tagged by an exported model on one core, in batches and one by one.

python -m benchmarks.tagging_speed
"""

import os
from pathlib import Path

import tensorflow as tf

import rnn_zoo
from benchmarks.command import run
from benchmarks.session import Session
from benchmarks.timing import Contestant, interleave
from rnn_zoo.checks import positive_integer
from rnn_zoo.tasks.tagging.data import load_tagged


def main(
    *,
    model: Path = Path("saved_models/ner_bilstm_crf"),
    data: str = "wnut17",
    batch_size: int = 128,
    seconds: float = 15.0,
    out: Path = Path("results/benchmarks.csv"),
):
    """Times a tagger on raw sentences: splitting into words, tagging, names with positions and probabilities.

    Args:
        model: an exported folder.
        data: data set whose test sentences are tagged: "wnut17" (in the package), "conll2003", or the path of a CoNLL
            file or of a folder with such files.
        batch_size: sentences per batch, grouped by length.
        seconds: timing in seconds, without the warm-up.
        out: CSV file; replaces all rows of this benchmark.
    """
    positive_integer("batch_size", batch_size)
    on_one_core()
    session = Session("tagging_speed")
    exported = rnn_zoo.load(model)
    sentences = [" ".join(words) for words in load_tagged(data).test.words]
    case = f"{exported.name}, {len(sentences):,} sentences of {Path(data).name}"
    with session.progress([case]) as names:
        for name in names:
            add_throughput(session, name, exported, sentences, batch_size, seconds)
    session.write(out)


def on_one_core():
    """Restricts this process to one core; call before TensorFlow computes."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def add_throughput(session, case, exported, sentences, batch_size, seconds):
    """Sentences per second, including sorting by length; the rival predicts the sentences one by one."""
    saved = tf.saved_model.load(str(exported.folder))

    def in_batches(size):
        order = sorted(sentences, key=len)
        for start in range(0, len(order), size):
            saved.serve(tf.constant(order[start : start + size]))["tag"].numpy()

    contestants = [
        Contestant(f"SavedModel, batches of {batch_size}", lambda: in_batches(batch_size)),
        Contestant("rnn_zoo.load(...).predict", lambda: exported.predict(sentences, batch_size)),
        Contestant("SavedModel, one by one", lambda: in_batches(1), rival=True),
    ]
    for timing in interleave(contestants, seconds=seconds, least_rounds=3):
        one = timing.contestant
        value, *quartiles = (len(sentences) / timing.milliseconds(quantile) * 1e3 for quantile in (0.5, 0.75, 0.25))
        options = {"rival": one.rival, "quartiles": quartiles, "samples": len(timing.seconds)}
        session.add(case, one.name, "throughput", value, **options)
        session.say(f"{case}: {one.name}, {value:.0f} sentences/s")


if __name__ == "__main__":
    run(main)
