"""Arrays as shuffled batches whose order depends on seed and epoch alone."""

from typing import Any

import keras
import numpy as np

from rnn_zoo.checks import positive_integer


class ArrayBatches(keras.utils.PyDataset):
    """Batches of arrays; epoch e of one seed always comes in the same order, so that a resumed run sees the same data.

    Args:
        inputs: <any>[examples, ...], or a dict or tuple of such arrays.
        targets: <any>[examples, ...], or a dict or tuple of such arrays.
        weights: <float>[examples], the weight of each example in the loss; None (default): all 1.
        batch_size: int > 0, examples a batch. Default 32; the last batch holds what is left.
        shuffle: bool, another order in every epoch. Default True.
        seed: int, of the order. Default 0.
    Attributes:
        epoch: int, the epoch whose order is given; `on_epoch_end` advances it.
    Raises:
        ValueError: the arrays differ in their number of examples, there is none, or `batch_size` is not positive.
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
        lengths = {array.shape[:1] for array in keras.tree.flatten(self.parts)}  # () of what is no array
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
    def epoch(self) -> Any:
        return self._epoch

    @epoch.setter
    def epoch(self, value: Any) -> None:
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
