"""Data sets: the loaders of all tasks, and the classes that they return."""

from rnn_zoo.files.long_text import LongText, load_text
from rnn_zoo.files.tables import Table, read_table
from rnn_zoo.series.file import read_series
from rnn_zoo.series.series import Scale, Series
from rnn_zoo.series.windows import Windows
from rnn_zoo.tasks.captioning.data import load_captions, read_features
from rnn_zoo.tasks.forecasting.data import load_series
from rnn_zoo.tasks.image_classification.augmentation import augment
from rnn_zoo.tasks.image_classification.data import ImageDataset, ImageSplit, load_images
from rnn_zoo.tasks.music.data import load_music
from rnn_zoo.tasks.stream_labelling.data import StreamSplit, WordStream, load_word_stream
from rnn_zoo.tasks.tagging.conll import read_conll
from rnn_zoo.tasks.tagging.data import load_tagged
from rnn_zoo.tasks.tagging.dataset import TaggedDataset, TaggedSplit
from rnn_zoo.tasks.text_classification.data import load
from rnn_zoo.tasks.text_classification.dataset import TextDataset, TextSplit
from rnn_zoo.tasks.translation.data import Pairs, PairSplit, load_pairs

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
    "augment",
    "load",
    "load_captions",
    "load_images",
    "load_music",
    "load_pairs",
    "load_series",
    "load_tagged",
    "load_text",
    "load_word_stream",
    "read_conll",
    "read_features",
    "read_series",
    "read_table",
]
