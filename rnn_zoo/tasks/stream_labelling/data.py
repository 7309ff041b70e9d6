"""Data sets for word detection: streams of characters, labelled where an occurrence of the word ends."""

import dataclasses
import hashlib
import json
import string
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rnn_zoo.checks import positive_integer
from rnn_zoo.files.long_text import load_text

# The pieces of a generated stream and their probabilities. Without near misses, the last letters would be enough.
_PIECES = {"word": 0.15, "start of the word": 0.2, "one letter wrong": 0.2, "random letters": 0.45}


@dataclasses.dataclass(frozen=True)
class StreamSplit:
    """Streams and their labels.

    Args:
        texts: the streams, each with at least one character.
        labels: <int8>[characters] of each, 1 at the last character of each occurrence of the word.
    """

    texts: list[str]
    labels: list[np.ndarray]

    def __len__(self) -> int:
        return len(self.texts)


@dataclasses.dataclass(frozen=True)
class WordStream:
    """A word to detect in streams of characters, in three splits.

    Args:
        name: where the streams are from: "generated", or the file.
        word: the word.
        train, validation, test: the splits.
        licence, source: for the model card.

    Attributes:
        digest: SHA-256 of the word and the training and validation streams: equal digests give equal trainings.
    """

    name: str
    word: str
    train: StreamSplit
    validation: StreamSplit
    test: StreamSplit
    licence: str
    source: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps([self.word, self.train.texts, self.validation.texts]).encode()).hexdigest()

    def __str__(self) -> str:
        splits = {"training": self.train, "validation": self.validation, "test": self.test}
        counts = ", ".join(
            f"{name} {sum(map(len, split.texts)):,} characters with {sum(row.sum() for row in split.labels):,}"
            for name, split in splits.items()
        )
        return f"{self.name}, occurrences of {self.word!r}: {counts}"


def load_word_stream(
    word: str = "bravo", data: str | Path = "generated", *, length: int = 60, streams: int = 2_000, seed: int = 0
) -> WordStream:
    """Loads or generates streams of characters, and labels where a word ends.

    Generated streams are random letters, the word, its beginnings and the word with one wrong letter. A file is split
    90 / 5 / 5 by position, and each part into separate streams of `length` characters.

    Args:
        word: at least two characters; case matters.
        data: "generated", or a text file in UTF-8, .txt or .txt.gz.
        length: > len(word), characters per stream.
        streams: > 0, streams to generate for training; a quarter as many for validation, and for test.
        seed: of the generated streams.
    Returns:
        the data set.
    Raises:
        ValueError: an argument is out of its range, or a part of the file does not hold the word.
        FileNotFoundError: there is no such file.
    """
    if not isinstance(word, str) or len(word) < 2:
        raise ValueError(f"`word` must have at least two characters, got {word!r}.")
    if positive_integer("length", length) <= len(word):
        raise ValueError(f"`length` must be more than the {len(word)} characters of {word!r}, got {length}.")
    positive_integer("streams", streams)
    if data == "generated":
        train, validation, test = (
            _split(generate(word, count, length, [seed, number]), word)
            for number, count in enumerate((streams, -(-streams // 4), -(-streams // 4)))
        )
        return WordStream(
            data, word, train, validation, test, "none needed: generated", f"generated here with seed {seed}"
        )
    text = load_text(data)
    parts = []
    for name in ("train", "validation", "test"):
        part = getattr(text, name)
        split = _split([part[start : start + length] for start in range(0, len(part), length)], word)
        if not sum(row.sum() for row in split.labels):
            raise ValueError(
                f"{data} must hold {word!r} in each of its three parts (90 / 5 / 5 by position), and its {name} part "
                f"of {len(part):,} characters does not; use a longer text or another `word`. Case matters."
            )
        parts.append(split)
    train, validation, test = parts
    return WordStream(str(data), word, train, validation, test, text.licence, text.source)


def generate(word: str, count: int, length: int, seed: int | Sequence[int]) -> list[str]:
    """Generates streams of `length` characters that hold the word, parts of it and near misses."""
    random = np.random.default_rng(seed)
    letters = sorted({*string.ascii_lowercase, *word})
    return [_generate_one(word, letters, length, random) for _ in range(count)]


def _generate_one(word: str, letters: list[str], length: int, random: np.random.Generator) -> str:
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
    start = random.integers(len(word))  # otherwise every stream would begin with a whole piece
    return text[start : start + length]


def mark_ends(text: str, word: str) -> np.ndarray:
    """<int8>[characters], 1 at the last character of each occurrence of a word; occurrences may overlap."""
    labels = np.zeros(len(text), "int8")
    found = text.find(word)
    while found >= 0:
        labels[found + len(word) - 1] = 1
        found = text.find(word, found + 1)
    return labels


def _split(texts: list[str], word: str) -> StreamSplit:
    return StreamSplit(texts, [mark_ends(text, word) for text in texts])
