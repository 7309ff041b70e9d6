"""Labelled texts, and series, split for training, validation and test."""

from rnn_zoo.datasets.loading import load
from rnn_zoo.datasets.long_text import LongText, load_text
from rnn_zoo.datasets.pairs import Pairs, PairSplit, load_pairs
from rnn_zoo.datasets.series import Scale, Series
from rnn_zoo.datasets.series_file import read_series
from rnn_zoo.datasets.series_loading import load_series
from rnn_zoo.datasets.series_windows import Windows
from rnn_zoo.datasets.tables import Table, read_table
from rnn_zoo.datasets.text_dataset import TextDataset, TextSplit

__all__ = [
    "LongText",
    "PairSplit",
    "Pairs",
    "Scale",
    "Series",
    "Table",
    "TextDataset",
    "TextSplit",
    "Windows",
    "load",
    "load_pairs",
    "load_series",
    "load_text",
    "read_series",
    "read_table",
]
