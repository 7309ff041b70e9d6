"""TaggedDataset: sentences with a tag for every word, in three splits."""

import dataclasses
import functools
import hashlib
import json
from collections.abc import Iterable
from typing import Any

from rnn_zoo.files.cleaning import with_report
from rnn_zoo.text.tag_scheme import OUTSIDE, split, tags_of


@dataclasses.dataclass(frozen=True)
class TaggedSplit:
    """Sentences and the tags of their words.

    Args:
        words: the words of each sentence; some may be empty.
        tags: the tag of each word.
        documents: the number of the document that each sentence belongs to, ascending.
    """

    words: list[list[str]]
    tags: list[list[str]]
    documents: list[int]

    def __len__(self) -> int:
        return len(self.words)

    def take(self, rows: Iterable[int]) -> "TaggedSplit":
        """The split that holds the sentences of these indices, in their order."""
        rows = list(rows)
        parts: Any = (self.words, self.tags, self.documents)
        return TaggedSplit(*([part[row] for row in rows] for part in parts))


@dataclasses.dataclass(frozen=True)
class TaggedDataset:
    """Sentences whose words have tags of one scheme, in three splits.

    Args:
        name: the argument `data` of `load_tagged`.
        scheme: "BIO" for every source with names, or "plain", see `rnn_zoo.text.tag_scheme`.
        train, validation, test: the splits; validation may be empty.
        licence: the licence as the source states it, or that it states none.
        source: where the sentences are from.
        cleaned: what was done to the faults of the files, a sentence each.
    """

    name: str
    scheme: str
    train: TaggedSplit
    validation: TaggedSplit
    test: TaggedSplit
    licence: str
    source: str
    cleaned: tuple[str, ...] = ()

    @functools.cached_property
    def types(self) -> list[str]:
        """The types of names, sorted; with the scheme "plain" the tags. Of all splits: types that training lacks
        count in the scores too."""
        splits = (self.train, self.validation, self.test)
        tags = {tag for part in splits for sentence in part.tags for tag in sentence}
        return sorted(tags if self.scheme == "plain" else {split(tag)[1] for tag in tags if tag != OUTSIDE})

    def tags(self, scheme: str | None = None) -> list[str]:
        """The tags of a model of these sentences. Default scheme: that of the data set."""
        return list(self.types) if self.scheme == "plain" else tags_of(self.types, scheme or self.scheme)

    @functools.cached_property
    def digest(self) -> str:
        """SHA-256 of the training and validation sentences."""
        digest = hashlib.sha256()
        for part in (self.train, self.validation):
            digest.update(json.dumps([part.words, part.tags]).encode())
        return digest.hexdigest()

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name}={len(getattr(self, name)):,}" for name in ("train", "validation", "test"))
        return f"TaggedDataset({self.name!r}, {self.scheme}, types={self.types}, {sizes})"

    def __str__(self) -> str:
        return with_report(repr(self), self.cleaned)
