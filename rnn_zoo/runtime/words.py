"""Words of raw text and their ids, equal to those of `rnn_zoo.text.standardize` in the graph of an export."""

import functools
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from rnn_zoo.runtime.patterns import compiled, lowered
from rnn_zoo.runtime.reading import read_words

PADDING, UNKNOWN = 0, 1

# RE2's \s matches ASCII alone, and web text is full of no-break spaces, U+0085 and U+3000. A tag is "<" followed by a
# letter, so that "<3" and "a < b" stay.
BLANK = r"</?[a-z][^<>]*>|<!(?:--|[a-z])[^<>]*>|[\s\p{Z}\p{Cc}\x{200B}\x{FEFF}]+"
APOSTROPHE = r"[\x{2018}\x{2019}\x{02BC}\x{FF07}]"
# Scripts written without spaces between words: each letter with its marks is a token, as in BERT.
UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]\p{M}*"
_LETTER = r"[\p{L}\p{N}_]"
_INSIDE = r"[\p{L}\p{M}\p{N}_\x{200C}\x{200D}]*"  # Persian and Indic words contain zero-width joiners
TOKEN = "|".join(
    [
        r"[0-9]+(?:[.,/:][0-9]+)+",
        rf"{_LETTER}{_INSIDE}(?:'{_LETTER}{_INSIDE})*",
        r"[\x{1F1E6}-\x{1F1FF}]{2}",  # a flag is two regional indicators
        r"\S(?:\x{FE0F}|\x{200D}\S|[\x{1F3FB}-\x{1F3FF}])*",  # a symbol, or an emoji with its skin tone and parts
    ]
)


def words_of(text: str) -> list[str]:
    """The words of a text, see `rnn_zoo.text.standardization.standardize`."""
    blank, apostrophe, unspaced, token = _patterns()
    text = blank.sub(" ", lowered(text.replace("\0", " ")))
    text = apostrophe.sub("'", text)
    text = unspaced.sub(r" \g<0> ", text)
    return token.sub(r" \g<0> ", text).split(" ")


@functools.cache
def _patterns():
    return [compiled(pattern) for pattern in (BLANK, APOSTROPHE, UNSPACED, TOKEN)]


class Words:
    """The words of a vocabulary and their ids: 0 is padding, 1 any unknown word.

    Args:
        words: the words in the order of their ids, "" and "[UNK]" first.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self.words = list(words)
        self._ids = {word: number for number, word in enumerate(self.words) if number > UNKNOWN}

    @classmethod
    def load(cls, path: str | Path) -> "Words":
        """Reads a `vocabulary.txt`; FileNotFoundError or ValueError that names it."""
        return cls(read_words(path))

    def ids(self, texts: Sequence[str]) -> np.ndarray:
        """<int32>[texts, words] of raw texts, padded on the right, at least one step."""
        known = self._ids
        rows = [[known.get(word, UNKNOWN) for word in words_of(text) if word] for text in texts]
        table = np.zeros((len(rows), max(1, *map(len, rows), 1)), "int32")
        for row, numbers in enumerate(rows):
            table[row, : len(numbers)] = numbers
        return table
