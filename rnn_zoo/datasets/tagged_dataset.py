"""Sentences with a tag for every word, in three splits."""

import dataclasses
import functools
import hashlib
import json

from rnn_zoo.text.tag_scheme import OUTSIDE, split, tags_of


@dataclasses.dataclass(frozen=True)
class TaggedSplit:
    """Sentences and the tags of their words.

    Args:
        words: list of lists of str, one a sentence; some may be empty.
        tags: list of lists of str, as long.
        documents: list of int, which document each sentence is of, ascending.
    """

    words: list[list[str]]
    tags: list[list[str]]
    documents: list[int]

    def __len__(self):
        return len(self.words)

    def take(self, rows):
        """The split that holds these sentences, in their order: <int>[n] -> TaggedSplit."""
        return TaggedSplit(*([part[row] for row in rows] for part in (self.words, self.tags, self.documents)))


@dataclasses.dataclass(frozen=True)
class TaggedDataset:
    """Sentences whose words have tags of one scheme, in three splits.

    Args:
        name: what `load_tagged` was given.
        scheme: "BIO", whatever scheme the source has, or "plain", see `rnn_zoo.text.tag_scheme`.
        train, validation, test: TaggedSplit; validation may be empty.
        licence: str, the licence as the source states it, or that it states none.
        source: str, where the sentences are from.

    Attributes:
        types: list of str, the types of names, sorted; with the scheme "plain" the tags themselves. Of all splits,
            since what training never holds must be in the scores all the same.
        digest: SHA-256 of the training and validation sentences, equal where a training would be.
    """

    name: str
    scheme: str
    train: TaggedSplit
    validation: TaggedSplit
    test: TaggedSplit
    licence: str
    source: str

    @functools.cached_property
    def types(self):
        splits = (self.train, self.validation, self.test)
        tags = {tag for part in splits for sentence in part.tags for tag in sentence}
        return sorted(tags if self.scheme == "plain" else {split(tag)[1] for tag in tags if tag != OUTSIDE})

    def tags(self, scheme=None):
        """The tags that a model of these sentences has, in a scheme of its own: list of str. Default: `scheme`."""
        return list(self.types) if self.scheme == "plain" else tags_of(self.types, scheme or self.scheme)

    @functools.cached_property
    def digest(self):
        digest = hashlib.sha256()
        for part in (self.train, self.validation):
            digest.update(json.dumps([part.words, part.tags]).encode())
        return digest.hexdigest()

    def __repr__(self):
        sizes = ", ".join(f"{name}={len(getattr(self, name)):,}" for name in ("train", "validation", "test"))
        return f"TaggedDataset({self.name!r}, {self.scheme}, types={self.types}, {sizes})"
