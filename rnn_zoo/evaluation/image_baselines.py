"""What a network that sees images has to beat: a linear classifier of their pixels."""

import time

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from rnn_zoo.evaluation.baselines import Baseline


def pixel_logistic_regression(train, validation, *, strengths=(0.1, 0.3, 1.0, 3.0, 10.0, 30.0)):
    """Multinomial logistic regression on the pixels, from 0 to 1.

    The inverse penalty C is the one of `strengths` with the lowest log loss on `validation`; the final model is fitted
    with it on `train` and `validation` together.

    Args:
        train, validation: `.images` <float>[images, height, width, channels] from 0 to 255 and `.labels` <int>[images],
            every class in `train`.
        strengths: floats > 0, the values of C tried.
    Returns:
        Baseline, whose `predict` takes a sequence of images.
    """
    start = time.perf_counter()
    losses = {}
    for strength in strengths:
        model = LogisticRegression(C=strength, max_iter=5_000).fit(_pixels(train.images), train.labels)
        answers = model.predict_proba(_pixels(validation.images))
        losses[strength] = log_loss(validation.labels, answers, labels=model.classes_)
    best = min(losses, key=losses.get)
    images = np.concatenate([_pixels(train.images), _pixels(validation.images)])
    model = LogisticRegression(C=best, max_iter=5_000).fit(images, np.concatenate([train.labels, validation.labels]))
    parameters = model.coef_.size + model.intercept_.size
    seconds = time.perf_counter() - start
    return Baseline(
        "logistic_regression", parameters, seconds, lambda given: model.predict_proba(_pixels(given)), {"C": best}
    )


def _pixels(images):
    images = np.asarray(images)
    return images.reshape(len(images), -1) / 255
