"""Dictionary: word-by-word translation by IBM model 1, the baseline of translation."""

import numpy as np

from rnn_zoo.checks import positive_integer
from rnn_zoo.text import TokenIds


class Dictionary:
    """Word-by-word translation with a dictionary estimated from pairs of sentences: IBM model 1.

        t(f | e) <- expected fraction of e's links that go to f,   p(link f_j - e_i) = t(f_j | e_i) / sum_i t(f_j | e_i)

    Args:
        sources, targets: the training pairs.
        source_size, target_size: numbers of ids.
        rounds: > 0, iterations of expectation maximisation.
    Reference: Brown et al. 1993, "The mathematics of statistical machine translation", section 4.1.
    """

    def __init__(
        self,
        sources: TokenIds,
        targets: TokenIds,
        source_size: int,
        target_size: int,
        rounds: int = 10,
    ) -> None:
        positive_integer("rounds", rounds)
        pairs, places = [], []
        first = 0
        for row in range(len(targets)):
            source, target = sources[row], targets[row]
            pairs.append(np.tile(source, len(target)).astype("int64") * target_size + np.repeat(target, len(source)))
            places.append(np.repeat(np.arange(first, first + len(target)), len(source)))
            first += len(target)
        keys, links = np.unique(np.concatenate(pairs), return_inverse=True)
        words, source_of = np.concatenate(places), keys // target_size
        probability = np.ones(len(keys))
        for _ in range(rounds):
            weight = probability[links]
            weight /= np.bincount(words, weight, minlength=first)[words]
            count = np.bincount(links, weight, minlength=len(keys))
            probability = count / np.bincount(source_of, count, minlength=source_size)[source_of]
        # The most probable target word of each source word is the last of its keys, sorted by probability.
        order = np.lexsort((probability, source_of))
        last = np.append(np.diff(source_of[order]) != 0, True)
        self.words = np.zeros(source_size, "int32")
        self.words[source_of[order][last]] = (keys % target_size)[order][last]

    @property
    def parameters(self) -> int:
        """The number of words that have a translation."""
        return int(np.count_nonzero(self.words))

    def translate(self, ids: np.ndarray) -> np.ndarray:
        """Translates each word, leaving out those without a translation: <int>[time] -> <int32>[at most time]."""
        words = self.words[np.asarray(ids, "int64")]
        return words[words > 0]
