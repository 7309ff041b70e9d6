"""Baselines for taggers: the most frequent tag of a word, and a linear model of the words around it."""

import collections
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sklearn.feature_extraction import FeatureHasher
from sklearn.linear_model import SGDClassifier

from rnn_zoo.evaluation.baseline import Baseline
from rnn_zoo.tasks.tagging.dataset import TaggedSplit

_FEATURES = 2**20


def most_frequent_tag(train: TaggedSplit) -> Baseline:
    """Predicts for each word its most frequent tag in training; for an unknown word, the most frequent tag of all.

    Returns:
        Baseline, whose `predict` maps sentences (lists of lists of str) to tags.
    """
    start = time.perf_counter()
    counts: dict[str, collections.Counter] = collections.defaultdict(collections.Counter)
    total: collections.Counter = collections.Counter()
    for words, tags in zip(train.words, train.tags, strict=True):
        for word, tag in zip(words, tags, strict=True):
            counts[word][tag] += 1
            total[tag] += 1
    if not total:
        raise ValueError("`train` must hold at least one word, got none.")
    # Ties are broken by name, so that runs are repeatable.
    best = {word: min(tags, key=lambda tag: (-tags[tag], tag)) for word, tags in counts.items()}
    unknown = min(total, key=lambda tag: (-total[tag], tag))
    return Baseline(
        name="most_frequent_tag",
        parameters=len(best) + 1,
        train_seconds=time.perf_counter() - start,
        predict=lambda sentences: [[best.get(word, unknown) for word in words] for words in sentences],
        settings={"unknown": unknown},
    )


def window_logistic_regression(
    train: TaggedSplit,
    seed: int = 0,
    *,
    validation: TaggedSplit,
    strengths: Sequence[float] = (3e-6, 1e-5, 3e-5),
    epochs: int = 8,
) -> Baseline:
    """Logistic regression on a word, its prefixes, suffixes and shape, and those of two words on either side.

    Trained by stochastic gradient descent with averaged weights. The penalty is the one of `strengths` with the highest
    accuracy on `validation`.

    Args:
        train: training sentences.
        seed: seed of the order of the examples.
        validation: sentences that choose the penalty; if empty, the middle one of `strengths` is used.
        strengths: L2 penalties > 0 to try.
        epochs: passes over the words, > 0.
    Returns:
        Baseline, whose `predict` maps sentences (lists of lists of str) to tags.
    """
    start = time.perf_counter()
    hasher = FeatureHasher(_FEATURES, input_type="string", alternate_sign=False, dtype=np.float32)

    def features(sentences: Sequence[Sequence[str]]) -> Any:
        return hasher.transform(word for words in sentences for word in _windows(words))

    inputs, targets = features(train.words), np.array([tag for tags in train.tags for tag in tags])
    if len(np.unique(targets)) < 2:
        raise ValueError("`train` must hold at least two different tags.")
    validation_targets = np.array([tag for tags in validation.tags for tag in tags])
    validation_inputs = features(validation.words) if len(validation_targets) else None

    def fitted(strength: float) -> SGDClassifier:
        settings = {"loss": "log_loss", "average": True, "max_iter": epochs, "tol": None}
        return SGDClassifier(alpha=strength, random_state=seed, **settings).fit(inputs, targets)

    tried = {}
    for strength in strengths if len(validation_targets) else strengths[len(strengths) // 2 :][:1]:
        model = fitted(strength)
        accuracy = model.score(validation_inputs, validation_targets) if len(validation_targets) else 0.0
        tried[strength] = (accuracy, model)
    best = max(tried, key=lambda strength: tried[strength][0])
    accuracy, model = tried[best]

    def predict(sentences: Sequence[Sequence[str]]) -> list[list[str]]:
        sentences = list(sentences)
        if not any(sentences):
            return [[] for _ in sentences]
        found = iter(model.predict(features(sentences)).tolist())
        return [[next(found) for _ in words] for words in sentences]

    return Baseline(
        name="window_logistic_regression",
        parameters=int(np.count_nonzero(model.coef_) + model.intercept_.size),
        train_seconds=time.perf_counter() - start,
        predict=predict,
        settings={"alpha": best, "validation_accuracy": accuracy},
    )


def _windows(words: Sequence[str]) -> Iterator[list[str]]:
    """The features of each word of a sentence and of its neighbours."""
    own = [["bias", *_word_features(word)] for word in words]
    outside = ["outside"]
    for place in range(len(words)):
        row = [f"0 {feature}" for feature in own[place]]
        for step in (-2, -1, 1, 2):
            near = own[place + step][1:] if 0 <= place + step < len(words) else outside
            row += [f"{step} {feature}" for feature in (near if abs(step) == 1 else near[:1])]
        yield row


def _word_features(word: str) -> list[str]:
    lower = word.lower()
    return [
        f"word {lower}",
        f"shape {_shape(word)}",
        *(f"start {lower[:length]}" for length in (1, 2, 3)),
        *(f"end {lower[-length:]}" for length in (1, 2, 3, 4)),
    ]


def _shape(word: str) -> str:
    """The classes of a word's characters, repetitions removed: "Paris-2" -> "Xx-0"."""
    kinds = ["0" if one.isdigit() else "X" if one.isupper() else "x" if one.isalpha() else one for one in word]
    return "".join(kind for place, kind in enumerate(kinds) if not place or kinds[place - 1] != kind)
