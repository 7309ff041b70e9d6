"""Batches of windows, in an order that a resumed run can repeat."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from rnn_zoo.checks import positive_integer
from rnn_zoo.series.windows import Windows
from rnn_zoo.types import Tensor

_LARGEST_SEED = 2**31 - 1


class WindowBatches(keras.utils.PyDataset):
    """Batches of (past, future) or, with known values, ((past, known), future).

    Args:
        windows: the windows of a series.
        starts: <int>[windows], the first step ahead of each window.
        batch_size: windows per batch, > 0; the last batch may hold fewer.
        with_known: whether the inputs include the known values of the steps ahead.
        shuffle: whether each epoch has an order of its own.
        seed: seed of the order, >= 0.
    Attributes:
        epoch: settable; the order of the windows is a function of `seed` and `epoch` alone. `on_epoch_end` adds 1.
    """

    def __init__(
        self,
        windows: Windows,
        starts: Tensor,
        batch_size: int = 32,
        *,
        with_known: bool = False,
        shuffle: bool = False,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.windows = windows
        self.starts = np.asarray(starts)
        self.batch_size = positive_integer("batch_size", batch_size)
        self.with_known = with_known
        self.shuffle = shuffle
        self.seed = seed
        self._generator = _shuffled_rows(len(self.starts), seed)
        self._orders: list[Tensor] = []  # by epoch
        self.epoch = 0

    @property
    def epoch(self) -> int:
        return self._epoch

    @epoch.setter
    def epoch(self, value: int) -> None:
        self._epoch = value
        while self.shuffle and len(self._orders) <= value:
            self._orders.append(next(self._generator))

    def __len__(self) -> int:
        return -(-len(self.starts) // self.batch_size)

    def __getitem__(self, index: int) -> Any:
        rows = slice(index * self.batch_size, (index + 1) * self.batch_size)
        starts = self.starts[self._orders[self.epoch][rows] if self.shuffle else rows]
        past = self.windows.past(starts)
        inputs = (past, self.windows.ahead(starts)) if self.with_known else past
        return inputs, self.windows.future(starts)

    def on_epoch_end(self) -> None:
        self.epoch += 1


def _shuffled_rows(count: int, seed: int) -> Iterator[Tensor]:
    """Yields <int64>[count] for each epoch: the k-th order is that of the k-th iteration of `tf.data.Dataset.shuffle`
    with a buffer of all rows, after `tf.random.set_seed(seed)`. The raw operation takes both seeds as arguments, so
    that the global seed of the process has no influence.
    """
    import tensorflow as tf

    first = seed % _LARGEST_SEED
    seeds = {"seed": first, "seed2": first or _LARGEST_SEED}  # (0, 0) would be a random seed
    # The resource lives as long as its deleter, the second output.
    generator, _deleter = tf.raw_ops.AnonymousSeedGenerator(**seeds, reshuffle=True)
    shuffled = tf.raw_ops.ShuffleDatasetV3(
        input_dataset=tf.data.experimental.to_variant(tf.data.Dataset.range(count)),
        buffer_size=count,
        **seeds,
        seed_generator=generator,
        output_types=[tf.int64],
        output_shapes=[()],
        reshuffle_each_iteration=True,
    )
    rows = tf.data.experimental.from_variant(shuffled, tf.TensorSpec((), tf.int64)).batch(count)
    while True:
        yield next(iter(rows)).numpy()
