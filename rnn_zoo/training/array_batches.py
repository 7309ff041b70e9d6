"""Batches of arrays, shuffled in an order that depends only on seed and epoch."""

from typing import Any

import keras
import numpy as np

from rnn_zoo.checks import positive_integer


class ArrayBatches(keras.utils.PyDataset):
    """Batches of arrays, shuffled by seed and epoch, so that a resumed run sees the same batches.

    Args:
        inputs: array [examples, ...], or a dict or tuple of such arrays.
        targets: array [examples, ...], or a dict or tuple of such arrays.
        weights: <float>[examples], the weight of each example in the loss. Default None: all 1.
        batch_size: > 0, examples per batch. Default 32; the last batch may be smaller.
        shuffle: whether to shuffle anew in every epoch. Default True.
        seed: seed of the shuffling. Default 0.
    Attributes:
        epoch: the current epoch, from 0; setting it reshuffles, and `on_epoch_end` increases it by one.
    Raises:
        ValueError: the arrays differ in their number of examples, have no examples, or `batch_size` is not positive.
    """

    def __init__(
        self,
        inputs: Any,
        targets: Any,
        weights: Any = None,
        *,
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int = 0,
    ) -> None:
        super().__init__()
        parts = (inputs, targets) if weights is None else (inputs, targets, weights)
        self.parts = keras.tree.map_structure(np.asarray, parts)
        lengths = {array.shape[:1] for array in keras.tree.flatten(self.parts)}  # () for a scalar
        if len(lengths) != 1 or not all(map(all, lengths)) or () in lengths:
            raise ValueError(
                f"`inputs`, `targets` and `weights` must hold the same number of examples, at least one; "
                f"got {', '.join(str(*length) or 'no array' for length in sorted(lengths))}."
            )
        (self.examples,) = lengths.pop()
        self.batch_size = positive_integer("batch_size", batch_size)
        self.shuffle = shuffle
        self.seed = seed
        self.epoch = 0

    @property
    def epoch(self) -> int:
        return self._epoch

    @epoch.setter
    def epoch(self, value: int) -> None:
        self._epoch = value
        self._order = np.arange(self.examples)
        if self.shuffle:
            np.random.default_rng([self.seed, value]).shuffle(self._order)

    def __len__(self) -> int:
        return -(-self.examples // self.batch_size)

    def __getitem__(self, index: int) -> Any:
        rows = self._order[index * self.batch_size : (index + 1) * self.batch_size]
        return keras.tree.map_structure(lambda array: array[rows], self.parts)

    def on_epoch_end(self) -> None:
        self.epoch += 1
