"""Batches of sources with the texts to write for them, of few shapes, in an order that a resumed run can repeat."""

import keras
import numpy as np

from rnn_zoo.checks import positive_integer
from rnn_zoo.text.batches import vary_first_two
from rnn_zoo.text.symbols import END, START

# One length for both sides keeps the shapes few: each is compiled.
_BOUNDARIES = (8, 12, 16, 24, 32, 48, 64, 96, 128)


class PairBatches(keras.utils.PyDataset):
    """Sources beside the texts to write, as a network that writes is trained.

    A text y_1 ... y_n is read as [START] y_1 ... y_n and foretold as y_1 ... y_n [END]. Pairs of like length come
    together; the last batch of a length is filled up with empty rows, which count for nothing. The order is a function
    of `seed` and `epoch` alone.

    Args:
        sources: TokenIds, padded on the right in a batch; or <float>[texts, ...], vectors that are given as they are.
        targets: TokenIds.
        batch_size: int > 0, rows of every batch.
        max_length: int > 0, the symbols that a source or a target may have; None: any number.
        cut: bool, cuts what is longer instead of refusing it.
        shuffle: bool, another order in every epoch.
        seed: int >= 0.
        rows: <int>[texts], the row of `sources` for each target, where several describe one; None: each its own.
    Returns (of `batches[i]`):
        ((source, previous <int32>[batch, time]), <int32>[batch, time]), source <int32>[batch, time] or
        <float>[batch, ...].
    Raises:
        ValueError: not one source a target, or one is longer than `max_length` (the first is named).

    Attributes:
        epoch: int >= 0, settable; counts up at `on_epoch_end`.
    """

    def __init__(
        self, sources, targets, batch_size=64, *, max_length=None, cut=False, shuffle=False, seed=0, rows=None
    ):
        super().__init__()
        self.sources, self.targets = sources, targets
        self.rows = np.arange(len(targets)) if rows is None else np.asarray(rows)
        self.batch_size = positive_integer("batch_size", batch_size)
        self.max_length = None if max_length is None else positive_integer("max_length", max_length)
        self.shuffle, self.seed = shuffle, seed
        if len(self.rows) != len(targets) or (rows is None and len(sources) != len(targets)) or not len(targets):
            raise ValueError(
                f"`sources` and `targets` must be as many, one at least, got {len(sources)} and {len(targets)}."
            )
        self.reads_tokens = hasattr(sources, "lengths")
        lengths = {"target": targets.lengths}
        if self.reads_tokens:
            lengths["source"] = sources.lengths[self.rows]
        for name, each in lengths.items():
            if max_length is not None and not cut and each.max() > max_length:
                place = int(np.argmax(each > max_length))
                raise ValueError(
                    f"{name} {place + 1} has {each[place]} symbols, more than `max_length` {max_length}: raise it, "
                    "leave the pair out, or pass `cut=True` to cut what is longer."
                )
        steps = np.max(list(lengths.values()), axis=0) + 1  # the end is a step too
        if max_length is not None:
            steps = np.minimum(steps, max_length + 1)
        boundaries = np.array([*(bound for bound in _BOUNDARIES if bound < steps.max()), steps.max()])
        self._steps = boundaries[np.searchsorted(boundaries, steps)]
        self.epoch = 0

    @property
    def epoch(self):
        return self._epoch

    @epoch.setter
    def epoch(self, epoch):
        self._epoch = epoch
        generator = np.random.default_rng([self.seed, epoch])
        order = generator.permutation(len(self.targets)) if self.shuffle else np.arange(len(self.targets))
        batches = []
        for steps in np.unique(self._steps):
            alike = order[self._steps[order] == steps]
            batches += [alike[start : start + self.batch_size] for start in range(0, len(alike), self.batch_size)]
        if self.shuffle:
            batches = [batches[place] for place in generator.permutation(len(batches))]
        vary_first_two(batches, self._steps)
        self._batches = batches

    def on_epoch_end(self):
        self.epoch += 1

    @property
    def num_batches(self):
        return len(self._batches)

    def __len__(self):
        return len(self._batches)

    def __getitem__(self, index):
        texts = self._batches[index]
        steps = self._steps[texts[0]]
        shape = (self.batch_size, steps)
        previous, targets = np.zeros(shape, "int32"), np.zeros(shape, "int32")
        for row, text in enumerate(texts):
            ids = self.targets[text][: self.max_length]
            previous[row, : len(ids) + 1] = [START, *ids]
            targets[row, : len(ids) + 1] = [*ids, END]
        return (self._source(texts, steps), previous), targets

    def _source(self, texts, steps):
        if not self.reads_tokens:
            source = np.zeros((self.batch_size, *self.sources.shape[1:]), "float32")
            source[: len(texts)] = self.sources[self.rows[texts]]
            return source
        source = np.zeros((self.batch_size, steps), "int32")
        for row, text in enumerate(texts):
            ids = self.sources[self.rows[text]][: self.max_length]
            source[row, : len(ids)] = ids
        return source
