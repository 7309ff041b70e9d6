"""What a network that reads word order has to beat: two classifiers that (nearly) do not read it."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, softmax
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import normalize

from rnn_zoo.checks import positive_integer

# Letters standing alone and ! ? stay in: "i", "7/10" and "great!" say something in a review.
WORD_PATTERN = r"(?u)\w+(?:'\w+)*|[!?]"
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Baseline:
    """A fitted classifier of texts.

    Args:
        name: str, as in the tables.
        parameters: int, how many numbers were fitted.
        train_seconds: float, wall-clock seconds of the whole fit, the choice of its settings included.
        predict: function from a sequence of texts to probabilities `<float>[texts, classes]`.
        settings: dict of what was chosen on the validation part.
    """

    name: str
    parameters: int
    train_seconds: float
    predict: Callable
    settings: dict


def tfidf_logistic_regression(train, seed=0, *, validation=None, ngrams=(1, 2), strengths=(3.0, 10.0, 30.0, 100.0)):
    """Logistic regression on the TF-IDF weights of word n-grams.

        weight(g, text) = (1 + ln count(g, text)) * (1 + ln((1 + texts) / (1 + texts with g)))

    Each text's weights are scaled to length 1. With the default (1, 2) it sees pairs of neighbouring words, so it is
    blind to all order but the nearest. The inverse penalty C is the one of `strengths` with the lowest log loss on
    `validation`; the final model is fitted with it on `train` and `validation` together.

    Args:
        train: `.texts` (sequence of str) and `.labels` (<int>[texts]), every class at least twice.
        seed: int, draws the validation part where none is given.
        validation: the same kind of split; None holds out a tenth of each class of `train`.
        ngrams: (shortest, longest) number of words. Defaults to (1, 2).
        strengths: the values of C > 0 to try, in rising order.

    Returns:
        Baseline named "tfidf_1_2" for `ngrams` (1, 2).

    Raises:
        ValueError: `ngrams` is no such pair, or `train` lacks examples of a class.

    Reference: Wang and Manning 2012, "Baselines and bigrams: simple, good sentiment and topic classification".
    """
    shortest, longest = (positive_integer("ngrams", count) for count in ngrams)
    if shortest > longest:
        raise ValueError(f"`ngrams` must be (shortest, longest), got {tuple(ngrams)!r}.")
    start = time.perf_counter()
    texts, labels, fitted, held = _parts(train, validation, seed)
    # Small collections keep the n-grams seen once, or nothing might be left.
    vectors = TfidfVectorizer(
        preprocessor=_clean,
        token_pattern=WORD_PATTERN,
        ngram_range=(shortest, longest),
        min_df=2 if len(texts) >= 1000 else 1,
        sublinear_tf=True,
        dtype=np.float32,
    )
    weights = vectors.fit_transform(texts)  # words of `validation` but none of its labels: this part is not reported on
    # lbfgs starts from the weaker model's weights, which halves the steps.
    model = LogisticRegression(C=strengths[0], max_iter=300, warm_start=True)
    losses = {}
    for strength in strengths:
        model.set_params(C=strength).fit(weights[fitted], labels[fitted])
        losses[strength] = log_loss(labels[held], model.predict_proba(weights[held]), labels=model.classes_)
        if losses[strength] > min(losses.values()):
            break
    best = min(losses, key=losses.get)
    model.set_params(C=best).fit(weights, labels)
    return Baseline(
        name=f"tfidf_{shortest}_{longest}",
        parameters=int(model.coef_.size + model.intercept_.size),
        train_seconds=time.perf_counter() - start,
        predict=lambda texts: model.predict_proba(vectors.transform(texts)),
        settings={"C": best, "validation_log_loss": losses[best]},
    )


def mean_embedding(train, seed=0, *, validation=None, dim=16, vocabulary_size=20_000, epochs=30):
    """Logistic regression on the mean of trained word embeddings: what is left of a network without its recurrence.

        p(class | text) = softmax((1/n sum_i E[word_i] + a) V + b)

    It is blind to order, to the last bit. The number of epochs is the one with the lowest log loss on `validation`; the
    final model is trained for as many on `train` and `validation` together.

    Args:
        train: `.texts` (sequence of str) and `.labels` (<int>[texts]), every class at least twice.
        seed: int, draws the first weights, the batches, and the validation part where none is given.
        validation: the same kind of split; None holds out a tenth of each class of `train`.
        dim: int > 0, the length of a word's embedding.
        vocabulary_size: int > 0, the most frequent words that are kept; others do not count.
        epochs: int > 0, the most epochs to try; three without a better one end the trial.

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

    def shares(texts):
        # Shares of words times the embedding table is the mean embedding; the hidden layer without a nonlinearity
        # in scikit-learn's network is that table.
        return normalize(counter.transform(texts), norm="l1")

    def network(examples):
        return MLPClassifier(
            hidden_layer_sizes=(dim,),
            activation="identity",
            alpha=0.0,
            batch_size=max(8, min(512, examples // 40)),  # enough steps an epoch for a small collection too
            learning_rate_init=0.01,
            random_state=np.random.RandomState(seed),  # an int would shuffle every epoch alike
        )

    words, classes = shares(texts), np.unique(labels)
    trial, losses = network(len(fitted)), []
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
        predict=lambda texts: answer(shares(texts)),
        settings={"epochs": best_epoch, "validation_log_loss": min(losses)},
    )


def _collapsed(network):
    """A copy of the network's two linear layers as one, which maps shares of words to probabilities.

    One sparse product a text depends on that text alone. Two layers would end in a dense product, whose last bit may
    depend on a text's place in the batch, and a pair of permuted texts would not tie exactly.
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
    """All texts, all labels, and which of them are for fitting and which for choosing."""
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
