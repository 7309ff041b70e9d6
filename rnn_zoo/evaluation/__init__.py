"""Honest numbers: a model's scores beside order-blind baselines, and whether it reads order at all."""

from rnn_zoo.evaluation.backtest import backtest_summary, backtest_table
from rnn_zoo.evaluation.baselines import Baseline, mean_embedding, tfidf_logistic_regression
from rnn_zoo.evaluation.forecast_metrics import forecast_scores
from rnn_zoo.evaluation.forecast_report import forecast_report, forecast_rows
from rnn_zoo.evaluation.metrics import classification
from rnn_zoo.evaluation.order import ORDER_PAIRS, OrderPair, order_test
from rnn_zoo.evaluation.report import report

# `results` is left out: `python -m rnn_zoo.evaluation.results` must find it unimported.
__all__ = [
    "ORDER_PAIRS",
    "Baseline",
    "OrderPair",
    "backtest_summary",
    "backtest_table",
    "classification",
    "forecast_report",
    "forecast_rows",
    "forecast_scores",
    "mean_embedding",
    "order_test",
    "report",
    "tfidf_logistic_regression",
]
