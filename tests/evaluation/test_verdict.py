"""The words say what the numbers say, also when the network loses."""

import numpy as np
import pytest

from rnn_zoo.evaluation.classification import classification_metrics
from rnn_zoo.evaluation.verdict import verdict


def answer(labels, wrong, sure=0.9):
    """Probabilities that are wrong on the examples `wrong`."""
    predicted = np.where(np.isin(np.arange(len(labels)), list(wrong)), 1 - labels, labels)
    return np.where(np.eye(2)[predicted] == 1, sure, 1 - sure)


LABELS = np.arange(400) % 2


def said(wrongs, orders=None):
    answers = {name: answer(LABELS, wrong) for name, wrong in wrongs.items()}
    systems = {
        name: {**classification_metrics(LABELS, probabilities, "ab"), "order": (orders or {}).get(name)}
        for name, probabilities in answers.items()
    }
    return verdict(LABELS, answers, systems)


def order(different, right=None, wrong=0.0, largest=0.5):
    result = {"pairs": 20, "different": different, "largest_difference": largest}
    return result if right is None else result | {"sentiment_pairs": 20, "ordered_right": right, "ordered_wrong": wrong}


def test_a_win_is_called_a_win_over_the_best_baseline():
    first, second = said({"net": range(20), "baseline:a": range(100), "baseline:b": range(60)})
    assert first.startswith("net beats the best baseline, baseline:b: 95.00% against 85.00%, by 10.00 points, ")
    assert first.endswith("40 examples of 400 (p < 0.001).")
    assert second.startswith("Its probabilities are better than the best baseline's")


def test_a_loss_is_called_a_loss():
    first, second = said({"net": range(60), "baseline:a": range(20)})
    assert "net LOSES to the best baseline, baseline:a: 85.00% against 95.00%" in first
    assert first.endswith("On this data the baseline is the better model.")
    assert "are worse than the best baseline's" in second


def test_a_difference_within_chance_is_called_that_on_both_sides():
    ahead, behind = (
        said({"net": range(20), "baseline:a": range(23)})[0],
        said({"net": range(23), "baseline:a": range(20)})[0],
    )
    assert "not shown to differ" in ahead and "ahead of it, which could be chance (p = 0.25)" in ahead
    assert "not shown to differ" in behind and "3 examples of 400 behind it" in behind


def test_equal_scores_are_called_equal():
    first, second = said({"net": range(20), "baseline:a": range(20, 40)})
    assert "are equally accurate: 95.00% against 95.00%" in first
    assert "are as good as the best baseline's" in second


def test_without_a_baseline_it_says_that_nothing_is_known():
    assert said({"net": range(20)}) == ["No baseline was run: the accuracy of net has nothing to be compared with."]


BLIND, SEEING = order(0.0, largest=0.0), order(0.3)


@pytest.mark.parametrize(
    ("ours", "theirs", "words"),
    [
        (order(0.0, 0.0, largest=0.0), BLIND, "net gives both orders of all 20 pairs the same answer: it does not"),
        (order(1.0), BLIND, "It distinguishes 20 of 20 word-order pairs; baseline:a distinguishes none."),
        (order(1.0), SEEING, "word-order pairs; baseline:a distinguishes 6 by neighbouring words."),
        (
            order(1.0, 0.9, 0.1),
            BLIND,
            "ranks 18 of 20 sentiment pairs correctly (2 the wrong way round); baseline:a",
        ),
        (order(1.0, 0.55, 0.45), BLIND, "(9 the wrong way round), which could be chance; baseline:a"),
        (order(1.0, 0.25, 0.7), BLIND, "(14 the wrong way round), no better than chance; baseline:a"),
    ],
)
def test_the_order_test_is_put_into_words(ours, theirs, words):
    assert words in said({"net": range(20), "baseline:a": range(40)}, {"net": ours, "baseline:a": theirs})[-1]


def test_several_blind_baselines_tie():
    answers = {"net": range(20), "baseline:a": range(40), "baseline:b": range(40)}
    words = said(answers, {"net": order(1.0), "baseline:a": BLIND, "baseline:b": BLIND})[-1]
    assert words.endswith("baseline:a, baseline:b distinguish none.")
