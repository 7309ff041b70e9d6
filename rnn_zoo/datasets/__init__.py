"""Labelled texts, split for training, validation and test."""

from rnn_zoo.datasets.loading import load
from rnn_zoo.datasets.tables import Table, read_table
from rnn_zoo.datasets.text_dataset import TextDataset, TextSplit

__all__ = ["Table", "TextDataset", "TextSplit", "load", "read_table"]
