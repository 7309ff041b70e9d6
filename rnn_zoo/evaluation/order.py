"""The order test: pairs of texts with the same words in different orders, which a bag of words cannot distinguish."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_zoo.checks import positive_number
from rnn_zoo.types import Tensor


@dataclass(frozen=True)
class OrderPair:
    """Two texts of exactly the same words.

    Args:
        first: a text; in a sentiment pair the more positive one.
        second: the words of `first` in another order.
        sentiment: whether `first` is clearly more positive than `second`. False: only the difference is tested.
    """

    first: str
    second: str
    sentiment: bool = True


# Lower case and mirrored punctuation: any bag of words gives both texts of a pair the same answer.
ORDER_PAIRS = (
    OrderPair("good, not bad", "bad, not good"),
    OrderPair("the film is not boring but brilliant", "the film is not brilliant but boring"),
    OrderPair("i expected it to be bad but it was good", "i expected it to be good but it was bad"),
    OrderPair("a masterpiece, never a disaster", "a disaster, never a masterpiece"),
    OrderPair("it went from awful to wonderful", "it went from wonderful to awful"),
    OrderPair("exciting rather than dull", "dull rather than exciting"),
    OrderPair("funny instead of stupid", "stupid instead of funny"),
    OrderPair("far from terrible, really enjoyable", "far from enjoyable, really terrible"),
    OrderPair("anything but bad, it is excellent", "anything but excellent, it is bad"),
    OrderPair("i meant to hate it, then came to love it", "i meant to love it, then came to hate it"),
    OrderPair("no flaws, only charm", "no charm, only flaws"),
    OrderPair("nothing disappoints and everything delights", "nothing delights and everything disappoints"),
    OrderPair("it never fails and always entertains", "it never entertains and always fails"),
    OrderPair("see it, do not skip it", "skip it, do not see it"),
    OrderPair("this is not the worst film, it is the best", "this is not the best film, it is the worst"),
    OrderPair("i do like it, i do not want my money back", "i do not like it, i do want my money back"),
    OrderPair("those who call it awful are wrong, it is great", "those who call it great are wrong, it is awful"),
    OrderPair("the film is good and not a waste of my time", "the film is not good and a waste of my time"),
    OrderPair("i was not bored, i was moved", "i was not moved, i was bored"),
    OrderPair("it was dreadful before, now it is delightful", "it was delightful before, now it is dreadful"),
    OrderPair("dog bites man", "man bites dog", sentiment=False),
    OrderPair("the hunter followed the bear", "the bear followed the hunter", sentiment=False),
    OrderPair("the teacher paid the student", "the student paid the teacher", sentiment=False),
    OrderPair("mary gave john a book", "john gave mary a book", sentiment=False),
    OrderPair("she left before he arrived", "he left before she arrived", sentiment=False),
    OrderPair("the book is better than the film", "the film is better than the book", sentiment=False),
    OrderPair("he only said that he knew her", "he said that he knew only her", sentiment=False),
    OrderPair("the king feared the wizard", "the wizard feared the king", sentiment=False),
)


def order_test(
    predict: Callable[[list[str]], Tensor],
    pairs: Iterable[OrderPair] = ORDER_PAIRS,
    *,
    positive: int | None = None,
    tolerance: float = 1e-4,
) -> dict[str, Any]:
    """Classifies both orders of each pair and counts how often the answers differ.

    A bag of words gives both orders the same answer: its largest difference is 0. A model of word bigrams distinguishes
    some pairs.

    Args:
        predict: function from a list of texts to `<float>[texts, classes]`; called once.
        pairs: the pairs to test.
        positive: index of the class of the more positive text. Default None: sentiment is not tested.
        tolerance: smallest difference in a probability that counts, > 0. Default 1e-4, far above rounding errors.

    Returns:
        dict that JSON can hold: `pairs`, `different` (fraction of pairs whose answers differ), `largest_difference`,
        `tolerance`, `details` (one dict per pair). With `positive` also `sentiment_pairs` and, as fractions of them,
        `ordered_right`, `ordered_wrong`, `tied` (these three sum to 1) and `both_right` (the more positive text is
        classified as `positive`, the other one is not).

    Raises:
        ValueError: a pair is not a permutation, or `positive` or the shape of the answers is out of range.
    """
    pairs = tuple(pairs)
    tolerance = positive_number("tolerance", tolerance)
    if not pairs:
        raise ValueError("`pairs` must hold at least one OrderPair, got none.")
    for pair in pairs:
        if sorted(_words(pair.first)) != sorted(_words(pair.second)):
            raise ValueError(f"`pairs` must hold the same words in two orders, got {pair.first!r} and {pair.second!r}.")
    answers = np.asarray(predict([text for pair in pairs for text in (pair.first, pair.second)]), dtype="float64")
    if answers.ndim != 2 or len(answers) != 2 * len(pairs):
        raise ValueError(
            f"`predict` must return shape [texts, classes] = [{2 * len(pairs)}, classes], got {list(answers.shape)}."
        )
    if positive is not None and not 0 <= positive < answers.shape[1]:
        raise ValueError(f"`positive` must be a class index in 0..{answers.shape[1] - 1}, got {positive!r}.")
    first, second = answers[0::2], answers[1::2]
    differences = np.abs(first - second).max(axis=1)
    result: dict[str, Any] = {
        "pairs": len(pairs),
        "different": float(np.mean(differences > tolerance)),
        "largest_difference": float(differences.max()),
        "tolerance": tolerance,
        "details": [
            {"first": pair.first, "second": pair.second, "sentiment": pair.sentiment, "difference": float(difference)}
            for pair, difference in zip(pairs, differences, strict=True)
        ],
    }
    sentiment = np.flatnonzero([pair.sentiment for pair in pairs])
    if positive is not None and len(sentiment):
        gap = first[sentiment, positive] - second[sentiment, positive]
        first_positive, second_positive = (answer[sentiment].argmax(axis=1) == positive for answer in (first, second))
        result |= {
            "sentiment_pairs": len(sentiment),
            "ordered_right": float(np.mean(gap > tolerance)),
            "ordered_wrong": float(np.mean(gap < -tolerance)),
            "tied": float(np.mean(np.abs(gap) <= tolerance)),
            "both_right": float(np.mean(first_positive & ~second_positive)),
        }
        for index in sentiment:
            result["details"][index] |= {
                "positive_first": float(first[index, positive]),
                "positive_second": float(second[index, positive]),
            }
    return result


def _words(text):
    return re.findall(r"\w+(?:'\w+)*|[^\w\s]", text.lower())
