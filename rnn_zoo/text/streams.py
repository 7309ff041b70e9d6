"""Streams: one long text as parallel streams, for language models that carry their states across batches."""

import keras
import numpy as np

from rnn_zoo.checks import positive_integer
from rnn_zoo.types import Tensor


class Streams(keras.utils.PyDataset):
    """One long sequence of ids, cut into parallel streams (rows) that advance by a chunk of `length` ids per batch.

    Each batch continues where the previous one ended; the first of an epoch starts from initial states. With a seed,
    each epoch starts at an offset below `length` that is a function of `seed` and `epoch` alone: chunks differ from
    epoch to epoch, and a resumed run sees the same ones. All batches then have one shape; without a seed the first may
    be shorter, and only ids that do not fill all rows are left out.

    Args:
        ids: <int>[tokens]; the first is never a target.
        rows: rows of a batch, > 0.
        length: ids of a chunk, > 0.
        seed: seed of the offsets, >= 0; None: every epoch is the same.
    Returns (of `streams[i]`):
        ((<int32>[rows, length], <int32>[rows, length], <float32>[rows, 1]), <float32>[rows, length]): the inputs of
        `StreamLoss`, and a target of zeros, as its output is the loss.
    Raises:
        ValueError: too few `ids` for one chunk in every row.

    Attributes:
        epoch: int >= 0, settable; increases at `on_epoch_end`.
    """

    def __init__(self, ids: Tensor, rows: int, length: int, *, seed: int | None = None) -> None:
        super().__init__()
        self.length, self.seed, self.epoch = positive_integer("length", length), seed, 0
        width = (len(ids) - 1) // positive_integer("rows", rows)
        needed = length if seed is None else 2 * length - 1
        if width < (1 if seed is None else needed):
            raise ValueError(
                f"`ids` must hold at least {rows * needed + 1} for {rows} rows of {length}, got {len(ids)}; give a "
                "longer text, or fewer or shorter rows."
            )
        cut = np.arange(rows)[:, None] * width + np.arange(width + 1)
        self._rows = np.asarray(ids, "int32")[cut]

    def on_epoch_end(self) -> None:
        self.epoch += 1

    @property
    def num_batches(self) -> int:
        """Number of batches of an epoch."""
        width = self._rows.shape[1] - 1
        return -(-width // self.length) if self.seed is None else (width - self.length + 1) // self.length

    def __len__(self) -> int:
        return self.num_batches

    def __getitem__(self, index: int) -> tuple:
        if self.seed is None:
            # The shorter chunk comes first: Keras assumes a constant time axis if the first two batches agree.
            end = self._rows.shape[1] - 1 - (len(self) - 1 - index) * self.length
            start = max(0, end - self.length)
        else:
            start = np.random.default_rng([self.seed, self.epoch]).integers(self.length) + index * self.length
            end = start + self.length
        previous, following = self._rows[:, start:end], self._rows[:, start + 1 : end + 1]
        continues = np.full((len(previous), 1), float(index > 0), "float32")
        return (previous, following, continues), np.zeros(following.shape, "float32")
