"""Labelled texts, and series, split for training, validation and test."""

from rnn_zoo.datasets.conll import read_conll
from rnn_zoo.datasets.image_variants import vary
from rnn_zoo.datasets.images import ImageDataset, ImageSplit, load_images
from rnn_zoo.datasets.loading import load
from rnn_zoo.datasets.long_text import LongText, load_text
from rnn_zoo.datasets.pairs import Pairs, PairSplit, load_pairs
from rnn_zoo.datasets.series import Scale, Series
from rnn_zoo.datasets.series_file import read_series
from rnn_zoo.datasets.series_loading import load_series
from rnn_zoo.datasets.series_windows import Windows
from rnn_zoo.datasets.tables import Table, read_table
from rnn_zoo.datasets.tagged_dataset import TaggedDataset, TaggedSplit
from rnn_zoo.datasets.tagging import load_tagged
from rnn_zoo.datasets.text_dataset import TextDataset, TextSplit
from rnn_zoo.datasets.word_stream import StreamSplit, WordStream, load_word_stream

__all__ = [
    "ImageDataset",
    "ImageSplit",
    "LongText",
    "PairSplit",
    "Pairs",
    "Scale",
    "Series",
    "StreamSplit",
    "Table",
    "TaggedDataset",
    "TaggedSplit",
    "TextDataset",
    "TextSplit",
    "Windows",
    "WordStream",
    "load",
    "load_images",
    "load_pairs",
    "load_series",
    "load_tagged",
    "load_text",
    "load_word_stream",
    "read_conll",
    "read_series",
    "read_table",
    "vary",
]
