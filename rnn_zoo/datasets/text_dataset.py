"""Labelled texts in three splits."""

import dataclasses
import functools
import hashlib
import json
from collections.abc import Callable

import numpy as np


@dataclasses.dataclass(frozen=True)
class TextSplit:
    """Texts and their labels.

    Args:
        texts: list of str; some may be empty.
        labels: <int32>[texts], places in `TextDataset.labels`.
    """

    texts: list[str]
    labels: np.ndarray

    def __len__(self):
        return len(self.texts)

    def take(self, rows):
        """The split that holds these rows, in their order: <int>[n] -> TextSplit."""
        return TextSplit([self.texts[row] for row in rows], self.labels[rows])


@dataclasses.dataclass(frozen=True)
class TextDataset:
    """Texts of a known number of classes, in three splits.

    Args:
        name: what `load` was given.
        labels: the names of the classes; a label in a split is a place in here.
        train, validation, test: TextSplit; validation may be empty.
        licence: str, the licence as the source states it, or that it states none.
        source: str, where the texts are from.
        read_unlabelled: function without arguments -> list of str; None where there are no texts without a label.

    Attributes:
        unlabelled: list of str or None, texts for pre-training; read when first asked for, and only then.
        digest: SHA-256 of the training and validation texts and labels, equal where a training would be.
    """

    name: str
    labels: tuple[str, ...]
    train: TextSplit
    validation: TextSplit
    test: TextSplit
    licence: str
    source: str
    read_unlabelled: Callable[[], list[str]] | None = dataclasses.field(default=None, repr=False)

    @functools.cached_property
    def unlabelled(self):
        return None if self.read_unlabelled is None else self.read_unlabelled()

    @functools.cached_property
    def digest(self):
        digest = hashlib.sha256()
        for split in (self.train, self.validation):
            digest.update(json.dumps([split.texts, np.asarray(split.labels).tolist()]).encode())
        return digest.hexdigest()

    def __repr__(self):
        sizes = f"train={len(self.train):,}, validation={len(self.validation):,}, test={len(self.test):,}"
        return f"TextDataset({self.name!r}, labels={self.labels}, {sizes})"
