"""Batches of sentences with their tags, bucketed by length."""

import numpy as np

from rnn_zoo.text.batches import Batches
from rnn_zoo.text.token_ids import TokenIds


class TaggedBatches(Batches):
    """Words, their letters and their tags in batches padded on the right, sentences of like length together.

    Args:
        spelling: Spelling.
        sentences: list of lists of str; some may be empty.
        tags: list of lists of str, or None: then the batches hold the inputs alone.
        names: list of str, the tags in the order of their numbers; with `tags`.
        batch_size, max_length, shuffle, seed, boundaries: as of `Batches`.
    Returns (of `batches[i]`):
        ({"words": <int32>[batch, time], "letters": <int32>[batch, time, letters]}, <int32>[batch, time]), or the inputs
        alone as (inputs,); padding is 0.
    Raises:
        ValueError: a tag that is not among the names, or as of `Batches`.
    """

    def __init__(self, spelling, sentences, tags=None, names=None, batch_size=32, **options):
        words, self._letters, offsets = spelling.encode(sentences)
        self._tags = None
        if tags is not None:
            numbers = {name: number for number, name in enumerate(names)}
            if unknown := {tag for sentence in tags for tag in sentence} - set(numbers):
                listed = ", ".join(sorted(unknown))
                raise ValueError(f"`tags` hold {listed}, which `names` lack: {', '.join(numbers)}. Train with them.")
            self._tags = np.array([numbers[tag] for sentence in tags for tag in sentence], "int32")
        super().__init__(TokenIds(words, offsets), None, batch_size, **options)

    def __getitem__(self, index):
        rows = self._rows[index]
        (words,) = super().__getitem__(index)
        letters = np.zeros((*words.shape, self._letters.shape[1]), "int32")
        tags = np.zeros(words.shape, "int32")
        for row, sentence in enumerate(rows):
            start, stop = self.tokens.offsets[sentence : sentence + 2]
            count = min(stop - start, words.shape[1])
            letters[row, :count] = self._letters[start : start + count]
            if self._tags is not None:
                tags[row, :count] = self._tags[start : start + count]
        inputs = {"words": words, "letters": letters}
        return (inputs,) if self._tags is None else (inputs, tags)
