"""Batches of token ids, bucketed by length, in an order that a resumed run can repeat."""

import itertools

import keras
import numpy as np

from rnn_zoo.checks import positive_integer


class Batches(keras.utils.PyDataset):
    """Token ids in batches padded on the right, texts of like length together.

    A batch is as long as the smallest boundary that holds its longest text, so that there are few shapes; no batch is
    padded to more than twice what its shortest text needs. The order is a function of `seed` and `epoch` alone:
    setting `epoch` gives the batches which that epoch had, or will have, in an uninterrupted run. Pass
    `shuffle=False` to `model.fit`, or Keras shuffles the batches a second time, by a generator of its own.

    Args:
        tokens: TokenIds.
        labels: [texts], or None: then the batches hold ids alone.
        batch_size: int > 0, texts a batch; the last of a length may hold fewer.
        max_length: int > 0, tokens; longer texts lose their end. None cuts nothing.
        shuffle: whether each epoch has an order of its own. False: the same order each time, and `restore` works.
        seed: int >= 0.
        boundaries: the padded lengths, in tokens, ascending. None: 8, 12, 16, 24, 32, 48, ... A text above the last is
            padded to nothing but its own length.
    Returns (of `batches[i]`):
        (<int32>[batch, time], [batch]) or (<int32>[batch, time],), time >= 1 even where every text is empty.
    Raises:
        ValueError: an argument of the wrong kind, labels that are not one a text, or no text at all.

    Attributes:
        epoch: int >= 0, settable; counts up by one at `on_epoch_end`, which Keras calls before the first epoch too.
            So a run that must be repeatable sets it at the start of each epoch, in a callback's `on_epoch_begin`.
        order: <int64>[texts], `order[j]` is the place among the texts of row j of the batches.
    """

    def __init__(self, tokens, labels=None, batch_size=32, *, max_length=None, shuffle=False, seed=0, boundaries=None):
        super().__init__()
        self.tokens = tokens
        self.labels = None if labels is None else np.asarray(labels)
        self.batch_size = positive_integer("batch_size", batch_size)
        self.shuffle = shuffle
        self.seed = seed
        if self.labels is not None and len(self.labels) != len(tokens):
            raise ValueError(f"`labels` must hold one for each of {len(tokens)} texts, got {len(self.labels)}.")
        if len(tokens) == 0:
            raise ValueError("`tokens` must hold one text at least, got none.")
        if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
            raise ValueError(f"`seed` must be an integer >= 0, got {seed!r}.")
        lengths = np.maximum(tokens.lengths, 1)
        self.max_length = None if max_length is None else positive_integer("max_length", max_length)
        longest = np.inf if max_length is None else max_length
        lengths = np.minimum(lengths, longest).astype("int64")
        boundaries = _default_boundaries(lengths.max()) if boundaries is None else _checked(boundaries)
        bucket = np.searchsorted(boundaries, lengths)
        self._padded = np.where(bucket < len(boundaries), np.append(boundaries, 0)[bucket], lengths)
        self._padded = np.minimum(self._padded, longest).astype("int64")
        # Sorted, the padded lengths are the same in every epoch; so the cuts and the number of batches are too.
        self._cuts = _cut(np.sort(self._padded), self.batch_size)
        self.epoch = 0

    @property
    def epoch(self):
        return self._epoch

    @epoch.setter
    def epoch(self, epoch):
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

    def on_epoch_end(self):
        self.epoch += 1

    @property
    def num_batches(self):
        return len(self._cuts)

    def __len__(self):
        return len(self._cuts)

    def __getitem__(self, index):
        rows = self._rows[index]
        ids = np.zeros((len(rows), self._padded[rows].max()), "int32")
        for row, text in enumerate(rows):
            tokens = self.tokens[text][: self.max_length]
            ids[row, : len(tokens)] = tokens
        return (ids,) if self.labels is None else (ids, self.labels[rows])

    def restore(self, predictions):
        """Puts predictions in the order of the texts: [texts, ...] as `model.predict` gives them -> [texts, ...].

        Raises:
            ValueError: `shuffle` is True, so that the order has changed since, or not one prediction a text.
        """
        if self.shuffle:
            raise ValueError("`restore` needs batches made with `shuffle=False`; these have a new order each epoch.")
        predictions = np.asarray(predictions)
        if len(predictions) != len(self.order):
            raise ValueError(
                f"`predictions` must hold one for each of {len(self.order)} texts, got {len(predictions)}."
            )
        restored = np.empty_like(predictions)
        restored[self.order] = predictions
        return restored


def _default_boundaries(longest):
    # Steps of 1.5 and 1.33 in turn: at most a third of a batch is padding, and 512 tokens make 13 shapes.
    steps = (power * half // 2 for power in (2**exponent for exponent in itertools.count(3)) for half in (2, 3))
    boundaries = []
    while not boundaries or boundaries[-1] < longest:
        boundaries.append(next(steps))
    return np.array(boundaries)


def _checked(boundaries):
    values = np.asarray(boundaries)
    rising = (
        values.ndim == 1 and values.size and values.dtype.kind in "iu" and values[0] > 0 and (np.diff(values) > 0).all()
    )
    if not rising:
        raise ValueError(f"`boundaries` must be positive integers in ascending order, got {boundaries!r}.")
    return values


def _cut(padded, batch_size):
    """Ascending padded lengths to (start, stop) pairs."""
    cuts = []
    start = 0
    while start < len(padded):
        stop = min(start + batch_size, len(padded))
        stop = start + int(np.searchsorted(padded[start:stop], 2 * padded[start], side="right"))
        cuts.append((start, stop))
        start = stop
    return cuts


def vary_first_two(rows, padded):
    """Swaps batches, lists of rows, so that the first two differ in their longest row, where any two do.

    Keras takes the time axis to be constant where the first two batches of a PyDataset agree on it, and then fails at
    the first batch of another length.
    """
    time = [padded[batch].max() for batch in rows]
    other = next((index for index in range(1, len(rows)) if time[index] != time[0]), None)
    if other is not None:
        rows[1], rows[other] = rows[other], rows[1]
