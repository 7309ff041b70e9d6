"""Windows: pieces of one long text, for next-symbol prediction."""

import keras
import numpy as np

from rnn_zoo.checks import positive_integer
from rnn_zoo.types import Tensor


class Windows(keras.utils.PyDataset):
    """Windows of equal length of one long sequence of ids, each with the next id of every step as target.

    Each epoch has its own offset and order, both functions of `seed` and `epoch` alone, so that a resumed run sees the
    same windows. All batches have one shape; ids that an epoch leaves out are in other epochs.

    Args:
        ids: <int>[tokens].
        length: ids of a window, > 0.
        batch_size: windows per batch, > 0.
        shuffle: False: the same windows in text order, leaving out less than a window.
        seed: seed of offset and order, >= 0.
    Returns (of `windows[i]`):
        (<int32>[batch, length], <int32>[batch, length]): inputs and next ids.
    Raises:
        ValueError: too few `ids` for one window.

    Attributes:
        epoch: int >= 0, settable; increases at `on_epoch_end`.
    """

    def __init__(self, ids: Tensor, length: int, batch_size: int = 32, *, shuffle: bool = False, seed: int = 0) -> None:
        super().__init__()
        self.ids = np.asarray(ids, "int32")
        self.length = positive_integer("length", length)
        self.batch_size = positive_integer("batch_size", batch_size)
        self.shuffle, self.seed = shuffle, seed
        # A shuffled epoch starts up to a window later; leaving out one window gives every epoch as many batches.
        self._count = (len(self.ids) - 1) // self.length - (1 if shuffle else 0)
        self._count -= self._count % self.batch_size if shuffle and self._count >= self.batch_size else 0
        if self._count < 1:
            raise ValueError(
                f"`ids` must hold at least {(2 if shuffle else 1) * self.length + 1} for windows of {self.length}, got "
                f"{len(self.ids)}; give a longer text or a smaller `length`."
            )
        self.epoch = 0

    @property
    def epoch(self) -> int:
        """The current epoch, from 0."""
        return self._epoch

    @epoch.setter
    def epoch(self, epoch: int) -> None:
        self._epoch = epoch
        starts = np.arange((len(self.ids) - 1) // self.length) * self.length
        if self.shuffle:
            generator = np.random.default_rng([self.seed, epoch])
            starts = generator.permutation(starts[:-1]) + generator.integers(self.length)
        self._starts = starts[: self._count]

    def on_epoch_end(self) -> None:
        self.epoch += 1

    @property
    def num_batches(self) -> int:
        """Number of batches of an epoch."""
        return -(-self._count // self.batch_size)

    def __len__(self) -> int:
        return self.num_batches

    def __getitem__(self, index: int) -> tuple:
        starts = self._starts[index * self.batch_size : (index + 1) * self.batch_size]
        rows = self.ids[starts[:, None] + np.arange(self.length + 1)]
        return rows[:, :-1], rows[:, 1:]
