"""Labelled texts in three splits."""

import dataclasses
import functools
import hashlib
import json
from collections.abc import Callable
from typing import Any

import numpy as np

from rnn_zoo.files.cleaning import with_report


@dataclasses.dataclass(frozen=True)
class TextSplit:
    """Texts and their labels.

    Args:
        texts: list of str; some may be empty.
        labels: <int32>[texts], indices into `TextDataset.labels`.
    """

    texts: list[str]
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, rows: Any) -> "TextSplit":
        """The split of these rows, <int>[n], in their order."""
        return TextSplit([self.texts[row] for row in rows], self.labels[rows])


@dataclasses.dataclass(frozen=True)
class TextDataset:
    """Texts of a known number of classes, in three splits.

    Args:
        name: what `load` was given.
        labels: class names; a label of a split is an index into them.
        train, validation, test: TextSplit; validation may be empty.
        licence: the licence as the source states it, or that it states none.
        source: where the texts come from.
        read_unlabelled: function that reads the unlabelled texts; None if there are none.
        cleaned: what was done to the faults of the files, a sentence each.

    Attributes:
        unlabelled: texts without a label, for pre-training, or None; read when first used.
        digest: SHA-256 of the training and validation texts and labels.
    """

    name: str
    labels: tuple[str, ...]
    train: TextSplit
    validation: TextSplit
    test: TextSplit
    licence: str
    source: str
    read_unlabelled: Callable[[], list[str]] | None = dataclasses.field(default=None, repr=False)
    cleaned: tuple[str, ...] = ()

    @functools.cached_property
    def unlabelled(self) -> list[str] | None:
        return None if self.read_unlabelled is None else self.read_unlabelled()

    @functools.cached_property
    def digest(self) -> str:
        digest = hashlib.sha256()
        for split in (self.train, self.validation):
            digest.update(json.dumps([split.texts, np.asarray(split.labels).tolist()]).encode())
        return digest.hexdigest()

    def __repr__(self) -> str:
        sizes = f"train={len(self.train):,}, validation={len(self.validation):,}, test={len(self.test):,}"
        return f"TextDataset({self.name!r}, labels={self.labels}, {sizes})"

    def __str__(self) -> str:
        return with_report(repr(self), self.cleaned)
