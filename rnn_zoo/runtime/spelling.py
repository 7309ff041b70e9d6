"""Letters: ids of words and of their letters, equal to those of `rnn_zoo.text.Spelling` in the graph of an export."""

import functools
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rnn_zoo.runtime.patterns import compiled, lowered
from rnn_zoo.runtime.reading import read_letters, read_words
from rnn_zoo.runtime.words import UNKNOWN


class Letters:
    """The words and letters that a tagger knows.

    Args:
        words: the words in the order of their ids, "" and "[UNK]" first.
        letters: the letters from id 2 on.
        word_length: largest number of letters of a word; of a longer one the first and last half are used.
    """

    def __init__(self, words: Sequence[str], letters: Sequence[str], word_length: int) -> None:
        self.word_length = word_length
        self._words = {word: number for number, word in enumerate(words) if number > UNKNOWN}
        self._letters = {letter: number for number, letter in enumerate(letters, start=2)}
        self._read = functools.lru_cache(50_000)(self._ids_of)  # most words of a text are repeated

    @classmethod
    def load(cls, folder: str | Path) -> "Letters":
        """Reads `vocabulary.txt` and `letters.json` of an exported folder; ValueError that names a damaged file."""
        return cls(read_words(Path(folder) / "vocabulary.txt"), *read_letters(Path(folder) / "letters.json"))

    def ids(self, sentences: Sequence[Sequence[str]]) -> tuple[np.ndarray, np.ndarray]:
        """Ids of the words of sentences, padded on the right, at least one step.

        Returns:
            (<int32>[sentences, words], <int32>[sentences, words, letters]).
        """
        rows = [[self._read(word) for word in sentence] for sentence in sentences]
        time = max(1, *map(len, rows), 1)
        longest = max([1, *(len(letters) for row in rows for _, letters in row)])
        words, letters = np.zeros((len(rows), time), "int32"), np.zeros((len(rows), time, longest), "int32")
        for row, read in enumerate(rows):
            for place, (word, spelt) in enumerate(read):
                words[row, place] = word
                letters[row, place, : len(spelt)] = spelt
        return words, letters

    def _ids_of(self, word):
        half = self.word_length // 2
        shown = word if len(word) <= self.word_length else word[:half] + word[-half:]
        letters = tuple(self._letters.get(letter, UNKNOWN) for letter in shown)
        return self._words.get(_digits().sub("0", lowered(word)), UNKNOWN), letters


@functools.cache
def _digits():
    return compiled(r"\p{Nd}")
