"""Scores of a detector: precision, recall and F1 over the steps of streams."""

from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score, precision_recall_fscore_support

from rnn_zoo.types import Tensor


def detection_scores(labels: Tensor, probabilities: Tensor, threshold: float = 0.5) -> dict[str, Any]:
    """Scores the probabilities of an event at each step.

    Args:
        labels: <int>[steps], 1 at an event; at least one.
        probabilities: <float>[steps].
        threshold: smallest probability of a detection.

    Returns:
        dict that JSON can hold: `f1`, `precision` (0 without detections), `recall`, `average_precision` (over all
        thresholds), `found`, `missed`, `false_alarms`.

    Raises:
        ValueError: the shapes differ, or no label is 1.
    """
    labels, probabilities = np.asarray(labels), np.asarray(probabilities, "float64")
    if labels.ndim != 1 or labels.shape != probabilities.shape:
        raise ValueError(
            f"`labels` and `probabilities` must hold one number per step, got the shapes {labels.shape} and "
            f"{probabilities.shape}."
        )
    if not labels.any():
        raise ValueError("`labels` must be 1 at one step or more, got none: the recall is undefined.")
    detected = probabilities >= threshold
    precision, recall, f1, _ = precision_recall_fscore_support(labels, detected, average="binary", zero_division=0.0)
    return {
        "f1": float(f1),
        "precision": float(precision),
        "recall": float(recall),
        "average_precision": float(average_precision_score(labels, probabilities)),
        "found": int(np.sum(detected & (labels == 1))),
        "missed": int(np.sum(~detected & (labels == 1))),
        "false_alarms": int(np.sum(detected & (labels == 0))),
    }
