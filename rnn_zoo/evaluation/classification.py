"""Classification metrics: accuracy, F1, log loss, calibration error, confusion matrix."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss, precision_recall_fscore_support

from rnn_zoo.checks import positive_integer
from rnn_zoo.types import Tensor


def classification_metrics(labels: Tensor, probabilities: Tensor, names: Sequence[str]) -> dict[str, Any]:
    """Scores class probabilities against the true labels.

        log_loss          = -mean log p(true class), in nats
        calibration_error = sum over bins of (fraction of examples) * |accuracy - mean confidence|

    Args:
        labels: <int>[examples], index of the true class.
        probabilities: <float>[examples, classes], rows that sum to 1.
        names: the class names, in the order of the columns.

    Returns:
        dict that JSON can hold: `examples`, `accuracy`, `macro_f1`, `log_loss`, `calibration_error`,
        `per_class` {name: {precision, recall, f1, support}}, `confusion` (row: true class, column: predicted class).
        A class that is never predicted has precision 0; a class without examples has recall 0.

    Raises:
        ValueError: no examples, shapes that do not match, a label out of range, rows that are no distribution.
    """
    labels, probabilities, names = checked_classification(labels, probabilities, names)
    classes = np.arange(len(names))
    predicted = probabilities.argmax(axis=1)
    precision, recall, f1, support = precision_recall_fscore_support(
        labels, predicted, labels=classes, zero_division=0.0
    )
    accuracies, confidences, shares = calibration_bins(labels, probabilities)
    return {
        "examples": len(labels),
        "accuracy": float(accuracy_score(labels, predicted)),
        "macro_f1": float(f1.mean()),
        "log_loss": float(log_loss(labels, probabilities, labels=classes)),
        "calibration_error": float(np.sum(shares * np.abs(accuracies - confidences))),
        "per_class": {
            name: {
                "precision": float(precision[index]),
                "recall": float(recall[index]),
                "f1": float(f1[index]),
                "support": int(support[index]),
            }
            for index, name in enumerate(names)
        },
        "confusion": confusion_matrix(labels, predicted, labels=classes).tolist(),
    }


def calibration_bins(labels: Tensor, probabilities: Tensor, bins: int = 15) -> tuple[Tensor, Tensor, Tensor]:
    """Groups examples into equal-width bins of confidence, the probability of the predicted class.

    Args:
        labels: <int>[examples].
        probabilities: <float>[examples, classes].
        bins: number of bins, > 0. Default 15 (Guo et al. 2017).

    Returns:
        (accuracies, mean confidences, fractions of the examples), each <float>[non-empty bins], by rising confidence.

    Reference: Guo et al. 2017, "On calibration of modern neural networks", equation 3.
    """
    bins = positive_integer("bins", bins)
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    index = np.minimum((confidence * bins).astype(int), bins - 1)
    counts = np.bincount(index, minlength=bins)
    filled = counts > 0
    accuracies = np.bincount(index, right, minlength=bins)[filled] / counts[filled]
    confidences = np.bincount(index, confidence, minlength=bins)[filled] / counts[filled]
    return accuracies, confidences, counts[filled] / len(labels)


def checked_classification(
    labels: Tensor, probabilities: Tensor, names: Sequence[str]
) -> tuple[Tensor, Tensor, list[str]]:
    """The arguments as int array, float64 array with rows that sum to 1, and list; ValueError if they do not match."""
    labels, names = np.asarray(labels), [str(name) for name in names]
    # A float32 softmax sums to 1 within 1e-6; scikit-learn's log loss needs float64 rows that sum to 1.
    probabilities = np.asarray(probabilities, dtype="float64")
    if len(names) < 2 or len(set(names)) < len(names):
        raise ValueError(f"`names` must be two or more different class names, got {names!r}.")
    if labels.ndim != 1 or len(labels) == 0 or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            f"`labels` must be class indices of shape [examples], at least one; "
            f"got {labels.dtype} of shape {list(labels.shape)}."
        )
    if probabilities.shape != (len(labels), len(names)):
        raise ValueError(
            f"`probabilities` must have shape [examples, classes] = {[len(labels), len(names)]} to fit `labels` and "
            f"`names`, got {list(probabilities.shape)}."
        )
    if labels.min() < 0 or labels.max() >= len(names):
        raise ValueError(
            f"`labels` must lie in 0..{len(names) - 1}, the places in `names`; got {labels.min()}..{labels.max()}."
        )
    sums = probabilities.sum(axis=1, keepdims=True)
    wrong = np.flatnonzero(~((probabilities >= 0).all(axis=1) & (np.abs(sums[:, 0] - 1) < 1e-2)))
    if len(wrong):
        row = wrong[0]
        raise ValueError(
            f"`probabilities` must hold rows >= 0 that sum to 1, got {probabilities[row].tolist()} in row {row}. "
            "Apply a softmax to logits first."
        )
    return labels, probabilities / sums, names
