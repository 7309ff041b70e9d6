"""Latency and throughput of an exported model: one sentence, and many texts.

python -m benchmarks.inference
"""

import functools
from pathlib import Path

import numpy as np
import tensorflow as tf

import rnn_zoo
from benchmarks import reviews as film_reviews
from benchmarks.command import run
from benchmarks.session import Session
from benchmarks.timing import Contestant, interleave
from rnn_zoo import datasets
from rnn_zoo.checks import positive_integer

SENTENCE = "The food is not good, but the service was friendly and I would come back for the view."


def main(
    *,
    model: Path = Path("saved_models/imdb_ngrams"),
    sentence: str = SENTENCE,
    texts: int = 500,
    batch_size: int = 64,
    seconds: float = 10.0,
    out: Path = Path("results/benchmarks.csv"),
):
    """Times one sentence through the SavedModel and through `model.predict`, then many texts in two orders.

    Args:
        model: an exported folder.
        sentence: the input of the latency measurement.
        texts: number of texts for the throughput: IMDB reviews if available, else sentences in the package.
        batch_size: texts per batch.
        seconds: timing of each case in seconds, without the warm-up.
        out: CSV file; replaces all rows of this benchmark.
    """
    positive_integer("texts", texts)
    session = Session("inference")
    exported = rnn_zoo.load(model)
    kind, many = some_texts(texts)
    cases = [f"{exported.name}, one sentence of {len(sentence.split())} words", f"{exported.name}, {len(many)} {kind}"]
    with session.progress(cases) as names:
        for name in names:
            if name == cases[0]:
                add_latency(session, name, exported, sentence, seconds)
            else:
                add_throughput(session, name, exported, many, batch_size, seconds)
    session.write(out)


def some_texts(count):
    """Their description, and the first `count` texts in the order of the file."""
    if film_reviews.are_there():
        return "IMDB reviews held out", film_reviews.load().validation.texts[:count]
    return "sentences of the package", datasets.load("sample").train.texts[:count]


def add_latency(session, case, exported, sentence, seconds):
    """Median and 90th percentile of one call for one sentence; the rival gets token ids, not text."""
    saved = tf.saved_model.load(str(exported.folder))  # keep a reference: its functions are freed with it
    ids = exported.vocabulary.layer([sentence]).numpy()
    contestants = [
        Contestant("SavedModel, serve", lambda: saved.serve(tf.constant([sentence]))["probabilities"].numpy()),
        Contestant("rnn_zoo.load(...).predict", lambda: exported.predict([sentence])),
        Contestant("Keras, model.predict", lambda: exported.model.predict(ids, verbose=0), rival=True),
    ]
    answers = [contestants[0].step(), exported.probabilities([sentence]), contestants[2].step()]
    for answer in answers[1:]:
        np.testing.assert_allclose(answer, answers[0], atol=1e-3)
    for timing in interleave(contestants, seconds=seconds, turn=0.2, hopeless=float("inf")):
        one = timing.contestant
        for metric, quantile in (("latency p50", 0.5), ("latency p90", 0.9)):
            value = timing.milliseconds(quantile)
            session.add(case, one.name, metric, value, rival=one.rival, samples=len(timing.seconds))
            session.say(f"{case}: {one.name}, {metric} {value:.3g} ms")


def add_throughput(session, case, exported, texts, batch_size, seconds):
    """Texts per second through the SavedModel, in the order of the file and sorted by length."""
    saved = tf.saved_model.load(str(exported.folder))

    def in_order():
        for start in range(0, len(texts), batch_size):
            saved.serve(tf.constant(texts[start : start + batch_size]))["probabilities"].numpy()

    by_length = functools.partial(exported.probabilities, texts, batch_size)
    contestants = [
        Contestant("SavedModel, sorted by length", by_length),
        Contestant("SavedModel, order of the file", in_order, rival=True),
    ]
    for timing in interleave(contestants, seconds=seconds, least_rounds=3):
        one = timing.contestant
        value, *quartiles = (len(texts) / timing.milliseconds(quantile) * 1e3 for quantile in (0.5, 0.75, 0.25))
        session.add(
            case, one.name, "throughput", value, rival=one.rival, quartiles=quartiles, samples=len(timing.seconds)
        )
        session.say(f"{case}: {one.name}, {value:.0f} texts/s")


if __name__ == "__main__":
    run(main)
