"""Baselines of text classifiers: TF-IDF with logistic regression, mean embeddings, n-gram evidence alone."""

import functools
import re
import time
from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np
from scipy.special import expit, softmax
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import normalize

from rnn_zoo.checks import positive_integer
from rnn_zoo.evaluation.baseline import Baseline
from rnn_zoo.layers import NGramEvidence
from rnn_zoo.text import Vocabulary
from rnn_zoo.types import Model

# Single letters and ! ? are kept: "i", "7/10" and "great!" carry information in a review.
WORD_PATTERN = r"(?u)\w+(?:'\w+)*|[!?]"
_TAG = re.compile(r"<[^>]+>")


def tfidf_logistic_regression(
    train: Any,
    seed: int = 0,
    *,
    validation: Any = None,
    ngrams: tuple[int, int] = (1, 2),
    strengths: Sequence[float] = (3.0, 10.0, 30.0, 100.0),
) -> Baseline:
    """Logistic regression on the TF-IDF weights of word n-grams.

        weight(g, text) = (1 + ln count(g, text)) * (1 + ln((1 + texts) / (1 + texts with g)))

    The weights of each text are scaled to length 1. With the default (1, 2) the model sees pairs of neighbouring words
    and no longer order. The inverse penalty C of `strengths` with the lowest log loss on `validation` is chosen; the
    final model is fitted with it on `train` and `validation` together.

    Args:
        train: `.texts` (sequence of str) and `.labels` (<int>[texts]), every class at least twice.
        seed: of the validation part if none is given.
        validation: a split like `train`. Default None: a tenth of each class of `train` is held out.
        ngrams: (shortest, longest) number of words. Default (1, 2).
        strengths: values of C > 0 to try, ascending.

    Returns:
        Baseline named "tfidf_1_2" for `ngrams` (1, 2).

    Raises:
        ValueError: `ngrams` is not such a pair, or `train` lacks examples of a class.

    Reference: Wang and Manning 2012, "Baselines and bigrams: simple, good sentiment and topic classification".
    """
    shortest, longest = (positive_integer("ngrams", count) for count in ngrams)
    if shortest > longest:
        raise ValueError(f"`ngrams` must be (shortest, longest), got {tuple(ngrams)!r}.")
    start = time.perf_counter()
    texts, labels, fitted, held = _parts(train, validation, seed)
    # Small data sets keep n-grams that occur once, or nothing might be left.
    vectors = TfidfVectorizer(
        preprocessor=_clean,
        token_pattern=WORD_PATTERN,
        ngram_range=(shortest, longest),
        min_df=2 if len(texts) >= 1000 else 1,
        sublinear_tf=True,
        dtype=np.float32,
    )
    weights = vectors.fit_transform(texts)  # of `validation` the words alone, not the labels
    # lbfgs starts from the weights of the previous C, which halves the steps.
    model = LogisticRegression(C=strengths[0], max_iter=300, warm_start=True)
    losses = {}
    for strength in strengths:
        model.set_params(C=strength).fit(weights[fitted], labels[fitted])
        losses[strength] = log_loss(labels[held], model.predict_proba(weights[held]), labels=model.classes_)
        if losses[strength] > min(losses.values()):
            break
    best = min(losses, key=lambda strength: losses[strength])
    model.set_params(C=best).fit(weights, labels)
    return Baseline(
        name=f"tfidf_{shortest}_{longest}",
        parameters=int(model.coef_.size + model.intercept_.size),
        train_seconds=time.perf_counter() - start,
        predict=lambda texts: model.predict_proba(vectors.transform(texts)),
        settings={"C": best, "validation_log_loss": losses[best]},
    )


