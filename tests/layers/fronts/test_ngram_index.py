import collections

import numpy as np
import pytest
from helpers import assert_config_round_trip, examples, one_backend
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from rnn_zoo.layers.fronts.ngram_index import NGramIndex
from rnn_zoo.text import TokenIds

VOCABULARY = 5
TEXTS = st.lists(st.lists(st.integers(1, VOCABULARY - 1), max_size=7), min_size=1, max_size=8)


def padded(texts, time=8):
    ids = np.zeros((len(texts), time), "int32")
    for row, text in enumerate(texts):
        ids[row, : len(text)] = text
    return ids


def call(index, ids):
    return [ops.convert_to_numpy(numbers) for numbers in index(np.array(ids, "int32"))]


def expected(texts, sizes, min_count):
    """For each order a dictionary, n-gram -> id, from counts of texts."""
    numbers = {(token,): token for token in range(1, VOCABULARY)}
    orders = []
    for order, size in enumerate(sizes, start=2):
        counts = collections.Counter(gram for text in texts for gram in set(n_grams(text, order)))
        # The key of an n-gram contains the id of its first tokens; if these are unknown it has no key.
        keys = {gram: (numbers[gram[:-1]], gram[-1]) for gram in counts if gram[:-1] in numbers}
        frequent = sorted(keys, key=lambda gram: (-counts[gram], keys[gram]))[:size]
        kept = sorted((gram for gram in frequent if counts[gram] >= min_count), key=keys.get)
        numbers = {gram: number for number, gram in enumerate(kept, start=1)}
        orders.append(numbers)
    return orders


def n_grams(text, order):
    return [tuple(text[end - order : end]) for end in range(order, len(text) + 1)]


def number_of_each(texts, orders):
    """Ids of the n-grams that end at each token of the concatenated texts; one list per order."""
    return [
        [numbers.get(tuple(text[: end + 1][-order:]) if end + 1 >= order else (), 0) for text in texts
         for end in range(len(text))]
        for order, numbers in enumerate(orders, start=2)
    ]  # fmt: skip


@one_backend
@given(texts=TEXTS, others=TEXTS, sizes=st.lists(st.integers(1, 6), max_size=3), min_count=st.integers(1, 3))
@settings(max_examples=examples(40))
def test_equals_dictionaries_of_n_grams(texts, others, sizes, min_count):
    index = NGramIndex(VOCABULARY, sizes, min_count)
    index.adapt(texts)
    orders = expected(texts, sizes, min_count)
    for read in (texts, others):
        wanted = number_of_each(read, orders)
        assert [numbers.tolist() for numbers in index.number(read)] == wanted
        ids = padded(read)
        found = call(index, ids)
        assert [numbers[ids > 0].tolist() for numbers in found] == wanted
        assert not any(numbers[ids == 0].any() for numbers in found)


def test_texts_are_counted_and_not_occurrences():
    index = NGramIndex(VOCABULARY, [1], min_count=2)
    index.adapt([[1, 2, 1, 2, 1, 2], [3, 4], [3, 4]])
    assert index.number([[1, 2, 3, 4]])[0].tolist() == [0, 0, 0, 1]


def test_no_n_gram_spans_two_texts():
    index = NGramIndex(VOCABULARY, [9], min_count=1)
    index.adapt([[1], [2], [], [1], [2]])
    assert not index.number([[1, 2]])[0].any()
    assert not call(index, [[1, 2]])[0].any()


def test_every_n_gram_is_unknown_before_adapt():
    index = NGramIndex(VOCABULARY, [3, 3])
    first, second = call(index, [[1, 2, 3, 0]])
    assert first.tolist() == second.tolist() == [[0, 0, 0, 0]]
    assert first.dtype == "int32"


@pytest.mark.parametrize("texts", [[], [[]], [[], []]])
def test_adapt_to_empty_texts(texts):
    index = NGramIndex(VOCABULARY, [3, 3], min_count=1)
    index.adapt(texts)
    assert not any(numbers.any() for numbers in call(index, [[1, 2, 3]]))


def test_adapting_again_starts_over():
    index = NGramIndex(VOCABULARY, [3], min_count=1)
    index.adapt([[1, 2]])
    index.adapt([[3, 4]])
    assert index.number([[1, 2, 3, 4]])[0].tolist() == [0, 0, 0, 1]


def test_token_ids_are_accepted_as_texts():
    texts = [[1, 2, 3], [], [1, 2]]
    one, other = NGramIndex(VOCABULARY, [3], 1), NGramIndex(VOCABULARY, [3], 1)
    one.adapt(texts)
    other.adapt(TokenIds([1, 2, 3, 1, 2], [0, 3, 3, 5]))
    assert one.number(texts)[0].tolist() == other.number(texts)[0].tolist() == [0, 1, 2, 0, 1]


def test_the_largest_tables_stay_within_32_bits():
    largest = 46_340
    index = NGramIndex(largest, [2, 2], min_count=1)
    last = largest - 1
    index.adapt([[last, last, last]])
    assert [numbers.tolist() for numbers in call(index, [[last, last, last, 0]])] == [[[0, 1, 1, 0]], [[0, 0, 1, 0]]]


def test_configuration_is_complete():
    assert_config_round_trip(NGramIndex, {"vocabulary_size": 7, "sizes": (3, 2), "min_count": 2})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"vocabulary_size": 0}, "`vocabulary_size` must be a positive integer, got 0"),
        ({"vocabulary_size": 46_341}, "`vocabulary_size` must be at most 46340, got 46341"),
        ({"sizes": 9}, "`sizes` must be a list.*got 9"),
        ({"sizes": [3, 0]}, "`sizes` must be a positive integer, got 0"),
        ({"vocabulary_size": 40_000, "sizes": [60_000, 9]}, "`sizes` must be at most 53686, except for the last"),
        ({"min_count": 0}, "`min_count` must be a positive integer, got 0"),
    ],
)
def test_errors_name_the_argument(options, message):
    with pytest.raises(ValueError, match=message):
        NGramIndex(**{"vocabulary_size": VOCABULARY, **options})
