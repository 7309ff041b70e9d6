"""Symbols: the characters or words that a model generates, their ids, and detokenisation."""

import collections
import functools
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from rnn_zoo.checks import one_of, positive_integer
from rnn_zoo.files import atomic_file
from rnn_zoo.files.reading import read_json, reading
from rnn_zoo.text.token_ids import TokenIds
from rnn_zoo.types import Tensor

PADDING, UNKNOWN, START, END = range(4)
_MARKS = ["", "[UNK]", "[START]", "[END]"]
UNITS = ("characters", "words")


class Symbols:
    """Symbols and their ids: 0 is padding, 1 any unknown symbol, 2 the start of a text and 3 its end.

    Words are separated by spaces: training texts are tokenised. Raw text, in the graph of an export, is tokenised first
    (`from_text`), and generated text is detokenised (`to_text`).

    Args:
        symbols: the symbols in the order of their ids; the first four are "", the mark of unknown symbols, "[START]"
            and "[END]".
        unit: "characters" or "words".
    Raises:
        ValueError: `symbols` does not start with these four, holds no other symbol, or holds a symbol twice.

    Attributes:
        symbols: `symbols[id]` is the symbol.
    """

    def __init__(self, symbols: Iterable[str], unit: str = "words") -> None:
        self.symbols, self.unit = list(symbols), one_of("unit", unit, UNITS)
        head = self.symbols[:4]
        if len(self.symbols) < 5 or [head[PADDING], *head[START:]] != [_MARKS[PADDING], *_MARKS[START:]]:
            raise ValueError(
                f"`symbols` must start with '', a mark for unknown symbols, '[START]' and '[END]', and hold at least "
                f"one more, got {self.symbols[:5]!r}."
            )
        if len(set(self.symbols)) < len(self.symbols):
            twice = collections.Counter(self.symbols).most_common(1)[0][0]
            raise ValueError(f"`symbols` must hold each symbol once, got {twice!r} twice.")
        self._ids = {symbol: id for id, symbol in enumerate(self.symbols)}

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        unit: str = "words",
        *,
        size: int | None = None,
        min_count: int = 1,
        unknown: str = _MARKS[UNKNOWN],
    ) -> "Symbols":
        """Keeps the symbols of `texts`, the most frequent first. Pass the training split only.

        Args:
            texts: tokenised texts.
            unit: "characters" or "words".
            size: largest number of ids, > 4; None: all symbols.
            min_count: rarer symbols are left out, > 0.
            unknown: the mark of unknown symbols in the texts, if they have one.
        Raises:
            ValueError: an argument is out of its range, or no symbol is left.
        """
        positive_integer("min_count", min_count)
        if size is not None and positive_integer("size", size) < 5:
            raise ValueError(f"`size` must be 5 or more (four marks and a symbol), got {size}.")
        split = _SPLIT[one_of("unit", unit, UNITS)]
        marks = [_MARKS[PADDING], unknown, *_MARKS[START:]]
        counts: collections.Counter = collections.Counter()
        for text in texts:
            counts.update(split(text))
        for mark in marks:
            counts.pop(mark, None)
        kept = [symbol for symbol, count in counts.items() if count >= min_count]
        if not kept:
            raise ValueError(f"`texts` hold no symbol that occurs {min_count} time(s), in {len(texts)} texts.")
        kept.sort(key=lambda symbol: (-counts[symbol], symbol))
        return cls(marks + kept[: None if size is None else size - len(marks)], unit)

    @classmethod
    def load(cls, path: str | Path) -> "Symbols":
        """Loads saved symbols; FileNotFoundError or ValueError that names the file."""
        saved = read_json(path, {"symbols": [str], "unit": str})
        with reading(path, "a file of symbols"):
            return cls(saved["symbols"], saved["unit"])

    def save(self, path: str | Path) -> None:
        """Writes unit and symbols to `path`, as JSON, atomically."""
        with atomic_file(path) as file:
            json.dump({"unit": self.unit, "symbols": self.symbols}, file, ensure_ascii=False, indent=0)

    @property
    def size(self) -> int:
        """Number of ids, including the first four."""
        return len(self.symbols)

    @property
    def digest(self) -> str:
        """SHA-256 of unit and symbols."""
        return hashlib.sha256("\n".join([self.unit, *self.symbols]).encode()).hexdigest()

    def split(self, text: str) -> list[str]:
        """Splits a tokenised text into symbols, known or not."""
        return _SPLIT[self.unit](text)

    def check_beginning(self, text: str, name: str) -> None:
        """Checks that a model can continue a raw text: it is not empty and has no unknown character.

        Unknown words are allowed, since training texts hold some; unknown characters are not.

        Args:
            text: the beginning of a text.
            name: its name in the error.
        Raises:
            ValueError: the text is empty or has unknown characters.
        """
        if not text.strip() and not (self.unit == "characters" and text):
            raise ValueError(f"`{name}` is empty: there is nothing to continue; give at least a word or a character.")
        if self.unit == "characters" and (unknown := self.unknown(text)):
            raise ValueError(
                f"`{name}` holds {', '.join(map(repr, unknown))}, which the model does not know; use characters of its "
                "training text alone."
            )

    def unknown(self, text: str) -> list[str]:
        """The unknown symbols of a raw text, each once."""
        pieces = text if self.unit == "characters" else tidy(tf.constant(text)).numpy().decode().split()
        return [symbol for symbol in dict.fromkeys(pieces) if symbol not in self._ids]

    def encode(self, texts: Sequence[str]) -> TokenIds:
        """Ids of many tokenised texts, without `[START]` and `[END]`."""
        if isinstance(texts, str):
            raise ValueError(f"`texts` must be a list of strings, got one string, {texts[:40]!r}: put it in a list.")
        rows = [[self._ids.get(symbol, UNKNOWN) for symbol in self.split(text)] for text in texts]
        offsets = np.cumsum([0, *map(len, rows)])
        return TokenIds(np.array([id for row in rows for id in row], "int32"), offsets)

    def decode(self, rows: Iterable[Tensor]) -> list[str]:
        """Tokenised texts of rows of ids <int>[time]. A text ends before `[END]` or padding."""
        texts = []
        for row in rows:
            symbols = []
            for id in row:
                if id in (PADDING, END):
                    break
                if id != START:
                    symbols.append(self.symbols[id])
            texts.append(("" if self.unit == "characters" else " ").join(symbols))
        return texts

    def from_text(self, texts: Tensor, start: bool = False) -> Tensor:
        """Raw text to ids, in the TensorFlow graph.

        Args:
            texts: <string>[batch].
            start: puts `[START]` before each.
        Returns:
            <int32>[batch, time], padded on the right.
        """
        if self.unit == "characters":
            pieces = tf.strings.unicode_split(texts, "UTF-8")
        else:
            pieces = tf.strings.split(tidy(texts))
        ids = tf.cast(self.table(pieces), tf.int32)
        if start:
            ids = tf.concat([tf.fill([tf.shape(texts)[0], 1], START), ids], axis=1)
        return ids.to_tensor(PADDING)

    def to_text(self, ids: Tensor) -> Tensor:
        """Ids to detokenised text, in the TensorFlow graph: <int>[batch, time] -> <string>[batch]."""
        ended = tf.cumsum(tf.cast((ids == END) | (ids == PADDING), tf.int32), axis=1) > 0
        pieces = tf.ragged.boolean_mask(tf.gather(tf.constant(self.symbols), ids), ~ended & (ids != START))
        if self.unit == "characters":
            return tf.strings.reduce_join(pieces, axis=-1)
        return untidy(tf.strings.reduce_join(pieces, axis=-1, separator=" "))

    @functools.cached_property
    def table(self) -> keras.layers.StringLookup:
        """The lookup layer of `from_text`, which an export must track."""
        return keras.layers.StringLookup(vocabulary=self.symbols[2:], mask_token="", oov_token=self.symbols[UNKNOWN])


