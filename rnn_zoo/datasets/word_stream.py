"""Streams of characters in which a word passes by, and the step at which it has."""

import dataclasses
import hashlib
import json
import string

import numpy as np

from rnn_zoo.checks import positive_integer
from rnn_zoo.datasets.long_text import load_text

# Of what a generated stream is put together. Without the pieces that are nearly the word, its last letters would do.
_PIECES = {"word": 0.15, "start of the word": 0.2, "one letter wrong": 0.2, "random letters": 0.45}


@dataclasses.dataclass(frozen=True)
class StreamSplit:
    """Streams, and where the word has just passed in them.

    Args:
        texts: list of str, each with one character at least.
        labels: list of <int8>[characters], 1 at the last character of each occurrence of the word.
    """

    texts: list[str]
    labels: list[np.ndarray]

    def __len__(self):
        return len(self.texts)


@dataclasses.dataclass(frozen=True)
class WordStream:
    """A word to be heard in streams of characters, in three splits.

    Args:
        name: str, where the streams are from: "generated", or the file.
        word: str.
        train, validation, test: StreamSplit.
        licence, source: str.

    Attributes:
        digest: SHA-256 of the word and the training and validation streams, equal where a training would be.
    """

    name: str
    word: str
    train: StreamSplit
    validation: StreamSplit
    test: StreamSplit
    licence: str
    source: str

    @property
    def digest(self):
        return hashlib.sha256(json.dumps([self.word, self.train.texts, self.validation.texts]).encode()).hexdigest()

    def __str__(self):
        splits = {"training": self.train, "validation": self.validation, "test": self.test}
        counts = ", ".join(
            f"{name} {sum(map(len, split.texts)):,} characters with {sum(row.sum() for row in split.labels):,}"
            for name, split in splits.items()
        )
        return f"{self.name}, occurrences of {self.word!r}: {counts}"


def load_word_stream(word="bravo", data="generated", *, length=60, streams=2_000, seed=0):
    """Streams of characters and the steps at which a word has just passed.

    Generated streams are random letters, the word, beginnings of it and the word with one letter wrong. A file is cut
    90 / 5 / 5 by position, and each part in streams of `length` characters, of which each is read by itself.

    Args:
        word: str of two characters at least; upper and lower case differ.
        data: "generated", or a text file in UTF-8, .txt or .txt.gz.
        length: int > len(word), characters of a stream.
        streams: int > 0, generated for training; a quarter as many for validation and as many for test again.
        seed: int, of what is generated.
    Returns:
        WordStream
    Raises:
        ValueError: an argument is out of its range, or the file does not hold the word in each of its three parts.
        FileNotFoundError: there is no such file.
    """
    if not isinstance(word, str) or len(word) < 2:
        raise ValueError(f"`word` must have two characters at least, got {word!r}.")
    if positive_integer("length", length) <= len(word):
        raise ValueError(f"`length` must be more than the {len(word)} characters of {word!r}, got {length}.")
    positive_integer("streams", streams)
    if data == "generated":
        parts = [
            _split(generate(word, count, length, [seed, number]), word)
            for number, count in enumerate((streams, -(-streams // 4), -(-streams // 4)))
        ]
        return WordStream(data, word, *parts, "none needed: generated", f"generated here with seed {seed}")
    text = load_text(data)
    parts = []
    for name in ("train", "validation", "test"):
        part = getattr(text, name)
        split = _split([part[start : start + length] for start in range(0, len(part), length)], word)
        if not sum(row.sum() for row in split.labels):
            raise ValueError(
                f"{data} must hold {word!r} in each of its three parts (90 / 5 / 5 by position), and its {name} part "
                f"of {len(part):,} characters does not; use a longer text or another `word`. Case counts."
            )
        parts.append(split)
    return WordStream(str(data), word, *parts, text.licence, text.source)


def generate(word, count, length, seed):
    """Streams that hold the word, parts of it and near misses: list of str, each `length` characters."""
    random = np.random.default_rng(seed)
    letters = sorted({*string.ascii_lowercase, *word})
    return [_generate_one(word, letters, length, random) for _ in range(count)]


def _generate_one(word, letters, length, random):
    text = ""
    while len(text) < length + len(word):
        piece = random.choice(list(_PIECES), p=list(_PIECES.values()))
        if piece == "word":
            text += word
        elif piece == "start of the word":
            text += word[: random.integers(1, len(word))]
        elif piece == "one letter wrong":
            place = random.integers(len(word))
            text += word[:place] + random.choice(letters) + word[place + 1 :]
        else:
            text += "".join(random.choice(letters, random.integers(1, 9)))
    start = random.integers(len(word))  # or every stream would begin with a whole piece
    return text[start : start + length]


def mark(text, word):
    """<int8>[characters], 1 at the last character of each occurrence of the word, those that overlap too."""
    labels = np.zeros(len(text), "int8")
    found = text.find(word)
    while found >= 0:
        labels[found + len(word) - 1] = 1
        found = text.find(word, found + 1)
    return labels


def _split(texts, word):
    return StreamSplit(texts, [mark(text, word) for text in texts])
