"""Spelling: the ids of words and of their letters, fitted on the training sentences."""

import collections
import functools
import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from rnn_zoo.checks import positive_integer
from rnn_zoo.files import atomic_file
from rnn_zoo.files.reading import read_json, reading
from rnn_zoo.text.vocabulary import Vocabulary
from rnn_zoo.types import Tensor

_CHUNK = 1_024  # sentences encoded at a time


class Spelling:
    """Vocabulary of words, in lower case with every digit as 0, and of the letters they consist of, case-sensitive.

    Ids 0 and 1 are padding and unknown, of words and of letters. Of a word of more than `word_length` letters, the
    first and last `word_length / 2` are used, since prefixes and suffixes are most informative.

    Args:
        words: the words from id 2 on.
        letters: single characters, the letters from id 2 on.
        word_length: largest number of letters of a word, even, > 0.
    Raises:
        ValueError: an argument is out of its range.

    Attributes:
        vocabulary: Vocabulary of the words.
    """

    def __init__(self, words: Iterable[str], letters: Iterable[str], word_length: int = 20) -> None:
        self.vocabulary = Vocabulary(["", "[UNK]", *words])
        self.letters = list(letters)
        if not self.letters or any(len(letter) != 1 for letter in self.letters):
            raise ValueError(f"`letters` must be single characters, at least one, got {self.letters[:5]!r}.")
        self.word_length = positive_integer("word_length", word_length)
        if self.word_length % 2:
            raise ValueError(f"`word_length` must be even, got {word_length}.")

    @classmethod
    def fit(
        cls,
        sentences: Sequence[Sequence[str]],
        size: int = 30_000,
        *,
        extra: Iterable[str] = (),
        word_length: int = 20,
    ) -> "Spelling":
        """Keeps the most frequent words and all letters that occur at least twice. Pass the training split only.

        Args:
            sentences: the words of each sentence.
            size: largest number of word ids, > 2, including padding and unknown.
            extra: words to add, which have pre-trained vectors, see `rnn_zoo.text.word_vectors`.
            word_length: largest number of letters of a word, even, > 0.
        Raises:
            ValueError: the sentences hold no word.
        """
        if positive_integer("size", size) < 3:
            raise ValueError(f"`size` must be 3 or more (padding, unknown and one word), got {size}.")
        counts = collections.Counter(map(normalize_word, (word for sentence in sentences for word in sentence)))
        if not counts:
            raise ValueError(f"`sentences` hold no word: {len(sentences)} sentences, all of them empty.")
        frequent = sorted(counts, key=lambda word: (-counts[word], word))[: size - 2]
        words = list(dict.fromkeys([*frequent, *map(normalize_word, extra)]))
        letters = collections.Counter(letter for sentence in sentences for word in sentence for letter in word)
        kept = sorted(letter for letter, count in letters.items() if count > 1 or len(letters) < 10)
        return cls([word for word in words if word != "[UNK]"], kept, word_length)

    @classmethod
    def load(cls, folder: str | Path) -> "Spelling":
        """Loads the files that `save` wrote; FileNotFoundError or ValueError that names the file."""
        vocabulary, path = Vocabulary.load(Path(folder) / "vocabulary.txt"), Path(folder) / "letters.json"
        known = read_json(path, {"letters": [str], "word_length": int})
        with reading(path, "a file of letters"):
            return cls(vocabulary.words[2:], known["letters"], known["word_length"])

    def save(self, folder: str | Path) -> None:
        """Writes `vocabulary.txt` and `letters.json` into a folder, each atomically."""
        self.vocabulary.save(Path(folder) / "vocabulary.txt")
        with atomic_file(Path(folder) / "letters.json") as file:
            json.dump({"letters": self.letters, "word_length": self.word_length}, file, ensure_ascii=False)

    @property
    def digest(self) -> str:
        """SHA-256 of words, letters and word length."""
        return hashlib.sha256(json.dumps([self.vocabulary.words, self.letters, self.word_length]).encode()).hexdigest()

    @functools.cached_property
    def tables(self) -> list[keras.layers.Layer]:
        """[words, letters]: the lookup layers, which an export must track."""
        words = keras.layers.StringLookup(vocabulary=self.vocabulary.words[2:], mask_token="", oov_token="[UNK]")
        letters = keras.layers.IntegerLookup(vocabulary=list(map(ord, self.letters)), mask_token=-1, oov_token=-2)
        return [words, letters]

    def ids(self, words: Tensor) -> tuple[Tensor, Tensor]:
        """Ids of words, inside the TensorFlow graph.

        Args:
            words: <string>[words], UTF-8.
        Returns:
            (<int32>[words], <int32>[words, word_length]): ids of the words and of their letters, padded on the right.
        """
        word_table, letter_table = self.tables
        # RE2's \d matches ASCII alone; \p{Nd} matches the digits that `normalize_word` replaces in Python.
        folded = tf.strings.regex_replace(tf.strings.lower(words, encoding="utf-8"), r"\p{Nd}", "0")
        half = self.word_length // 2
        points = tf.strings.unicode_decode(words, "UTF-8")
        points = tf.concat([points[:, :half], points[:, half:][:, -half:]], axis=1)
        letters = points.with_flat_values(tf.cast(letter_table(points.flat_values), tf.int32))
        padded = letters.to_tensor(0, shape=(None, self.word_length))
        return tf.cast(word_table(folded), tf.int32), padded

    def encode(self, sentences: Sequence[Sequence[str]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Ids of many sentences, concatenated.

        Returns:
            (words <int32>[words], letters <int32>[words, word_length], offsets <int64>[sentences + 1]): sentence i is
            `words[offsets[i]:offsets[i + 1]]`.
        """
        self.tables  # noqa: B018  created here, since TensorFlow creates no table inside the function it traces
        flat = [word for sentence in sentences for word in sentence]
        chunks = tf.data.Dataset.from_tensor_slices(tf.constant(flat, tf.string, shape=[len(flat)])).batch(_CHUNK)
        parts = list(chunks.map(self.ids, num_parallel_calls=tf.data.AUTOTUNE).as_numpy_iterator())
        words = np.concatenate([np.zeros(0, "int32"), *(words for words, _ in parts)])
        letters = np.concatenate([np.zeros((0, self.word_length), "int32"), *(letters for _, letters in parts)])
        return words, letters, np.cumsum([0, *map(len, sentences)])


@functools.lru_cache(100_000)  # most words of a long text are repeated
def normalize_word(word: str) -> str:
    """A word in the form of the vocabulary: in lower case, every decimal digit as 0."""
    return "".join("0" if letter.isdecimal() else letter for letter in word.lower())
