"""Streams of one long text, read side by side, for language models that carry their states over."""

import keras
import numpy as np

from rnn_zoo.checks import positive_integer


class Streams(keras.utils.PyDataset):
    """One long sequence of ids cut in equal rows, read side by side, a piece of `length` ids a batch.

    Each batch goes on where the one before ended; the first of an epoch begins anew. With a seed every epoch begins up
    to a piece later, at a place that is a function of `seed` and `epoch` alone: the pieces are cut elsewhere, and a
    resumed run sees what it would have seen. All batches have one shape then; without a seed the first may be shorter,
    and nothing is left over but what does not fill the rows.

    Args:
        ids: <int>[tokens]; the first is read and never foretold.
        rows: int > 0, rows of a batch.
        length: int > 0, ids of a piece.
        seed: int >= 0, or None: every epoch alike.
    Returns (of `streams[i]`):
        ((<int32>[rows, length], <int32>[rows, length], <float32>[rows, 1]), <float32>[rows, length]): what
        `StreamNats` reads, and a target of zeros, as its output is the loss.
    Raises:
        ValueError: `ids` are too few for one piece in every row.

    Attributes:
        epoch: int >= 0, settable; counts up at `on_epoch_end`.
    """

    def __init__(self, ids, rows, length, *, seed=None):
        super().__init__()
        self.length, self.seed, self.epoch = positive_integer("length", length), seed, 0
        width = (len(ids) - 1) // positive_integer("rows", rows)
        needed = length if seed is None else 2 * length - 1
        if width < (1 if seed is None else needed):
            raise ValueError(
                f"`ids` must hold {rows * needed + 1} at least for {rows} rows of {length}, got {len(ids)}; give a "
                "longer text, or fewer or shorter rows."
            )
        cut = np.arange(rows)[:, None] * width + np.arange(width + 1)
        self._rows = np.asarray(ids, "int32")[cut]

    def on_epoch_end(self):
        self.epoch += 1

    @property
    def num_batches(self):
        width = self._rows.shape[1] - 1
        return -(-width // self.length) if self.seed is None else (width - self.length + 1) // self.length

    def __len__(self):
        return self.num_batches

    def __getitem__(self, index):
        if self.seed is None:
            # The shorter piece comes first: Keras takes the time axis to be constant where the first two batches agree.
            end = self._rows.shape[1] - 1 - (len(self) - 1 - index) * self.length
            start = max(0, end - self.length)
        else:
            start = np.random.default_rng([self.seed, self.epoch]).integers(self.length) + index * self.length
            end = start + self.length
        previous, following = self._rows[:, start:end], self._rows[:, start + 1 : end + 1]
        goes_on = np.full((len(previous), 1), float(index > 0), "float32")
        return (previous, following, goes_on), np.zeros(following.shape, "float32")
