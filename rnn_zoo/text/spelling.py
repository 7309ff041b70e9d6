"""Words as ids and as the ids of their letters, fitted on the training sentences."""

import collections
import functools
import hashlib
import json
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from rnn_zoo.checks import positive_integer
from rnn_zoo.files import atomic_file
from rnn_zoo.text.vocabulary import Vocabulary

_CHUNK = 1_024  # sentences encoded at a time


class Spelling:
    """Words by their ids, read in lower case with every digit as 0, and by the letters they are written with.

    Ids 0 and 1 are padding and unknown, of words and of letters. A word of more than `word_length` letters is read by
    its first half and its last, since endings tell most.

    Args:
        words: list of str, the words from id 2 on.
        letters: list of str of one character each, the letters from id 2 on.
        word_length: even int > 0, letters of a word.

    Attributes:
        vocabulary: rnn_zoo.text.Vocabulary of the words.
        digest: SHA-256 of words, letters and word length.
    """

    def __init__(self, words, letters, word_length=20):
        self.vocabulary = Vocabulary(["", "[UNK]", *words])
        self.letters = list(letters)
        if not self.letters or any(len(letter) != 1 for letter in self.letters):
            raise ValueError(f"`letters` must be single characters, at least one, got {self.letters[:5]!r}.")
        self.word_length = positive_integer("word_length", word_length)
        if self.word_length % 2:
            raise ValueError(f"`word_length` must be even, got {word_length}.")

    @classmethod
    def fit(cls, sentences, size=30_000, *, more=(), word_length=20):
        """Keeps the most frequent words and all letters that are there twice. Pass the training split only.

        Args:
            sentences: list of lists of str.
            size: int > 2, the largest number of word ids, padding and unknown included.
            more: words to know besides, whose vectors come from elsewhere, see `rnn_zoo.text.word_vectors`.
            word_length: even int > 0, letters of a word.
        Raises:
            ValueError: the sentences hold no word.
        """
        if positive_integer("size", size) < 3:
            raise ValueError(f"`size` must be 3 or more (padding, unknown and one word), got {size}.")
        counts = collections.Counter(map(plain, (word for sentence in sentences for word in sentence)))
        if not counts:
            raise ValueError(f"`sentences` hold no word: {len(sentences)} sentences, all of them empty.")
        frequent = sorted(counts, key=lambda word: (-counts[word], word))[: size - 2]
        words = list(dict.fromkeys([*frequent, *map(plain, more)]))
        letters = collections.Counter(letter for sentence in sentences for word in sentence for letter in word)
        kept = sorted(letter for letter, count in letters.items() if count > 1 or len(letters) < 10)
        return cls([word for word in words if word != "[UNK]"], kept, word_length)

    @classmethod
    def load(cls, folder):
        """Reads what `save` wrote. FileNotFoundError or ValueError that names the file where it cannot."""
        vocabulary, path = Vocabulary.load(Path(folder) / "vocabulary.txt"), Path(folder) / "letters.json"
        try:
            known = json.loads(path.read_text(encoding="utf-8"))
            return cls(vocabulary.words[2:], known["letters"], known["word_length"])
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path} does not hold the letters of a `Spelling`: {error}") from error

    def save(self, folder):
        """Writes `vocabulary.txt` and `letters.json` into a folder, each atomically."""
        self.vocabulary.save(Path(folder) / "vocabulary.txt")
        with atomic_file(Path(folder) / "letters.json") as file:
            json.dump({"letters": self.letters, "word_length": self.word_length}, file, ensure_ascii=False)

    @property
    def digest(self):
        return hashlib.sha256(json.dumps([self.vocabulary.words, self.letters, self.word_length]).encode()).hexdigest()

    @functools.cached_property
    def tables(self):
        """[words, letters]: the layers that look up ids, to be tracked by whoever saves a graph with them."""
        words = keras.layers.StringLookup(vocabulary=self.vocabulary.words[2:], mask_token="", oov_token="[UNK]")
        letters = keras.layers.IntegerLookup(vocabulary=list(map(ord, self.letters)), mask_token=-1, oov_token=-2)
        return [words, letters]

    def ids(self, words):
        """Ids of words, inside the TensorFlow graph.

        Args:
            words: <string>[words], UTF-8.
        Returns:
            (<int32>[words], <int32>[words, word_length]): their ids, and those of their letters with padding on the
            right.
        """
        word_table, letter_table = self.tables
        # \pN is wider than \d of RE2, which knows ASCII alone; `plain` says the same in Python.
        folded = tf.strings.regex_replace(tf.strings.lower(words, encoding="utf-8"), r"\p{Nd}", "0")
        half = self.word_length // 2
        points = tf.strings.unicode_decode(words, "UTF-8")
        points = tf.concat([points[:, :half], points[:, half:][:, -half:]], axis=1)
        letters = points.with_flat_values(tf.cast(letter_table(points.flat_values), tf.int32))
        padded = letters.to_tensor(0, shape=(None, self.word_length))
        return tf.cast(word_table(folded), tf.int32), padded

    def encode(self, sentences):
        """Ids of many sentences: list of lists of str -> (<int32>[words], <int32>[words, word_length], <int64>[n + 1]),
        the words of all sentences one after the other; sentence i is those from `offsets[i]` to `offsets[i + 1]`."""
        self.tables  # noqa: B018  made here, since TensorFlow makes no table inside the function it traces
        flat = [word for sentence in sentences for word in sentence]
        chunks = tf.data.Dataset.from_tensor_slices(tf.constant(flat, tf.string, shape=[len(flat)])).batch(_CHUNK)
        parts = list(chunks.map(self.ids, num_parallel_calls=tf.data.AUTOTUNE).as_numpy_iterator())
        words = np.concatenate([np.zeros(0, "int32"), *(words for words, _ in parts)])
        letters = np.concatenate([np.zeros((0, self.word_length), "int32"), *(letters for _, letters in parts)])
        return words, letters, np.cumsum([0, *map(len, sentences)])


@functools.lru_cache(100_000)  # of millions of words of text few are new
def plain(word):
    """A word as the vocabulary has it: in lower case, every decimal digit as 0."""
    return "".join("0" if letter.isdecimal() else letter for letter in word.lower())
