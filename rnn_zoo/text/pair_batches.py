"""PairBatches: sources and target texts for encoder-decoders, in an order that a resumed run can repeat."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from rnn_zoo.checks import positive_integer
from rnn_zoo.text.batches import vary_first_two
from rnn_zoo.text.symbols import END, START
from rnn_zoo.text.token_ids import TokenIds
from rnn_zoo.types import Tensor

# One padded length for both sides keeps the shapes few: each is compiled.
_BOUNDARIES = (8, 12, 16, 24, 32, 48, 64, 96, 128)


class PairBatches(keras.utils.PyDataset):
    """Sources and targets in batches for teacher forcing.

    A target y_1 ... y_n gives the decoder inputs [START] y_1 ... y_n and the labels y_1 ... y_n [END]. Pairs of similar
    length are batched together; the last batch of a length is filled with empty rows, which do not affect the loss. The
    order is a function of `seed` and `epoch` alone.

    Args:
        sources: TokenIds, padded on the right; or <float>[texts, ...], one array per source.
        targets: the target texts.
        batch_size: rows of every batch, > 0.
        max_length: largest number of symbols, > 0, of a source or a target; None: any.
        cut: cuts longer texts instead of refusing them.
        shuffle: a new order in each epoch.
        seed: seed of the order, >= 0.
        rows: <int>[texts], the source of each target, for several targets per source; None: target i has source i.
    Returns (of `batches[i]`):
        ((source, previous <int32>[batch, time]), <int32>[batch, time]), source <int32>[batch, time] or
        <float>[batch, ...].
    Raises:
        ValueError: not one source per target, or a text is longer than `max_length` (the first is named).

    Attributes:
        epoch: int >= 0, settable; increases at `on_epoch_end`.
    """

    def __init__(
        self,
        sources: TokenIds | Tensor,
        targets: TokenIds,
        batch_size: int = 64,
        *,
        max_length: int | None = None,
        cut: bool = False,
        shuffle: bool = False,
        seed: int = 0,
        rows: Sequence[int] | None = None,
    ) -> None:
        super().__init__()
        self.sources: Any = sources
        self.targets = targets
        self.rows = np.arange(len(targets)) if rows is None else np.asarray(rows)
        self.batch_size = positive_integer("batch_size", batch_size)
        self.max_length = None if max_length is None else positive_integer("max_length", max_length)
        self.shuffle, self.seed = shuffle, seed
        if len(self.rows) != len(targets) or (rows is None and len(sources) != len(targets)) or not len(targets):
            raise ValueError(
                f"`sources` and `targets` must be equal in number, at least one, got {len(sources)} and {len(targets)}."
            )
        self._tokens = hasattr(sources, "lengths")
        lengths = {"target": targets.lengths}
        if self._tokens:
            lengths["source"] = sources.lengths[self.rows]
        for name, each in lengths.items():
            if max_length is not None and not cut and each.max() > max_length:
                place = int(np.argmax(each > max_length))
                raise ValueError(
                    f"{name} {place + 1} has {each[place]} symbols, more than `max_length` {max_length}: raise it, "
                    "leave the pair out, or pass `cut=True` to cut longer texts."
                )
        steps = np.max(list(lengths.values()), axis=0) + 1  # [END] is a step too
        if max_length is not None:
            steps = np.minimum(steps, max_length + 1)
        boundaries = np.array([*(length for length in _BOUNDARIES if length < steps.max()), steps.max()])
        self._steps = boundaries[np.searchsorted(boundaries, steps)]
        self.epoch = 0

    @property
    def epoch(self) -> int:
        """The current epoch, from 0."""
        return self._epoch

    @epoch.setter
    def epoch(self, epoch: int) -> None:
        self._epoch = epoch
        generator = np.random.default_rng([self.seed, epoch])
        order = generator.permutation(len(self.targets)) if self.shuffle else np.arange(len(self.targets))
        batches = []
        for steps in np.unique(self._steps):
            equal = order[self._steps[order] == steps]
            batches += [equal[start : start + self.batch_size] for start in range(0, len(equal), self.batch_size)]
        if self.shuffle:
            batches = [batches[index] for index in generator.permutation(len(batches))]
        vary_first_two(batches, self._steps)
        self._batches = batches

    def on_epoch_end(self) -> None:
        self.epoch += 1

    @property
    def num_batches(self) -> int:
        """Number of batches of an epoch."""
        return len(self._batches)

    def __len__(self) -> int:
        return len(self._batches)

    def __getitem__(self, index: int) -> tuple:
        texts = self._batches[index]
        steps = self._steps[texts[0]]
        shape = (self.batch_size, steps)
        previous, targets = np.zeros(shape, "int32"), np.zeros(shape, "int32")
        for row, text in enumerate(texts):
            ids = self.targets[text][: self.max_length]
            previous[row, : len(ids) + 1] = [START, *ids]
            targets[row, : len(ids) + 1] = [*ids, END]
        return (self._source(texts, steps), previous), targets

    def _source(self, texts: np.ndarray, steps: int) -> np.ndarray:
        if not self._tokens:
            source = np.zeros((self.batch_size, *self.sources.shape[1:]), "float32")
            source[: len(texts)] = self.sources[self.rows[texts]]
            return source
        source = np.zeros((self.batch_size, steps), "int32")
        for row, text in enumerate(texts):
            ids = self.sources[self.rows[text]][: self.max_length]
            source[row, : len(ids)] = ids
        return source
