"""The words a model knows, fitted on the training split."""

import collections
import functools
import hashlib
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from rnn_zoo.checks import positive_integer
from rnn_zoo.files import atomic_file
from rnn_zoo.text.batches import Batches
from rnn_zoo.text.standardize import standardize
from rnn_zoo.text.token_ids import TokenIds

_SPECIAL = ["", "[UNK]"]
_CHUNK = 256  # texts standardised at a time; larger chunks keep two cores less evenly busy


class Vocabulary:
    """Words and their ids on `keras.layers.TextVectorization`: id 0 is padding, id 1 any unknown word, `[UNK]`.

    `Vocabulary.fit(texts)` makes one from texts, `Vocabulary.load(path)` reads a saved one.

    Args:
        words: the words in the order of their ids, "" and "[UNK]" first.
    Raises:
        ValueError: `words` does not start so, is empty beyond that, or holds a word twice.

    Attributes:
        words: list of str, `words[id]` is the word.
        size: int, the number of ids, padding and `[UNK]` included.
        digest: SHA-256 of the words, equal for equal vocabularies.
        layer: keras.layers.TextVectorization, <string>[batch] -> <int64>[batch, time], padded on the right with 0.
    """

    def __init__(self, words):
        words = list(words)
        if words[:2] != _SPECIAL or len(words) < 3:
            raise ValueError(f"`words` must start with '', '[UNK]' and hold one more word at least, got {words[:3]!r}.")
        if len(set(words)) < len(words):
            twice = collections.Counter(words).most_common(1)[0][0]
            raise ValueError(f"`words` must hold each word once, got {twice!r} twice.")
        self.words = words
        self.layer = keras.layers.TextVectorization(
            standardize=standardize, split="whitespace", vocabulary=words[2:], name="vocabulary"
        )

    @classmethod
    def fit(cls, texts, size=20_000):
        """Keeps the most frequent words of `texts`. Pass the training split only.

        Args:
            texts: list of str.
            size: int > 2, the largest number of ids, padding and `[UNK]` included.
        Raises:
            ValueError: `size` is too small, or `texts` hold no word at all.
        """
        if positive_integer("size", size) < 3:
            raise ValueError(f"`size` must be 3 or more (padding, [UNK] and one word), got {size}.")
        counts = collections.Counter()
        # `TextVectorization.adapt` counts the same words, on one core: three times slower.
        for tokens in _chunks(texts).map(_split, num_parallel_calls=tf.data.AUTOTUNE):
            counts.update(tokens.flat_values.numpy().tolist())
        if not counts:
            raise ValueError(f"`texts` hold no word: {len(texts)} texts, all of them empty.")
        frequent = sorted(counts, key=lambda word: (-counts[word], word))[: size - 2]
        return cls(_SPECIAL + [word.decode() for word in frequent])

    @classmethod
    def load(cls, path):
        """Reads what `save` wrote. FileNotFoundError or ValueError that names the file where it cannot."""
        try:
            words = Path(path).read_bytes().decode("utf-8").split("\n")
        except UnicodeDecodeError as error:
            raise ValueError(f"{path} is not a saved vocabulary: it is not UTF-8 text ({error}).") from error
        if words.pop() != "":
            raise ValueError(f"{path} is not a whole saved vocabulary: its last line does not end.")
        try:
            return cls(words)
        except ValueError as error:
            raise ValueError(f"{path} is not a saved vocabulary: {error}") from error

    def save(self, path):
        """Writes the words to `path`, UTF-8, one a line in the order of their ids, atomically."""
        with atomic_file(path, newline="\n") as file:
            file.writelines(f"{word}\n" for word in self.words)

    @property
    def size(self):
        return len(self.words)

    @property
    def digest(self):
        return hashlib.sha256("\n".join(self.words).encode()).hexdigest()

    def encode(self, texts):
        """Token ids of many texts: list of str -> TokenIds, the ids that `layer` gives, without padding."""
        lookup = self._lookup  # made here, since TensorFlow makes no table inside the function it traces

        def ids_and_lengths(chunk):
            tokens = _split(chunk)
            return tf.cast(lookup(tokens.flat_values), tf.int32), tokens.row_lengths()

        parts = list(_chunks(texts).map(ids_and_lengths, num_parallel_calls=tf.data.AUTOTUNE).as_numpy_iterator())
        ids = np.concatenate([np.zeros(0, "int32"), *(ids for ids, _ in parts)])
        offsets = np.concatenate([np.zeros(1, "int64"), *(lengths for _, lengths in parts)]).cumsum()
        return TokenIds(ids, offsets)

    def batches(self, split, batch_size=32, *, max_length=None, shuffle=False, seed=0, boundaries=None):
        """Batches of token ids for `model.fit`, `evaluate` and `predict`, padded on the right, bucketed by length.

        Args:
            split: a split with `texts` and `labels` -> batches (ids, labels); or list of str -> batches (ids,).
            batch_size, max_length, shuffle, seed, boundaries: as in `Batches`.
        Returns:
            Batches
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
    def _lookup(self):
        # `layer` pads a chunk to its longest text: gigabytes, where one of them has 100,000 words. Its table alone does
        # not, and works on every backend.
        return keras.layers.StringLookup(vocabulary=self.words[2:], mask_token="", oov_token="[UNK]")


def _split(texts):
    return tf.strings.split(standardize(texts))


def _chunks(texts):
    if isinstance(texts, str):
        raise ValueError(f"`texts` must be a list of strings, got one string, {texts[:40]!r}: put it in a list.")
    return tf.data.Dataset.from_tensor_slices(tf.constant(list(texts), tf.string, shape=[len(texts)])).batch(_CHUNK)
