"""What a network that tags words has to beat: the word's most frequent tag, and a linear model of its neighbourhood."""

import collections
import time

import numpy as np
from sklearn.feature_extraction import FeatureHasher
from sklearn.linear_model import SGDClassifier

from rnn_zoo.evaluation.baselines import Baseline

_FEATURES = 2**20


def most_frequent_tag(train):
    """Each word gets the tag that it has most often in training, and an unknown one the most frequent of all tags.

    Args:
        train: `.words` and `.tags` (lists of lists of str).
    Returns:
        Baseline, whose `predict` maps sentences (lists of lists of str) to tags.
    """
    start = time.perf_counter()
    counts, total = collections.defaultdict(collections.Counter), collections.Counter()
    for words, tags in zip(train.words, train.tags, strict=True):
        for word, tag in zip(words, tags, strict=True):
            counts[word][tag] += 1
            total[tag] += 1
    if not total:
        raise ValueError("`train` must hold one word at least, got none.")
    # Of tags as frequent as each other the first by name, so that no run differs from another.
    best = {word: min(tags, key=lambda tag: (-tags[tag], tag)) for word, tags in counts.items()}
    unknown = min(total, key=lambda tag: (-total[tag], tag))
    return Baseline(
        name="most_frequent_tag",
        parameters=len(best) + 1,
        train_seconds=time.perf_counter() - start,
        predict=lambda sentences: [[best.get(word, unknown) for word in words] for words in sentences],
        settings={"unknown": unknown},
    )


def window_logistic_regression(train, seed=0, *, validation, strengths=(3e-6, 1e-5, 3e-5), epochs=8):
    """Logistic regression on a word, its first and last letters, its shape, and those of two words on either side.

    Trained by stochastic gradient descent with averaged weights. The penalty is the one of `strengths` with the highest
    accuracy on `validation`.

    Args:
        train, validation: `.words` and `.tags` (lists of lists of str).
        seed: int, of the order of the examples.
        validation: the same kind of split; empty: the middle strength is taken.
        strengths: penalties > 0 to try.
        epochs: int > 0, passes over the words.
    Returns:
        Baseline, whose `predict` maps sentences (lists of lists of str) to tags.
    """
    start = time.perf_counter()
    hasher = FeatureHasher(_FEATURES, input_type="string", alternate_sign=False, dtype=np.float32)

    def features(sentences):
        return hasher.transform(one for words in sentences for one in _windows(words))

    inputs, targets = features(train.words), np.array([tag for tags in train.tags for tag in tags])
    if len(np.unique(targets)) < 2:
        raise ValueError("`train` must hold two different tags at least.")
    held = np.array([tag for tags in validation.tags for tag in tags])
    held_inputs = features(validation.words) if len(held) else None

    def fitted(strength):
        settings = {"loss": "log_loss", "average": True, "max_iter": epochs, "tol": None}
        return SGDClassifier(alpha=strength, random_state=seed, **settings).fit(inputs, targets)

    tried = {}
    for strength in strengths if len(held) else strengths[len(strengths) // 2 :][:1]:
        model = fitted(strength)
        tried[strength] = (model.score(held_inputs, held) if len(held) else 0.0, model)
    best = max(tried, key=lambda strength: tried[strength][0])
    accuracy, model = tried[best]

    def predict(sentences):
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


def _windows(words):
    """The features of each word of a sentence: lists of str."""
    own = [["bias", *_own(word)] for word in words]
    outside = ["outside"]
    for place in range(len(words)):
        row = [f"0 {feature}" for feature in own[place]]
        for step in (-2, -1, 1, 2):
            near = own[place + step][1:] if 0 <= place + step < len(words) else outside
            row += [f"{step} {feature}" for feature in (near if abs(step) == 1 else near[:1])]
        yield row


def _own(word):
    lower = word.lower()
    return [
        f"word {lower}",
        f"shape {_shape(word)}",
        *(f"start {lower[:length]}" for length in (1, 2, 3)),
        *(f"end {lower[-length:]}" for length in (1, 2, 3, 4)),
    ]


def _shape(word):
    """ "Paris-2" -> "Xx-0": the kinds of its characters, each run once."""
    kinds = ["0" if one.isdigit() else "X" if one.isupper() else "x" if one.isalpha() else one for one in word]
    return "".join(kind for place, kind in enumerate(kinds) if not place or kinds[place - 1] != kind)
