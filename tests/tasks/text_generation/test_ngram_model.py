import itertools
from collections import Counter

import numpy as np
import pytest

from rnn_zoo.tasks.text_generation.baselines import NGramModel

IDS = np.random.default_rng(0).integers(0, 4, 60)


def by_hand(ids, order, size):
    """p(symbol | context) by the equation of the docstring, in dictionaries."""
    counts = {order: Counter(tuple(ids[n : n + order]) for n in range(len(ids) - order + 1))}
    for length in range(order - 1, 0, -1):
        counts[length] = Counter(gram[1:] for gram in counts[length + 1])
    discounts = {}
    for length, grams in counts.items():
        once, twice = (sum(count == times for count in grams.values()) for times in (1, 2))
        discounts[length] = (once + 1) / (once + 2 * twice + 2)

    def probability(context, symbol):
        shorter = probability(context[1:], symbol) if context else 1 / size
        grams, d = counts[len(context) + 1], discounts[len(context) + 1]
        followers = {gram: count for gram, count in grams.items() if gram[:-1] == context}
        if not followers:
            return shorter
        total = sum(followers.values())
        return (max(grams[(*context, symbol)] - d, 0) + d * len(followers) * shorter) / total

    return probability


@pytest.mark.parametrize("order", [1, 2, 3])
def test_it_follows_its_equation(order):
    model, probability = NGramModel(IDS, order, 5), by_hand(IDS.tolist(), order, 5)
    other = np.array([3, 0, 1, 1, 4, 2, 0])  # 4 was never read
    expected = [np.log(probability(tuple(other[max(0, n - order + 1) : n]), other[n])) for n in range(1, len(other))]
    np.testing.assert_allclose(model.log_probabilities(other), expected, atol=1e-9)


def test_it_is_a_distribution():
    model = NGramModel(IDS, 3, 5)
    for context in itertools.product(range(5), repeat=2):
        total = sum(np.exp(model.log_probabilities([*context, symbol])[-1]) for symbol in range(5))
        assert total == pytest.approx(1)


def test_it_reads_order():
    repeated = np.tile([0, 1, 2], 30)
    assert NGramModel(repeated, 2, 3).log_probabilities(repeated).mean() > np.log(0.9)
    assert NGramModel(repeated, 1, 3).log_probabilities(repeated).mean() == pytest.approx(-np.log(3))
    with pytest.raises(ValueError, match="`order` must be lower for 10000 symbols, got 5"):
        NGramModel(IDS, 5, 10_000)
