"""Dictionary: the words that go together in pairs of sentences, as the baseline of every translator."""

import numpy as np

from rnn_zoo.checks import positive_integer


class Dictionary:
    """Translation word by word, by a dictionary made from pairs of sentences: IBM model 1.

        t(f | e) <- expected share of e's links that go to f,    link f_j - e_i with t(f_j | e_i) / sum_i t(f_j | e_i)

    Args:
        sources, targets: TokenIds of the training pairs.
        source_size, target_size: int, the numbers of ids.
        rounds: int > 0, of expectation maximisation. Default 10.
    Reference: Brown et al. 1993, "The mathematics of statistical machine translation", section 4.1.
    """

    def __init__(self, sources, targets, source_size, target_size, rounds=10):
        positive_integer("rounds", rounds)
        pairs, words = [], []
        first = 0
        for source, target in zip(sources, targets, strict=True):
            count = len(source)
            pairs.append(np.tile(source, len(target)).astype("int64") * target_size + np.repeat(target, count))
            words.append(np.repeat(np.arange(first, first + len(target)), count))
            first += len(target)
        pairs, words = np.concatenate(pairs), np.concatenate(words)
        keys, links = np.unique(pairs, return_inverse=True)
        source_of = keys // target_size
        chance = np.ones(len(keys))
        for _ in range(rounds):
            weight = chance[links]
            weight /= np.bincount(words, weight, minlength=first)[words]
            count = np.bincount(links, weight, minlength=len(keys))
            chance = count / np.bincount(source_of, count, minlength=source_size)[source_of]
        # Of each source word, the most probable target word: the last of its keys in the order of their chance.
        order = np.lexsort((chance, source_of))
        last = np.append(np.diff(source_of[order]) != 0, True)
        self.words = np.zeros(source_size, "int32")
        self.words[source_of[order][last]] = (keys % target_size)[order][last]

    @property
    def parameters(self):
        """int, the number of words that have a translation."""
        return int(np.count_nonzero(self.words))

    def translate(self, ids):
        """The translation of each word in turn, those that have none left out: <int>[time] -> <int32>[time]."""
        words = self.words[np.asarray(ids, "int64")]
        return words[words > 0]
