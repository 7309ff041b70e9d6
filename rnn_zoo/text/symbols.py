"""The symbols that a model writes, characters or words, and the way back to text."""

import collections
import functools
import hashlib
import json
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from rnn_zoo.checks import one_of, positive_integer
from rnn_zoo.files import atomic_file
from rnn_zoo.text.token_ids import TokenIds

PADDING, UNKNOWN, START, END = range(4)
_MARKS = ["", "[UNK]", "[START]", "[END]"]
UNITS = ("characters", "words")


class Symbols:
    """Symbols and their ids: 0 is padding, 1 any unknown symbol, 2 the start of a text and 3 its end.

    Words are what stands between spaces: what is trained on comes tokenised. Raw text, in the graph of an export, is
    tokenised lightly first (`from_text`), and what is written is put together again (`to_text`).

    Args:
        symbols: the symbols in the order of their ids: "", a mark for the unknown, "[START]" and "[END]" first.
        unit: "characters" or "words".
    Raises:
        ValueError: `symbols` does not start so, is empty beyond that, or holds a symbol twice.

    Attributes:
        symbols: list of str, `symbols[id]` is the symbol.
        size: int, the number of ids, the first four included.
        digest: SHA-256 of the symbols, equal for equal ones.
    """

    def __init__(self, symbols, unit="words"):
        self.symbols, self.unit = list(symbols), one_of("unit", unit, UNITS)
        head = self.symbols[:4]
        if len(self.symbols) < 5 or [head[PADDING], *head[START:]] != [_MARKS[PADDING], *_MARKS[START:]]:
            raise ValueError(
                f"`symbols` must start with '', a mark for the unknown, '[START]' and '[END]', and hold one more at "
                f"least, got {self.symbols[:5]!r}."
            )
        if len(set(self.symbols)) < len(self.symbols):
            twice = collections.Counter(self.symbols).most_common(1)[0][0]
            raise ValueError(f"`symbols` must hold each symbol once, got {twice!r} twice.")
        self._ids = {symbol: id for id, symbol in enumerate(self.symbols)}

    @classmethod
    def fit(cls, texts, unit="words", *, size=None, min_count=1, unknown=_MARKS[UNKNOWN]):
        """Keeps the symbols of `texts`, the most frequent first. Pass the training split only.

        Args:
            texts: list of str.
            unit: "characters" or "words".
            size: int > 4, the largest number of ids; None (default): all symbols.
            min_count: int > 0, how often a symbol must be there to be kept. Default 1.
            unknown: str, the mark for the unknown, where the texts hold one already.
        Raises:
            ValueError: an argument is out of its range, or no symbol is left.
        """
        positive_integer("min_count", min_count)
        if size is not None and positive_integer("size", size) < 5:
            raise ValueError(f"`size` must be 5 or more (four marks and a symbol), got {size}.")
        split = _SPLIT[one_of("unit", unit, UNITS)]
        marks = [_MARKS[PADDING], unknown, *_MARKS[START:]]
        counts = collections.Counter()
        for text in texts:
            counts.update(split(text))
        for mark in marks:
            counts.pop(mark, None)
        kept = [symbol for symbol, count in counts.items() if count >= min_count]
        if not kept:
            raise ValueError(f"`texts` hold no symbol that is there {min_count} time(s), in {len(texts)} texts.")
        kept.sort(key=lambda symbol: (-counts[symbol], symbol))
        return cls(marks + kept[: None if size is None else size - len(marks)], unit)

    @classmethod
    def load(cls, path):
        """Reads what `save` wrote. FileNotFoundError or ValueError that names the file where it cannot."""
        try:
            saved = json.loads(Path(path).read_text(encoding="utf-8"))
            return cls(saved["symbols"], saved["unit"])
        except (UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path} does not hold saved symbols: {error}") from error

    def save(self, path):
        """Writes unit and symbols to `path`, as JSON, atomically."""
        with atomic_file(path) as file:
            json.dump({"unit": self.unit, "symbols": self.symbols}, file, ensure_ascii=False, indent=0)

    @property
    def size(self):
        return len(self.symbols)

    @property
    def digest(self):
        return hashlib.sha256("\n".join([self.unit, *self.symbols]).encode()).hexdigest()

    def split(self, text):
        """The symbols of a text, a list of str, known or not."""
        return _SPLIT[self.unit](text)

    def check_beginning(self, text, name):
        """ValueError unless a raw text can be gone on with: it holds something, and no character that is not known.

        Words that are not known are read as such; characters are not, because a text of all that is known has none.
        """
        if not text.strip() and not (self.unit == "characters" and text):
            raise ValueError(f"`{name}` is empty: there is nothing to go on from; give a word or a character at least.")
        if self.unit == "characters" and (unknown := self.unknown(text)):
            raise ValueError(
                f"`{name}` holds {', '.join(map(repr, unknown))}, which the model has never read; leave out or "
                "replace what is not in the text that it was trained on."
            )

    def unknown(self, text):
        """The symbols of a raw text that are not known, a list of str, each once."""
        pieces = text if self.unit == "characters" else tidy(tf.constant(text)).numpy().decode().split()
        return [symbol for symbol in dict.fromkeys(pieces) if symbol not in self._ids]

    def encode(self, texts):
        """Ids of many tokenised texts, without start and end: list of str -> TokenIds."""
        if isinstance(texts, str):
            raise ValueError(f"`texts` must be a list of strings, got one string, {texts[:40]!r}: put it in a list.")
        rows = [[self._ids.get(symbol, UNKNOWN) for symbol in self.split(text)] for text in texts]
        offsets = np.cumsum([0, *map(len, rows)])
        return TokenIds(np.array([id for row in rows for id in row], "int32"), offsets)

    def decode(self, rows):
        """Tokenised texts of ids: sequence of <int>[time] -> list of str. A text ends before its `[END]` or padding."""
        texts = []
        for row in rows:
            written = []
            for id in row:
                if id in (PADDING, END):
                    break
                if id != START:
                    written.append(self.symbols[id])
            texts.append(("" if self.unit == "characters" else " ").join(written))
        return texts

    def from_text(self, texts, start=False):
        """Raw text to ids, in the TensorFlow graph.

        Args:
            texts: <string>[batch].
            start: bool, `[START]` before each.
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

    def to_text(self, ids):
        """Ids to text as people write it, in the TensorFlow graph: <int>[batch, time] -> <string>[batch]."""
        ended = tf.cumsum(tf.cast((ids == END) | (ids == PADDING), tf.int32), axis=1) > 0
        pieces = tf.ragged.boolean_mask(tf.gather(tf.constant(self.symbols), ids), ~ended & (ids != START))
        if self.unit == "characters":
            return tf.strings.reduce_join(pieces, axis=-1)
        return untidy(tf.strings.reduce_join(pieces, axis=-1, separator=" "))

    @functools.cached_property
    def table(self):
        """The `keras.layers.StringLookup` of `from_text`, which an export has to track."""
        return keras.layers.StringLookup(vocabulary=self.symbols[2:], mask_token="", oov_token=self.symbols[UNKNOWN])


def tidy(texts):
    """Raw text as the tokenised files of the field have it: lower case, spaces between words and signs.

    Moses's rules in short: a full stop stays with an abbreviation or a number inside the text, "'s" and "n't" part from
    their word, hyphens stay inside one. Tokenised text stays as it is.

    Args:
        texts: <string>[...], UTF-8.
    Returns:
        <string>[...].
    """
    texts = tf.strings.lower(texts, encoding="utf-8")
    for pattern, replacement in _TIDY:
        texts = tf.strings.regex_replace(texts, pattern, replacement)
    return tf.strings.strip(texts)


def untidy(texts):
    """Tokenised text as people write it: no space before a stop or inside brackets; <string>[...] -> the same."""
    for pattern, replacement in _UNTIDY:
        texts = tf.strings.regex_replace(texts, pattern, replacement)
    return texts


# What French writes together with the word that follows: l'eau, qu'il, aujourd'hui.
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
_SPLIT = {"characters": list, "words": str.split}
