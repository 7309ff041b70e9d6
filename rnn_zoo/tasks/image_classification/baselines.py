"""Baseline for image classification: logistic regression on the pixels."""

import time
from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from rnn_zoo.evaluation.baseline import Baseline
from rnn_zoo.tasks.image_classification.data import ImageSplit
from rnn_zoo.types import Tensor


def pixel_logistic_regression(
    train: ImageSplit, validation: ImageSplit, *, strengths: Sequence[float] = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
) -> Baseline:
    """Multinomial logistic regression on the pixels, scaled to [0, 1].

    The inverse penalty C is the one of `strengths` with the lowest log loss on `validation`; the final model is fitted
    with it on `train` and `validation` together.

    Args:
        train, validation: images; `train` has every class.
        strengths: values of C to try, > 0.
    Returns:
        the baseline; its `predict` takes a sequence of images.
    """
    start = time.perf_counter()
    losses = {}
    for strength in strengths:
        model = LogisticRegression(C=strength, max_iter=5_000).fit(_pixels(train.images), train.labels)
        answers = model.predict_proba(_pixels(validation.images))
        losses[strength] = log_loss(validation.labels, answers, labels=model.classes_)
    best = min(losses, key=lambda strength: losses[strength])
    images = np.concatenate([_pixels(train.images), _pixels(validation.images)])
    model = LogisticRegression(C=best, max_iter=5_000).fit(images, np.concatenate([train.labels, validation.labels]))
    parameters = model.coef_.size + model.intercept_.size
    seconds = time.perf_counter() - start
    return Baseline(
        "logistic_regression", parameters, seconds, lambda inputs: model.predict_proba(_pixels(inputs)), {"C": best}
    )


def _pixels(images: Tensor) -> np.ndarray:
    images = np.asarray(images)
    return images.reshape(len(images), -1) / 255
