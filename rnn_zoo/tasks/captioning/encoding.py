"""Captions as ids beside the features of their images, and their batches for training."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from rnn_zoo.tasks.captioning.data import Captions
from rnn_zoo.text import PairBatches, Symbols
from rnn_zoo.text.symbols import tidy


@dataclasses.dataclass(frozen=True)
class EncodedCaptions:
    """Captioned images in three splits.

    Args:
        features: <float>[rows, ...], see `read_features`.
        rows: split -> <int>[images], the row of each image.
        images: split -> file names.
        captions: split -> the tokenised captions of each image.
        symbols: the words of the training split.
    """

    features: np.ndarray
    rows: dict[str, np.ndarray]
    images: dict[str, list[str]]
    captions: dict[str, list[list[str]]]
    symbols: Symbols

    def of_images(self, split: str) -> np.ndarray:
        """The features of the images of a split: <float>[images, ...]."""
        return self.features[self.rows[split]]

    def batches(self, split: str, batch_size: int, max_length: int, *, cut: bool, **options: Any) -> PairBatches:
        """Batches of images and captions, an image for each of its captions.

        Args:
            split: "train", "validation" or "test".
            batch_size: captions per batch.
            max_length: words per caption at most.
            cut: truncate longer captions; False: leave them out.
            options: further arguments of `PairBatches`, such as `shuffle` and `seed`.
        Raises:
            ValueError: no caption is left.
        """
        captions = self.captions[split]
        texts = [text for each in captions for text in each]
        rows = np.repeat(self.rows[split], [len(each) for each in captions])
        kept = [row for row, text in enumerate(texts) if cut or len(text.split()) <= max_length]
        if not kept:
            raise ValueError(
                f"`max_length` {max_length} is less than every {split} caption has words: raise it, or --cut."
            )
        if len(kept) < len(texts):
            left_out = f"{len(texts) - len(kept):,} {split} captions of more than {max_length} words"
            print(f"{left_out} are left out; --cut keeps them, truncated.")
        targets = self.symbols.encode([texts[row] for row in kept])
        options |= {"max_length": max_length, "cut": cut, "rows": rows[kept]}
        return PairBatches(self.features, targets, batch_size, **options)


def check_features(features: np.ndarray, captioned: Captions, attention: str, path: str) -> None:
    """Checks that features fit the images and the attention.

    Args:
        features: <float>[rows, features] or <float>[rows, cells, features].
        captioned: the images.
        attention: see `caption_model`.
        path: the file of the features, for error messages.
    Raises:
        ValueError: there are fewer rows than the images need, or several cells without attention.
    """
    if attention == "none" and features.ndim == 3:
        raise ValueError(
            f"`attention` 'none' takes one vector per image, and {path} holds {features.shape[1]} cells of each."
        )
    needed = 1 + max(split.rows.max() for split in (captioned.train, captioned.validation, captioned.test))
    if needed > len(features):
        raise ValueError(
            f"{path} holds {len(features)} rows, fewer than the images of {captioned.name} need, {needed}."
        )


def encode_captions(captioned: Captions, features: np.ndarray, *, min_count: int) -> EncodedCaptions:
    """Tokenises and encodes captions.

    Args:
        captioned: images and captions.
        features: <float>[rows, ...], see `read_features`.
        min_count: > 0, occurrences in the training captions below which a word is unknown.
    """
    splits = {split: getattr(captioned, split) for split in ("train", "validation", "test")}
    captions = {name: [tokenise(texts) for texts in split.captions] for name, split in splits.items()}
    symbols = Symbols.fit([text for texts in captions["train"] for text in texts], min_count=min_count)
    rows, images = ({name: getattr(split, part) for name, split in splits.items()} for part in ("rows", "images"))
    return EncodedCaptions(features, rows, images, captions, symbols)


def tokenise(captions: Sequence[str]) -> list[str]:
    """Captions lower-cased, without punctuation: spaces separate words."""
    tokenised = [text.decode() for text in tidy(tf.constant(captions)).numpy()]
    return [" ".join(word for word in text.split() if any(map(str.isalnum, word))) for text in tokenised]