def mean_embedding(
    train: Any,
    seed: int = 0,
    *,
    validation: Any = None,
    dim: int = 16,
    vocabulary_size: int = 20_000,
    epochs: int = 30,
) -> Baseline:
    """Logistic regression on the mean of trained word embeddings: a network without its recurrence.

        p(class | text) = softmax((1/n sum_i E[word_i] + a) V + b)

    It ignores word order exactly. The number of epochs with the lowest log loss on `validation` is chosen; the final
    model is trained for as many on `train` and `validation` together.

    Args:
        train: `.texts` (sequence of str) and `.labels` (<int>[texts]), every class at least twice.
        seed: of the initial weights, the batches, and the validation part if none is given.
        validation: a split like `train`. Default None: a tenth of each class of `train` is held out.
        dim: embedding dimension, > 0.
        vocabulary_size: number of most frequent words that are used, > 0.
        epochs: maximum number of epochs, > 0; the search stops after three without improvement.

    Returns:
        Baseline named "mean_embedding".

    Raises:
        ValueError: an argument out of range, or `train` lacks examples of a class.

    Reference: Iyyer et al. 2015, "Deep unordered composition rivals syntactic methods for text classification".
    """
    dim, epochs = positive_integer("dim", dim), positive_integer("epochs", epochs)
    vocabulary_size = positive_integer("vocabulary_size", vocabulary_size)
    start = time.perf_counter()
    texts, labels, fitted, held = _parts(train, validation, seed)
    counter = CountVectorizer(
        preprocessor=_clean, token_pattern=WORD_PATTERN, max_features=vocabulary_size, dtype=np.float32
    )
    counter.fit(texts)

    def frequencies(texts):
        # Word frequencies times the embedding table is the mean embedding; the linear hidden layer of
        # scikit-learn's network is that table.
        return normalize(counter.transform(texts), norm="l1")

    def network(examples):
        return MLPClassifier(
            hidden_layer_sizes=(dim,),
            activation="identity",
            alpha=0.0,
            batch_size=max(8, min(512, examples // 40)),  # enough steps per epoch for small data sets too
            learning_rate_init=0.01,
            random_state=np.random.RandomState(seed),  # an int would give every epoch the same order
        )

    words, classes = frequencies(texts), np.unique(labels)
    trial, losses = network(len(fitted)), list[float]()
    while len(losses) < epochs and len(losses) - np.argmin([*losses, np.inf]) <= 3:
        trial.partial_fit(words[fitted], labels[fitted], classes=classes)
        losses.append(log_loss(labels[held], _collapsed(trial)(words[held]), labels=classes))
    best_epoch = int(np.argmin(losses)) + 1
    final = network(len(texts))
    for _ in range(best_epoch):
        final.partial_fit(words, labels, classes=classes)
    answer = _collapsed(final)
    return Baseline(
        name="mean_embedding",
        parameters=int(sum(array.size for array in final.coefs_ + final.intercepts_)),
        train_seconds=time.perf_counter() - start,
        predict=lambda texts: answer(frequencies(texts)),
        settings={"epochs": best_epoch, "validation_log_loss": min(losses)},
    )


def ngram_evidence(network: Model, vocabulary: Vocabulary) -> Iterator[Baseline]:
    """The n-gram evidence of a network as a separate baseline, to show what the recurrence adds.

    Args:
        network: keras.Model, ids <int>[batch, time] -> <float>[batch, classes].
        vocabulary: its vocabulary.
    Yields:
        one baseline for each `NGramEvidence` layer.
    """
    for layer in network.layers:
        if isinstance(layer, NGramEvidence):
            alone = keras.Model(network.input, keras.ops.softmax(layer.output))
            predict = functools.partial(vocabulary.predict, alone)
            yield Baseline("ngram_evidence", alone.count_params(), None, predict, {"C": layer.strength})


def _collapsed(network):
    """The network's two linear layers merged into one, a function from word frequencies to probabilities.

    A sparse product of one text depends on that text alone. Two layers would end in a dense product, whose last bit may
    depend on the position in the batch, so that the answers to two permuted texts would not be exactly equal.
    """
    (table, output), (inner, outer) = network.coefs_, network.intercepts_
    kernel, bias = (table @ output).astype("float64"), (inner @ output + outer).astype("float64")

    def predict(words):
        scores = words.astype("float64") @ kernel + bias
        return softmax(scores, axis=1) if scores.shape[1] > 1 else np.hstack([expit(-scores), expit(scores)])

    return predict


def _clean(text):
    return _TAG.sub(" ", text.lower())


def _parts(train, validation, seed):
    """All texts, all labels, and the rows to fit on and to validate on."""
    texts, labels = list(train.texts), np.asarray(train.labels)
    counts = np.bincount(labels) if len(labels) else np.zeros(0, int)
    if len(counts) < 2 or counts.min() < 2:
        raise ValueError(
            f"`train` must hold two or more classes with at least 2 examples each, got {counts.tolist()} "
            "examples of the classes 0, 1, ...: add examples or leave out the class."
        )
    if validation is not None and len(validation.texts):
        fitted = np.arange(len(texts))
        held = np.arange(len(texts), len(texts) + len(validation.texts))
        texts, labels = texts + list(validation.texts), np.concatenate([labels, np.asarray(validation.labels)])
        if labels.max() >= len(counts):
            raise ValueError(f"`validation` holds label {labels.max()}, `train` only 0..{len(counts) - 1}.")
        return texts, labels, fitted, held
    generator = np.random.default_rng(seed)
    held = np.sort(
        np.concatenate(
            [
                generator.permutation(np.flatnonzero(labels == index))[: max(1, round(0.1 * count))]
                for index, count in enumerate(counts)
            ]
        )
    )
    return texts, labels, np.setdiff1d(np.arange(len(texts)), held), held
