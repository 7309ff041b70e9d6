"""The order test: a bag of words ties on every pair, a reader of order does not."""

import re

import numpy as np
import pytest

from rnn_zoo.evaluation.order import ORDER_PAIRS, OrderPair, order_test


def words(text):
    return re.findall(r"\w+(?:'\w+)*|[^\w\s]", text)


def bag_of_words(texts):
    """A linear bag of words with arbitrary weights; sorted, so that rounding cannot depend on order."""
    score = [sum(sorted(len(word) * 0.37 - ord(word[0]) % 7 for word in words(text))) / 20 for text in texts]
    score = 1 / (1 + np.exp(-np.array(score)))
    return np.stack([1 - score, score], axis=1)


def last_word_wins(texts):
    """Reads order in the crudest way: the answer depends on the last word."""
    score = np.array([0.9 if len(words(text)[-1]) % 2 else 0.2 for text in texts])
    return np.stack([1 - score, score], axis=1)


def test_there_are_at_least_twenty_pairs_some_with_a_sentiment_and_the_promised_ones():
    assert len(ORDER_PAIRS) >= 20
    assert sum(pair.sentiment for pair in ORDER_PAIRS) >= 15
    texts = {(pair.first, pair.second) for pair in ORDER_PAIRS}
    assert ("dog bites man", "man bites dog") in texts
    assert ("good, not bad", "bad, not good") in texts
    assert len(texts) == len(ORDER_PAIRS)


@pytest.mark.parametrize("pair", ORDER_PAIRS, ids=lambda pair: pair.first)
def test_pairs_are_exact_permutations_of_words_marks_and_letters(pair):
    assert pair.first != pair.second
    assert sorted(words(pair.first)) == sorted(words(pair.second))
    assert sorted(pair.first.split()) == sorted(pair.second.split()) or "," in pair.first
    assert sorted(pair.first) == sorted(pair.second)
    assert pair.first == pair.first.lower()


def test_a_bag_of_words_ties_on_every_pair():
    result = order_test(bag_of_words, positive=1)
    assert result["different"] == 0 and result["largest_difference"] == 0
    assert result["tied"] == 1 and result["ordered_right"] == result["ordered_wrong"] == result["both_right"] == 0


def test_a_reader_of_order_is_counted():
    pairs = [
        OrderPair("bad good", "good bad"),
        OrderPair("bad odd", "odd bad"),
        OrderPair("a bb", "bb a", sentiment=False),
    ]
    answers = {"bad good": 0.8, "good bad": 0.3, "bad odd": 0.4, "odd bad": 0.6, "a bb": 0.5, "bb a": 0.5}

    def predict(texts):
        score = np.array([answers[text] for text in texts])
        return np.stack([1 - score, score], axis=1)

    result = order_test(predict, pairs, positive=1)
    assert result["pairs"] == 3 and result["sentiment_pairs"] == 2
    assert result["different"] == pytest.approx(2 / 3)
    assert result["largest_difference"] == pytest.approx(0.5)
    assert (result["ordered_right"], result["ordered_wrong"], result["tied"]) == (0.5, 0.5, 0)
    assert result["both_right"] == 0.5
    assert result["details"][0] == {
        "first": "bad good",
        "second": "good bad",
        "sentiment": True,
        "difference": pytest.approx(0.5),
        "positive_first": 0.8,
        "positive_second": 0.3,
    }
    mirrored = order_test(predict, pairs, positive=0)
    assert mirrored["ordered_right"] == 0.5 and mirrored["details"][0]["positive_first"] == pytest.approx(0.2)


def test_without_a_positive_class_only_the_difference_is_reported():
    result = order_test(last_word_wins)
    assert result["different"] > 0 and "ordered_right" not in result


def test_a_difference_below_the_tolerance_is_a_tie():
    def trembling(texts):
        score = 0.5 + 1e-6 * np.arange(len(texts)) / len(texts)
        return np.stack([1 - score, score], axis=1)

    assert order_test(trembling, positive=1)["tied"] == 1
    assert order_test(trembling, positive=1, tolerance=1e-9)["different"] == 1


def test_the_classifier_is_called_once():
    calls = []

    def predict(texts):
        calls.append(len(texts))
        return bag_of_words(texts)

    order_test(predict)
    assert calls == [2 * len(ORDER_PAIRS)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"pairs": [OrderPair("a b", "a c")]}, "`pairs` must hold the same words in two orders, got 'a b' and 'a c'"),
        ({"pairs": []}, "`pairs` must hold at least one"),
        ({"positive": 2}, r"`positive` must be a class index in 0\.\.1, got 2"),
        ({"tolerance": 0.0}, "`tolerance` must be a positive number, got 0.0"),
    ],
)
def test_bad_arguments_are_named_with_their_value(arguments, words):
    with pytest.raises(ValueError, match=words):
        order_test(bag_of_words, **arguments)


def test_an_answer_of_the_wrong_shape_is_named():
    with pytest.raises(ValueError, match="`predict` must return shape"):
        order_test(lambda texts: np.zeros(len(texts)))
