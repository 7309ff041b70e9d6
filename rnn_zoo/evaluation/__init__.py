"""Honest numbers: a model's scores beside order-blind baselines, and whether it reads order at all."""

from rnn_zoo.evaluation.baselines import Baseline, mean_embedding, tfidf_logistic_regression
from rnn_zoo.evaluation.metrics import classification
from rnn_zoo.evaluation.order import ORDER_PAIRS, OrderPair, order_test
from rnn_zoo.evaluation.report import report

# `results` is left out: `python -m rnn_zoo.evaluation.results` must find it unimported.
__all__ = [
    "ORDER_PAIRS",
    "Baseline",
    "OrderPair",
    "classification",
    "mean_embedding",
    "order_test",
    "report",
    "tfidf_logistic_regression",
]
