"""Windows of one long text, for models that foretell each next symbol."""

import keras
import numpy as np

from rnn_zoo.checks import positive_integer


class Windows(keras.utils.PyDataset):
    """Pieces of equal length of one long sequence of ids, with the ids that come next.

    Every epoch cuts at other places and in another order, both functions of `seed` and `epoch` alone, so that a resumed
    run sees what it would have seen. All batches have one shape; what is left over is read in other epochs.

    Args:
        ids: <int>[tokens].
        length: int > 0, ids of a window.
        batch_size: int > 0, windows a batch.
        shuffle: bool; False: the same windows in their order, and nothing left over but less than a window.
        seed: int >= 0.
    Returns (of `windows[i]`):
        (<int32>[batch, length], <int32>[batch, length]): what is read, and what comes next.
    Raises:
        ValueError: `ids` are too few for one window.

    Attributes:
        epoch: int >= 0, settable; counts up at `on_epoch_end`.
    """

    def __init__(self, ids, length, batch_size=32, *, shuffle=False, seed=0):
        super().__init__()
        self.ids = np.asarray(ids, "int32")
        self.length = positive_integer("length", length)
        self.batch_size = positive_integer("batch_size", batch_size)
        self.shuffle, self.seed = shuffle, seed
        # A shuffled epoch may start up to a window later; so that each has as many batches, that window never counts.
        self._count = (len(self.ids) - 1) // self.length - (1 if shuffle else 0)
        self._count -= self._count % self.batch_size if shuffle and self._count >= self.batch_size else 0
        if self._count < 1:
            raise ValueError(
                f"`ids` must hold {(2 if shuffle else 1) * self.length + 1} at least for windows of {self.length}, got "
                f"{len(self.ids)}; give a longer text or a smaller `length`."
            )
        self.epoch = 0

    @property
    def epoch(self):
        return self._epoch

    @epoch.setter
    def epoch(self, epoch):
        self._epoch = epoch
        starts = np.arange((len(self.ids) - 1) // self.length) * self.length
        if self.shuffle:
            generator = np.random.default_rng([self.seed, epoch])
            starts = generator.permutation(starts[:-1]) + generator.integers(self.length)
        self._starts = starts[: self._count]

    def on_epoch_end(self):
        self.epoch += 1

    @property
    def num_batches(self):
        return -(-self._count // self.batch_size)

    def __len__(self):
        return self.num_batches

    def __getitem__(self, index):
        starts = self._starts[index * self.batch_size : (index + 1) * self.batch_size]
        rows = self.ids[starts[:, None] + np.arange(self.length + 1)]
        return rows[:, :-1], rows[:, 1:]
