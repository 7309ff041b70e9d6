"""NGramModel: smoothed n-gram counts, the baseline of language models."""

from collections.abc import Iterable

import numpy as np

from rnn_zoo.checks import positive_integer
from rnn_zoo.generation.report import timed


class NGramModel:
    """Interpolated Kneser-Ney smoothing of n-gram counts.

        p(w | h) = max(c(h w) - d, 0) / c(h) + d n(h) / c(h) p(w | h')

    where h' is h without its first symbol and n(h) the number of different symbols that follow h. At the highest order
    c counts occurrences, at lower orders the different symbols that precede. The discount of each order is
    d = (n_1 + 1) / (n_1 + 2 n_2 + 2), of the n-grams that occur once and twice, and never 0. Below the unigrams all
    symbols are equally probable.

    Args:
        ids: <int>[tokens], the training text.
        order: > 0, n.
        vocabulary_size: number of ids.
    Raises:
        ValueError: `vocabulary_size ** order` does not fit into 63 bits.
    Reference: Kneser and Ney 1995; Chen and Goodman 1999, equation 18.
    """

    def __init__(self, ids: np.ndarray, order: int, vocabulary_size: int) -> None:
        self.order, self.size = positive_integer("order", order), positive_integer("vocabulary_size", vocabulary_size)
        if self.size**self.order >= 2**63:
            raise ValueError(f"`order` must be lower for {vocabulary_size} symbols, got {order}.")
        self.levels = []
        grams, counts = np.unique(self._grams(np.asarray(ids), self.order), return_counts=True)
        for length in range(self.order, 0, -1):
            if length < self.order:  # how many symbols precede each
                grams, counts = np.unique(grams % self.size**length, return_counts=True)
            once, twice = (np.count_nonzero(counts == times) for times in (1, 2))
            discount = (once + 1) / (once + 2 * twice + 2)
            contexts, start = np.unique(grams // self.size, return_index=True)
            totals = np.add.reduceat(counts, start)
            followers = np.diff(np.append(start, len(grams)))
            self.levels.append((length, grams, counts, discount, contexts, totals, followers))

    @property
    def parameters(self) -> int:
        """The number of n-grams counted."""
        return sum(len(grams) for _, grams, *_ in self.levels)

    def log_probabilities(self, ids: np.ndarray) -> np.ndarray:
        """Log-probability (nats) of each symbol after the first, given up to n - 1 before it.

        Args:
            ids: <int>[tokens].
        Returns:
            <float64>[tokens - 1].
        """
        ids = np.asarray(ids)
        result = np.full(len(ids), 1 / self.size)
        for length, grams, counts, discount, contexts, totals, followers in reversed(self.levels):
            whole = self._grams(ids, length)
            count = _look_up(grams, counts, whole)
            total, follower = (_look_up(contexts, values, whole // self.size) for values in (totals, followers))
            known = total > 0
            shorter = result[length - 1 :]
            smoothed = (np.maximum(count - discount, 0) + discount * follower * shorter) / np.maximum(total, 1)
            result[length - 1 :] = np.where(known, smoothed, shorter)
        return np.log(result[1:])

    def _grams(self, ids, length):
        """The number of each run of `length` symbols: <int64>[tokens - length + 1]."""
        count = max(len(ids) - length + 1, 0)
        grams = np.zeros(count, "int64")
        for place in range(length):
            grams = grams * self.size + ids[place : place + count]
        return grams


def _look_up(keys, values, wanted):
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[places] == wanted, values[places], 0)


def ngram_models(ids: np.ndarray, orders: Iterable[int], vocabulary_size: int) -> dict[int, tuple[NGramModel, float]]:
    """order -> (the n-gram model, the seconds that counting takes)."""
    return {order: timed(NGramModel, ids, order, vocabulary_size) for order in orders}
