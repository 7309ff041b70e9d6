"""Evaluation that several tasks share: metrics, reports beside baselines, result rows and their tables."""

from rnn_zoo.evaluation.baseline import Baseline
from rnn_zoo.evaluation.classification import classification_metrics
from rnn_zoo.evaluation.classification_report import classification_report, classification_rows
from rnn_zoo.evaluation.order import ORDER_PAIRS, OrderPair, order_test
from rnn_zoo.evaluation.scores_report import scores_report, scores_rows

__all__ = [
    "ORDER_PAIRS",
    "Baseline",
    "OrderPair",
    "classification_metrics",
    "classification_report",
    "classification_rows",
    "order_test",
    "scores_report",
    "scores_rows",
]
