"""Batches: padded token ids, bucketed by length, in an order that a resumed run can repeat."""

import itertools
from collections.abc import Sequence

import keras
import numpy as np

from rnn_zoo.checks import positive_integer
from rnn_zoo.text.token_ids import TokenIds
from rnn_zoo.types import Tensor


class Batches(keras.utils.PyDataset):
    """Token ids in batches padded on the right, texts of similar length together.

    A batch is padded to the smallest boundary that fits its longest text, so that there are few shapes; no batch is
    padded to more than twice the length of its shortest text. The order is a function of `seed` and `epoch` alone:
    setting `epoch` gives the batches of that epoch in an uninterrupted run. Pass `shuffle=False` to `model.fit`, or
    Keras shuffles the batches again with its own generator.

    Args:
        tokens: the texts.
        labels: [texts]; None: the batches hold ids alone.
        batch_size: texts per batch, > 0; the last batch of a length may hold fewer.
        max_length: tokens > 0 after which a text is cut. None cuts nothing.
        shuffle: a new order in each epoch. False: the same order each time, and `restore` works.
        seed: seed of the order, >= 0.
        boundaries: the padded lengths, in tokens, ascending. None: 8, 12, 16, 24, 32, 48, ... A text longer than the
            last is padded to its own length.
    Returns (of `batches[i]`):
        (<int32>[batch, time], [batch]) or (<int32>[batch, time],); time >= 1 even if every text is empty.
    Raises:
        ValueError: an argument of the wrong type, not one label per text, or no text at all.

    Attributes:
        epoch: int >= 0, settable; increases by one at `on_epoch_end`, which Keras calls before the first epoch too.
            So a run that must be repeatable sets it at the start of each epoch, in a callback's `on_epoch_begin`.
        order: <int64>[texts], `order[j]` is the index of the text in row j of the batches.
    """

    def __init__(
        self,
        tokens: TokenIds,
        labels: Tensor | None = None,
        batch_size: int = 32,
        *,
        max_length: int | None = None,
        shuffle: bool = False,
        seed: int = 0,
        boundaries: Sequence[int] | None = None,
    ) -> None:
        super().__init__()
        self.tokens = tokens
        self.labels = None if labels is None else np.asarray(labels)
        self.batch_size = positive_integer("batch_size", batch_size)
        self.shuffle = shuffle
        self.seed = seed
        if self.labels is not None and len(self.labels) != len(tokens):
            raise ValueError(f"`labels` must hold one for each of {len(tokens)} texts, got {len(self.labels)}.")
        if len(tokens) == 0:
            raise ValueError("`tokens` must hold at least one text, got none.")
        if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
            raise ValueError(f"`seed` must be an integer >= 0, got {seed!r}.")
        lengths = np.maximum(tokens.lengths, 1)
        self.max_length = None if max_length is None else positive_integer("max_length", max_length)
        longest = np.inf if max_length is None else max_length
        lengths = np.minimum(lengths, longest).astype("int64")
        limits = _default_boundaries(lengths.max()) if boundaries is None else _checked(boundaries)
        bucket = np.searchsorted(limits, lengths)
        self._padded = np.where(bucket < len(limits), np.append(limits, 0)[bucket], lengths)
        self._padded = np.minimum(self._padded, longest).astype("int64")
        # Sorted, the padded lengths are the same in every epoch; so the cuts and the number of batches are too.
        self._cuts = _cut(np.sort(self._padded), self.batch_size)
        self.epoch = 0

    @property
    def epoch(self) -> int:
        """The current epoch, from 0."""
        return self._epoch

    @epoch.setter
    def epoch(self, epoch: int) -> None:
        self._epoch = epoch
        if self.shuffle:
            generator = np.random.default_rng([self.seed, epoch])
            order = generator.permutation(len(self.tokens))
            batch_order = generator.permutation(len(self._cuts))
        else:
            order = np.arange(len(self.tokens))
            batch_order = np.arange(len(self._cuts))
        order = order[np.argsort(self._padded[order], kind="stable")]
        rows = [order[start:stop] for start, stop in (self._cuts[index] for index in batch_order)]
        vary_first_two(rows, self._padded)
        self._rows = rows
        self.order = np.concatenate(rows)

    def on_epoch_end(self) -> None:
        self.epoch += 1

    @property
    def num_batches(self) -> int:
        """Number of batches of an epoch."""
        return len(self._cuts)

    def __len__(self) -> int:
        return len(self._cuts)

    def __getitem__(self, index: int) -> tuple:
        rows = self._rows[index]
        ids = np.zeros((len(rows), self._padded[rows].max()), "int32")
        for row, text in enumerate(rows):
            tokens = self.tokens[text][: self.max_length]
            ids[row, : len(tokens)] = tokens
        return (ids,) if self.labels is None else (ids, self.labels[rows])

    def restore(self, predictions: Tensor) -> np.ndarray:
        """Puts predictions of `model.predict`, [texts, ...], in the order of the texts.

        Raises:
            ValueError: `shuffle` is True, so that the order has changed, or not one prediction per text.
        """
        if self.shuffle:
            raise ValueError("`restore` needs batches made with `shuffle=False`; here each epoch has a new order.")
        predictions = np.asarray(predictions)
        if len(predictions) != len(self.order):
            raise ValueError(
                f"`predictions` must hold one for each of {len(self.order)} texts, got {len(predictions)}."
            )
        restored = np.empty_like(predictions)
        restored[self.order] = predictions
        return restored


def _default_boundaries(longest: int) -> np.ndarray:
    # Ratios of 1.5 and 1.33 in turn: at most a third of a batch is padding, and 512 tokens make 13 shapes.
    steps = (power * half // 2 for power in (2**exponent for exponent in itertools.count(3)) for half in (2, 3))
    boundaries: list[int] = []
    while not boundaries or boundaries[-1] < longest:
        boundaries.append(next(steps))
    return np.array(boundaries)


def _checked(boundaries: Sequence[int]) -> np.ndarray:
    values = np.asarray(boundaries)
    ascending = (
        values.ndim == 1 and values.size and values.dtype.kind in "iu" and values[0] > 0 and (np.diff(values) > 0).all()
    )
    if not ascending:
        raise ValueError(f"`boundaries` must be positive integers in ascending order, got {boundaries!r}.")
    return values


def _cut(padded: np.ndarray, batch_size: int) -> list[tuple[int, int]]:
    """The batches, (start, stop), of texts with these ascending padded lengths."""
    cuts = []
    start = 0
    while start < len(padded):
        stop = min(start + batch_size, len(padded))
        stop = start + int(np.searchsorted(padded[start:stop], 2 * padded[start], side="right"))
        cuts.append((start, stop))
        start = stop
    return cuts


def vary_first_two(rows: list, padded: np.ndarray) -> None:
    """Swaps batches, lists of rows, so that the first two differ in their longest row, if any two do.

    Keras assumes a constant time axis if the first two batches of a PyDataset agree on it, and then fails at the first
    batch of another length.
    """
    time = [padded[batch].max() for batch in rows]
    other = next((index for index in range(1, len(rows)) if time[index] != time[0]), None)
    if other is not None:
        rows[1], rows[other] = rows[other], rows[1]
