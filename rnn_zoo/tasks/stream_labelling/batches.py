"""Batches of labelled streams."""

import keras
import numpy as np

from rnn_zoo.tasks.stream_labelling.data import StreamSplit
from rnn_zoo.text import Symbols
from rnn_zoo.training import ArrayBatches
from rnn_zoo.types import Tensor


def stream_batches(
    split: StreamSplit, symbols: Symbols, batch_size: int, *, shuffle: bool = True, seed: int = 0
) -> ArrayBatches:
    """Batches of a split: ids <int>[batch, time] and labels <int>[batch, time]."""
    ids, labels = padded(symbols.encode(split.texts)), padded(split.labels)
    return ArrayBatches(ids, labels, batch_size=batch_size, shuffle=shuffle, seed=seed)


def padded(rows: Tensor) -> np.ndarray:
    """Rows of integers as one array <int>[rows, longest], padded with zeros on the right."""
    return keras.utils.pad_sequences(list(rows), padding="post")
