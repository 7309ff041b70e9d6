"""Honest numbers: a model's scores beside order-blind baselines, and whether it reads order at all."""

from rnn_zoo.evaluation.backtest import backtest_summary, backtest_table
from rnn_zoo.evaluation.baselines import Baseline, mean_embedding, tfidf_logistic_regression
from rnn_zoo.evaluation.bleu import bleu
from rnn_zoo.evaluation.caption_page import caption_page
from rnn_zoo.evaluation.detection import detection, detection_report, detection_rows
from rnn_zoo.evaluation.dictionary import Dictionary
from rnn_zoo.evaluation.forecast_metrics import forecast_scores
from rnn_zoo.evaluation.forecast_report import forecast_report, forecast_rows
from rnn_zoo.evaluation.image_baselines import pixel_logistic_regression
from rnn_zoo.evaluation.image_picture import draw_images
from rnn_zoo.evaluation.judged import judged
from rnn_zoo.evaluation.metrics import classification
from rnn_zoo.evaluation.neighbour_captions import neighbour_captions
from rnn_zoo.evaluation.ngram_model import NGramModel
from rnn_zoo.evaluation.order import ORDER_PAIRS, OrderPair, order_test
from rnn_zoo.evaluation.report import report
from rnn_zoo.evaluation.writing_report import writing_report, writing_rows

# `results` is left out: `python -m rnn_zoo.evaluation.results` must find it unimported.
__all__ = [
    "ORDER_PAIRS",
    "Baseline",
    "Dictionary",
    "NGramModel",
    "OrderPair",
    "backtest_summary",
    "backtest_table",
    "bleu",
    "caption_page",
    "classification",
    "detection",
    "detection_report",
    "detection_rows",
    "draw_images",
    "forecast_report",
    "forecast_rows",
    "forecast_scores",
    "judged",
    "mean_embedding",
    "neighbour_captions",
    "order_test",
    "pixel_logistic_regression",
    "report",
    "tfidf_logistic_regression",
    "writing_report",
    "writing_rows",
]
