"""Batches of pieces of music, padded and transposed."""

from collections.abc import Sequence

import keras
import numpy as np

from rnn_zoo.tasks.music.data import KEYS
from rnn_zoo.types import Tensor

PADDING = -1.0  # the value of all keys at a padded step


class Pieces(keras.utils.PyDataset):
    """Batches of pieces padded to the longest one: ((previous steps, steps), zeros, weight of each step).

    The mean loss that Keras logs includes the padding, whose loss is 0: it is smaller than the loss per step of the
    report.

    Args:
        pieces: arrays <float32>[steps, keys].
        batch_size: > 0, pieces per batch; the last batch is filled up with empty ones.
        transpose: >= 0, the largest number of semitones by which a piece is transposed; random in every epoch.
        seed: of the random order and transpositions, together with `epoch`. None: neither.
    """

    def __init__(
        self, pieces: Sequence[np.ndarray], batch_size: int, *, transpose: int = 0, seed: int | None = None
    ) -> None:
        super().__init__()
        self.pieces, self.batch_size, self.transpose, self.seed = pieces, batch_size, transpose, seed
        self.longest = max(map(len, pieces))
        self.epoch = 0

    @property
    def epoch(self) -> int:
        """The epoch whose order is given; `on_epoch_end` advances it."""
        return self._epoch

    @epoch.setter
    def epoch(self, epoch: int) -> None:
        self._epoch, count = epoch, len(self.pieces)
        self._order, self._semitones = np.arange(count), np.zeros(count, int)
        if self.seed is not None:
            generator = np.random.default_rng([self.seed, epoch])
            self._order = generator.permutation(count)
            self._semitones = generator.integers(-self.transpose, self.transpose + 1, count)

    def on_epoch_end(self) -> None:
        self.epoch += 1

    def __len__(self) -> int:
        return -(-len(self.pieces) // self.batch_size)

    def __getitem__(self, index: int) -> tuple[tuple[Tensor, Tensor], Tensor, Tensor]:
        rows = self._order[index * self.batch_size : (index + 1) * self.batch_size]
        shape = (self.batch_size, self.longest, KEYS)
        previous, targets = np.full(shape, PADDING, "float32"), np.zeros(shape, "float32")
        weights = np.zeros(shape[:2], "float32")
        for place, row in enumerate(rows):
            piece = transposed(self.pieces[row], self._semitones[row])
            previous[place, 0], previous[place, 1 : len(piece)] = 0, piece[:-1]
            targets[place, : len(piece)] = piece
            weights[place, : len(piece)] = 1
        return (previous, targets), np.zeros_like(weights), weights


def transposed(piece: np.ndarray, semitones: int) -> np.ndarray:
    """A piece some semitones higher; unchanged if a key would leave the piano."""
    moved = np.roll(piece, semitones, axis=1)
    wrapped = moved[:, :semitones] if semitones > 0 else moved[:, semitones:] if semitones else moved[:, :0]
    return piece if wrapped.any() else moved
