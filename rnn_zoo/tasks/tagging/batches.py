"""Sentences and tags as padded batches of ids, bucketed by length."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnn_zoo.tasks.tagging.dataset import TaggedDataset, TaggedSplit
from rnn_zoo.text import Spelling, word_vectors
from rnn_zoo.text.batches import Batches
from rnn_zoo.text.tag_scheme import convert
from rnn_zoo.text.token_ids import TokenIds
from rnn_zoo.types import Tensor


class TaggedBatches(Batches):
    """Words, their letters and their tags in batches padded on the right, sentences of similar length together.

    Args:
        spelling: maps words to the ids of words and letters.
        sentences: the words of each sentence; some may be empty.
        tags: the tags of each sentence. None: the batches hold the inputs alone.
        names: the tags in the order of their ids; required with `tags`.
        batch_size: sentences per batch.
        options: `max_length`, `shuffle`, `seed`, `boundaries` of `Batches`.
    Returns (of `batches[i]`):
        ({"words": <int32>[batch, time], "letters": <int32>[batch, time, letters]}, <int32>[batch, time]), or the inputs
        alone as (inputs,); padding is 0.
    Raises:
        ValueError: a tag that is not in `names`, or as `Batches`.
    """

    def __init__(
        self,
        spelling: Spelling,
        sentences: Sequence[Sequence[str]],
        tags: Sequence[Sequence[str]] | None = None,
        names: Sequence[str] = (),
        batch_size: int = 32,
        **options: Any,
    ) -> None:
        words, self._letters, offsets = spelling.encode(sentences)
        self._tags = None
        if tags is not None:
            ids = {name: id for id, name in enumerate(names)}
            if unknown := {tag for sentence in tags for tag in sentence} - set(ids):
                listed = ", ".join(sorted(unknown))
                raise ValueError(f"`tags` hold {listed}, which `names` lack: {', '.join(ids)}. Train with them.")
            self._tags = np.array([ids[tag] for sentence in tags for tag in sentence], "int32")
        super().__init__(TokenIds(words, offsets), None, batch_size, **options)

    def __getitem__(self, index: int) -> tuple:
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


@dataclasses.dataclass(frozen=True)
class TagEncoder:
    """Maps the sentences and tags of a data set to the ids of a model.

    Args:
        spelling: the words and letters that the model knows.
        tags: the tags in the order of their ids.
        scheme: tag scheme that the model predicts.
        source_scheme: tag scheme of the data set.
        dim: width of a word vector.
        vectors: <float32>[words, dim], initial word vectors; None for random ones.
    """

    spelling: Spelling
    tags: list[str]
    scheme: str
    source_scheme: str
    dim: int
    vectors: Tensor | None = None

    @classmethod
    def fit(
        cls,
        data: TaggedDataset,
        *,
        scheme: str | None = None,
        vocabulary_size: int = 30_000,
        vectors: str | Path | None = None,
        dim: int = 100,
    ) -> "TagEncoder":
        """Fits vocabulary and letters on the training sentences.

        Args:
            data: the sentences.
            scheme: tag scheme that the model predicts, "BIO" or "BIOES". Default None: that of `data`.
            vocabulary_size: number of words to keep, the most frequent ones.
            vectors: file of word vectors, whose width replaces `dim`; words of `data` that it holds are kept too.
            dim: width of a word vector.
        """
        # A file may hold a million vectors: only those of words in the data are kept.
        splits = (data.train, data.validation, data.test)
        words = (word for split in splits for sentence in split.words for word in sentence)
        extra = word_vectors.known(vectors, words) if vectors else ()
        spelling = Spelling.fit(data.train.words, size=vocabulary_size, extra=extra)
        matrix = word_vectors.load(vectors, spelling.vocabulary) if vectors else None
        scheme = scheme or data.scheme
        width = dim if matrix is None else matrix.shape[1]
        return cls(spelling, data.tags(scheme), scheme, data.scheme, width, matrix)

    def model_options(self) -> dict[str, Any]:
        """The arguments of a named tagger that depend on the data."""
        options = {"vocabulary_size": self.spelling.vocabulary.size, "alphabet": self.spelling.letters}
        options |= {"tags": self.tags, "dim": self.dim}
        return options if self.vectors is None else {**options, "vectors": self.vectors}

    def batches(self, split: TaggedSplit, batch_size: int, **options: Any) -> TaggedBatches:
        """Batches of a split of the data set; options as for `TaggedBatches`."""
        tags = [convert(sentence, self.source_scheme, self.scheme) for sentence in split.tags]
        return TaggedBatches(self.spelling, split.words, tags, self.tags, batch_size, **options)
