import pytest

from rnn_zoo.tasks.tagging.baselines import most_frequent_tag, window_logistic_regression
from rnn_zoo.tasks.tagging.dataset import TaggedSplit
from rnn_zoo.tasks.tagging.report import tag_scores

GOLD = [["O", "B-LOC", "I-LOC", "O"], [], ["B-PER", "B-LOC", "O", "B-LOC"]]
FOUND = [["O", "B-LOC", "O", "O"], [], ["B-PER", "B-PER", "I-LOC", "B-LOC"]]


def test_names_are_counted_as_conlleval_counts_them():
    """By hand: 4 true names, 5 predicted (I-LOC after B-PER starts one), of which PER 0-1 and LOC 3-4 are right."""
    scores = tag_scores(GOLD, FOUND, "BIO")
    assert (scores["precision"], scores["recall"], scores["names"]) == (2 / 5, 2 / 4, 4)
    assert scores["f1"] == pytest.approx(4 / 9)
    assert scores["accuracy"] == 5 / 8 and scores["words"] == 8
    assert scores["per_type"]["PER"] == {"precision": 0.5, "recall": 1.0, "f1": pytest.approx(2 / 3), "support": 1}
    assert scores["per_type"]["LOC"] == {"precision": 1 / 3, "recall": 1 / 3, "f1": pytest.approx(1 / 3), "support": 3}
    assert tag_scores(GOLD, GOLD, "BIO")["f1"] == 1


def test_scores_without_names_are_zero():
    scores = tag_scores([["O", "O"]], [["O", "O"]], "BIO")
    assert (scores["f1"], scores["names"], scores["per_type"]) == (0.0, 0, {})


def test_parts_of_speech_are_scored_tag_by_tag():
    scores = tag_scores([["N", "V"], ["N"]], [["N", "N"], ["N"]], "plain")
    assert scores["accuracy"] == pytest.approx(2 / 3)
    assert scores["per_type"]["V"]["recall"] == 0 and scores["per_type"]["N"]["support"] == 2
    assert scores["macro_f1"] == pytest.approx(0.4) and "names" not in scores


@pytest.mark.parametrize(
    ("gold", "found", "message"),
    [
        ([["O"]], [["O", "O"]], "the sentences differ at 0"),
        ([["O"], []], [["O"]], "their number"),
        ([[]], [[]], "at least one word"),
    ],
)
def test_unequal_sentences_are_an_error(gold, found, message):
    with pytest.raises(ValueError, match=message):
        tag_scores(gold, found, "BIO")


def split(words, tags):
    return TaggedSplit(words, tags, [0] * len(words))


def test_the_most_frequent_tag_of_a_word():
    train = split([["Paris", "is"]] * 3, [["B-PER", "O"], ["B-LOC", "O"], ["B-LOC", "O"]])
    baseline = most_frequent_tag(train)
    assert baseline.predict([["Paris", "was"], []]) == [["B-LOC", "O"], []]


def test_the_window_includes_the_neighbours():
    """The tag depends on the previous word, not on the word itself."""
    words = [["he", "run"], ["a", "run"], ["he", "walk"], ["a", "walk"], ["he", "jump"], ["a", "jump"]] * 5
    tags = [["P", "V"], ["D", "N"]] * 15
    baseline = window_logistic_regression(split(words, tags), validation=split(words[:4], tags[:4]))
    assert baseline.predict([["he", "swim"], [], ["a", "swim"]]) == [["P", "V"], [], ["D", "N"]]
    assert baseline.predict([[]]) == [[]]
    assert baseline.settings["validation_accuracy"] == 1 and baseline.parameters > 10
    with pytest.raises(ValueError, match="two different tags"):
        window_logistic_regression(split([["a"]], [["O"]]), validation=split([], []))
