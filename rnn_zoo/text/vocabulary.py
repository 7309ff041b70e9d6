"""Vocabulary: words and their ids, fitted on the training split."""

import collections
import functools
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from rnn_zoo.checks import positive_integer
from rnn_zoo.files import atomic_file
from rnn_zoo.files.reading import plain_file
from rnn_zoo.text.batches import Batches
from rnn_zoo.text.standardization import standardize
from rnn_zoo.text.token_ids import TokenIds
from rnn_zoo.types import Model, Tensor

_SPECIAL = ["", "[UNK]"]
_CHUNK = 256  # texts standardised at a time; larger chunks balance the load of two cores less evenly


class Vocabulary:
    """Words and their ids, based on `keras.layers.TextVectorization`: id 0 is padding, id 1 any unknown word, `[UNK]`.

    `Vocabulary.fit(texts)` creates one from texts, `Vocabulary.load(path)` loads a saved one.

    Args:
        words: the words in the order of their ids, "" and "[UNK]" first.
    Raises:
        ValueError: `words` does not start with these two, holds no other word, or holds a word twice.

    Attributes:
        words: `words[id]` is the word.
        layer: keras.layers.TextVectorization, <string>[batch] -> <int64>[batch, time], padded on the right with 0.
    """

    def __init__(self, words: Iterable[str]) -> None:
        words = list(words)
        if words[:2] != _SPECIAL or len(words) < 3:
            raise ValueError(f"`words` must start with '', '[UNK]' and hold at least one more word, got {words[:3]!r}.")
        if len(set(words)) < len(words):
            twice = collections.Counter(words).most_common(1)[0][0]
            raise ValueError(f"`words` must hold each word once, got {twice!r} twice.")
        self.words = words
        self.layer = keras.layers.TextVectorization(
            standardize=standardize, split="whitespace", vocabulary=words[2:], name="vocabulary"
        )

    @classmethod
    def fit(cls, texts: Sequence[str], size: int = 20_000) -> "Vocabulary":
        """Keeps the most frequent words of `texts`. Pass the training split only.

        Args:
            texts: the texts.
            size: largest number of ids, > 2, including padding and `[UNK]`.
        Raises:
            ValueError: `size` is too small, or `texts` hold no word at all.
        """
        if positive_integer("size", size) < 3:
            raise ValueError(f"`size` must be 3 or more (padding, [UNK] and one word), got {size}.")
        counts: collections.Counter = collections.Counter()
        # `TextVectorization.adapt` counts the same words, on one core: three times slower.
        for tokens in _chunks(texts).map(_split, num_parallel_calls=tf.data.AUTOTUNE):
            counts.update(tokens.flat_values.numpy().tolist())
        if not counts:
            raise ValueError(f"`texts` hold no word: {len(texts)} texts, all of them empty.")
        frequent = sorted(counts, key=lambda word: (-counts[word], word))[: size - 2]
        return cls(_SPECIAL + [word.decode() for word in frequent])

    @classmethod
    def load(cls, path: str | Path) -> "Vocabulary":
        """Loads a saved vocabulary; FileNotFoundError or ValueError that names the file."""
        try:
            words = plain_file(path, "a vocabulary").read_bytes().decode("utf-8").split("\n")
        except UnicodeDecodeError as error:
            raise ValueError(f"{path} is not a saved vocabulary: it is not UTF-8 text ({error}).") from error
        if words.pop() != "":
            raise ValueError(f"{path} is not a whole saved vocabulary: its last line does not end.")
        try:
            return cls(words)
        except ValueError as error:
            raise ValueError(f"{path} is not a saved vocabulary: {error}") from error

    def save(self, path: str | Path) -> None:
        """Writes the words to `path`, UTF-8, one per line in the order of their ids, atomically."""
        with atomic_file(path, newline="\n") as file:
            file.writelines(f"{word}\n" for word in self.words)

    @property
    def size(self) -> int:
        """Number of ids, including padding and `[UNK]`."""
        return len(self.words)

    @property
    def digest(self) -> str:
        """SHA-256 of the words."""
        return hashlib.sha256("\n".join(self.words).encode()).hexdigest()

    def encode(self, texts: Sequence[str]) -> TokenIds:
        """Token ids of many texts, equal to those of `layer`, without padding."""
        lookup = self._lookup  # created here, since TensorFlow creates no table inside the function it traces

        def ids_and_lengths(chunk: Tensor) -> tuple[Tensor, Tensor]:
            tokens = _split(chunk)
            return tf.cast(lookup(tokens.flat_values), tf.int32), tokens.row_lengths()

        parts = list(_chunks(texts).map(ids_and_lengths, num_parallel_calls=tf.data.AUTOTUNE).as_numpy_iterator())
        ids = np.concatenate([np.zeros(0, "int32"), *(ids for ids, _ in parts)])
        offsets = np.concatenate([np.zeros(1, "int64"), *(lengths for _, lengths in parts)]).cumsum()
        return TokenIds(ids, offsets)

    def batches(
        self,
        split: Any,
        batch_size: int = 32,
        *,
        max_length: int | None = None,
        shuffle: bool = False,
        seed: int = 0,
        boundaries: Sequence[int] | None = None,
    ) -> Batches:
        """Batches of token ids for `model.fit`, `evaluate` and `predict`, padded on the right, bucketed by length.

        Args:
            split: a split with `texts` and `labels` -> batches (ids, labels); or list of str -> batches (ids,).
            batch_size, max_length, shuffle, seed, boundaries: as in `Batches`.
        """
        texts, labels = (split.texts, split.labels) if hasattr(split, "texts") else (split, None)
        return Batches(
            self.encode(texts),
            labels,
            batch_size,
            max_length=max_length,
            shuffle=shuffle,
            seed=seed,
            boundaries=boundaries,
        )

    @functools.cached_property
    def _lookup(self) -> keras.layers.StringLookup:
        # `layer` pads a chunk to its longest text: gigabytes, if one of them has 100,000 words. The table alone does
        # not, and works on every backend.
        return keras.layers.StringLookup(vocabulary=self.words[2:], mask_token="", oov_token="[UNK]")

    def predict(self, model: Model, texts: Sequence[str], batch_size: int = 128) -> np.ndarray:
        """The outputs of a model of token ids for texts, in their order: <float>[texts, ...].

        Args:
            model: keras.Model, ids <int>[batch, time] -> <float>[batch, ...].
            texts: the texts.
            batch_size: texts per batch, > 0.
        """
        batches = self.batches(list(texts), batch_size)
        return batches.restore(model.predict(batches, verbose=0))


def _split(texts: Tensor) -> Tensor:
    return tf.strings.split(standardize(texts))


def _chunks(texts: Sequence[str]) -> tf.data.Dataset:
    if isinstance(texts, str):
        raise ValueError(f"`texts` must be a list of strings, got one string, {texts[:40]!r}: put it in a list.")
    return tf.data.Dataset.from_tensor_slices(tf.constant(list(texts), tf.string, shape=[len(texts)])).batch(_CHUNK)
