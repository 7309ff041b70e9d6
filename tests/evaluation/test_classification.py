"""The scores against hand-counted ones and against definitions written out in NumPy."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_zoo.evaluation.classification import calibration_bins, classification_metrics

LABELS = np.array([0, 0, 0, 1, 1, 1], "int32")
PROBABILITIES = np.array([[0.9, 0.1], [0.8, 0.2], [0.4, 0.6], [0.3, 0.7], [0.6, 0.4], [0.1, 0.9]], "float32")


def test_scores_equal_the_hand_counted_ones():
    scores = classification_metrics(LABELS, PROBABILITIES, ("negative", "positive"))
    assert scores["examples"] == 6
    assert scores["accuracy"] == pytest.approx(4 / 6)
    assert scores["confusion"] == [[2, 1], [1, 2]]
    for name in ("negative", "positive"):
        row = scores["per_class"][name]
        assert (row["precision"], row["recall"], row["f1"]) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
        assert row["support"] == 3
    assert scores["macro_f1"] == pytest.approx(2 / 3)
    assert scores["log_loss"] == pytest.approx(-np.mean(np.log([0.9, 0.8, 0.4, 0.7, 0.4, 0.9])), abs=1e-6)


def test_calibration_error_is_zero_for_an_honest_coin_and_large_for_a_boaster():
    labels = np.tile([0, 1], 50)
    coin = np.tile([0.5 + 1e-9, 0.5 - 1e-9], (100, 1))
    boaster = np.tile([1.0, 0.0], (100, 1))
    assert classification_metrics(labels, coin, "ab")["calibration_error"] == pytest.approx(0, abs=1e-6)
    assert classification_metrics(labels, boaster, "ab")["calibration_error"] == pytest.approx(0.5)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**31), examples=st.integers(1, 60), classes=st.integers(2, 6))
def test_every_promise_of_shape_and_range_holds_for_random_answers(seed, examples, classes):
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, classes, examples)
    answer = generator.dirichlet(np.full(classes, 0.3), examples).astype("float32")
    scores = classification_metrics(labels, answer, [f"c{index}" for index in range(classes)])
    json.dumps(scores, allow_nan=False)
    assert np.sum(scores["confusion"]) == examples
    assert np.trace(np.array(scores["confusion"])) == round(scores["accuracy"] * examples)
    assert [row["support"] for row in scores["per_class"].values()] == np.bincount(labels, minlength=classes).tolist()
    assert 0 <= scores["calibration_error"] <= 1
    accuracies, confidences, shares = calibration_bins(labels, answer)
    assert accuracies.shape == confidences.shape == shares.shape
    assert shares.sum() == pytest.approx(1)
    assert (np.diff(confidences) > 0).all()


def test_a_class_without_examples_or_answers_scores_zero_without_a_warning(recwarn):
    scores = classification_metrics(np.array([0, 1]), np.array([[0.9, 0.1, 0.0], [0.1, 0.9, 0.0]]), ("a", "b", "c"))
    assert scores["per_class"]["c"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 0}
    assert not [warning for warning in recwarn if "sklearn" in str(warning.filename)]


@pytest.mark.parametrize(
    ("labels", "probabilities", "names", "words"),
    [
        ([], np.zeros((0, 2)), "ab", "`labels` must be class indices"),
        ([0.0, 1.0], PROBABILITIES[:2], "ab", "`labels` must be class indices"),
        ([0, 2], PROBABILITIES[:2], "ab", r"`labels` must lie in 0\.\.1.*got 0\.\.2"),
        ([0], PROBABILITIES[:2], "ab", r"`probabilities` must have shape .*\[1, 2\].*got \[2, 2\]"),
        ([0], PROBABILITIES[:1], "abc", "`probabilities` must have shape"),
        ([0], [[2.0, -1.0]], "ab", "row 0. Apply a softmax"),
        ([0], [[np.nan, 1.0]], "ab", "sum to 1"),
        ([0], [[0.5, 0.5]], ["a", "a"], "`names` must be two or more different"),
    ],
)
def test_bad_arguments_are_named_with_their_value(labels, probabilities, names, words):
    with pytest.raises(ValueError, match=words):
        classification_metrics(np.array(labels), probabilities, names)


def test_bins_must_be_positive():
    with pytest.raises(ValueError, match="`bins` must be a positive integer, got 0"):
        calibration_bins(LABELS, PROBABILITIES, bins=0)