def tidy(texts: Tensor) -> Tensor:
    """Tokenises raw text: lower case, spaces between words and punctuation.

    Moses's rules in short: a full stop stays with an abbreviation or a number inside the text, "'s" and "n't" are
    separate tokens, hyphens stay inside a word. Tokenised text is unchanged.

    Args:
        texts: <string>[...], UTF-8.
    Returns:
        <string>[...].
    """
    texts = tf.strings.lower(texts, encoding="utf-8")
    for pattern, replacement in _TIDY:
        texts = tf.strings.regex_replace(texts, pattern, replacement)
    return tf.strings.strip(texts)


def untidy(texts: Tensor) -> Tensor:
    """Detokenises text: no space before a full stop or inside brackets; <string>[...] -> <string>[...]."""
    for pattern, replacement in _UNTIDY:
        texts = tf.strings.regex_replace(texts, pattern, replacement)
    return texts


# French elision, written together with the next word: l'eau, qu'il, aujourd'hui.
_ELIDED = r"(?i)(^|[^\p{L}\p{M}\p{N}'])([cdjlmnst]|\p{L}*qu|aujourd)"
_TIDY = [
    (r"&(?:apos|#39);", "'"),
    (r"&(?:quot|#34);", '"'),
    (r"&amp;", "&"),
    (r"[\x{201C}\x{201D}\x{201E}\x{00AB}\x{00BB}]", '"'),
    (r"[\x{2018}\x{2019}\x{02BC}]", "'"),
    (r"([^\p{L}\p{M}\p{N}\s.,'<>\-])", r" \1 "),
    (r"([^\p{N}\s]),|,([^\p{N}\s])", r"\1 , \2"),
    (r"(\S),(\s|$)", r"\1 ,\2"),
    (r"(\p{L})'(s|m|d|ll|re|ve|t)\b", r"\1 '\2"),
    (r"(\S)\.(\s*)$", r"\1 .\2"),
    (rf"{_ELIDED}'(\p{{L}})", r"\1\2' \3"),
]
_UNTIDY = [
    (r" ([.,!?;:%)\]\x{0964}])", r"\1"),  # U+0964 ends a sentence in Hindi
    (r"([(\[]) ", r"\1"),
    (r" '(s|m|d|ll|re|ve|t)\b", r"'\1"),
    (r" n't\b", "n't"),
    (r'" ([^"]*) "', r'"\1"'),
    (rf"{_ELIDED}' (\p{{L}})", r"\1\2'\3"),
]
_SPLIT: dict[str, Callable[[str], list[str]]] = {"characters": list, "words": str.split}
