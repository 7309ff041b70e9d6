import collections

import numpy as np
import pytest
from helpers import one_backend, run_layer_test
from keras import ops
from sklearn.linear_model import LogisticRegression

from rnn_zoo.layers import NGramEvidence

VOCABULARY, SIZES, MIN_COUNT, STRENGTH = 6, (4, 3), 2, 3.0
GENERATOR = np.random.default_rng(0)
TEXTS = [GENERATOR.integers(1, VOCABULARY - 1, length).tolist() for length in GENERATOR.integers(1, 9, 40)] + [[], []]
IDS = np.zeros((len(TEXTS), 9), "int32")
for _row, _text in enumerate(TEXTS):
    IDS[_row, : len(_text)] = _text
LABELS = {count: np.array([min(text.count(2), count - 1) for text in TEXTS]) for count in (2, 3)}


def numpy(tensor):
    return ops.convert_to_numpy(tensor)


def adapted(count, **options):
    layer = NGramEvidence(count, VOCABULARY, SIZES, MIN_COUNT, strength=STRENGTH, **options)
    layer.adapt(TEXTS, LABELS[count])
    return layer


@pytest.fixture(scope="module", params=[2, 3])
def evidence(request):
    return adapted(request.param)


def n_grams(text, order):
    return [tuple(text[end - order : end]) for end in range(order, len(text) + 1)]


def counted():
    """<float>[texts, n-grams]: counts of each kept n-gram in each text."""
    kept = [(token,) for token in range(1, VOCABULARY)]
    known, numbers = set(kept), {gram: gram[0] for gram in kept}
    for order, size in enumerate(SIZES, start=2):
        counts = collections.Counter(gram for text in TEXTS for gram in set(n_grams(text, order)))
        counts = {gram: n for gram, n in counts.items() if gram[:-1] in known and n >= MIN_COUNT}
        grams = sorted(counts, key=lambda gram: (-counts[gram], numbers[gram[:-1]], gram[-1]))[:size]
        by_key = sorted(grams, key=lambda gram: (numbers[gram[:-1]], gram[-1]))
        numbers = {gram: number for number, gram in enumerate(by_key, start=1)}
        known = set(grams)
        kept += grams
    return np.array([[n_grams(text, len(gram)).count(gram) for gram in kept] for text in TEXTS], "float64")


def log_odds(members, places):
    """Log-odds of scikit-learn on NB-weighted, normalised counts."""
    counts = counted()
    inside, outside = (1 + (counts[rows] > 0).sum(axis=0) for rows in (members, ~members))
    # Smoothed over all rows of the tables, used or not.
    free = places - counts.shape[1]
    ratio = np.log(inside / (inside.sum() + free)) - np.log(outside / (outside.sum() + free))
    ratio[counts.sum(axis=0) == 0] = 0
    norm = np.sqrt((counts * ratio**2).sum(axis=1, keepdims=True))
    features = counts * ratio / np.where(norm > 0, norm, 1)
    return LogisticRegression(C=STRENGTH, max_iter=500).fit(features, members).decision_function(features)


@one_backend
def test_equals_logistic_regression_on_weighted_counts(evidence):
    labels, scores = LABELS[evidence.count], numpy(evidence(IDS))
    fitted_classes = [1] if evidence.count == 2 else range(3)
    expected = np.stack([log_odds(labels == k, evidence.places) for k in fitted_classes], axis=1)
    if evidence.count == 2:
        expected = np.pad(expected, [(0, 0), (1, 0)])
    np.testing.assert_allclose(scores, expected, atol=2e-3)
    assert np.mean(scores.argmax(axis=1) == labels) > np.bincount(labels).max() / len(labels)


def test_a_text_without_tokens_scores_the_bias(evidence):
    bias = numpy(evidence.bias)
    expected = np.r_[0, bias] if evidence.count == 2 else bias
    np.testing.assert_allclose(numpy(evidence(np.zeros((2, 3), "int32"))), [expected] * 2, atol=1e-6)


@one_backend
def test_padding_and_unseen_words_change_no_score(evidence):
    scores = numpy(evidence(IDS))
    np.testing.assert_allclose(numpy(evidence(np.pad(IDS, [(0, 0), (0, 5)]))), scores, atol=1e-5)
    unseen = np.full((len(IDS), 2), VOCABULARY - 1)
    np.testing.assert_allclose(numpy(evidence(np.concatenate([unseen, IDS], axis=1))), scores, atol=1e-5)


def test_scores_are_zero_before_adapt():
    assert not numpy(NGramEvidence(3, VOCABULARY, SIZES)(IDS)).any()


def test_adapting_again_starts_over():
    layer = adapted(2)
    fresh = numpy(layer(IDS))
    layer.adapt(TEXTS, 1 - LABELS[2])
    assert not np.allclose(numpy(layer(IDS)), fresh)
    layer.adapt(TEXTS, LABELS[2])
    np.testing.assert_allclose(numpy(layer(IDS)), fresh, atol=1e-6)


def test_no_weight_is_trainable(evidence):
    assert not evidence.trainable_variables
    assert all(weight.dtype in ("float32", "int32") for weight in evidence.weights)


@pytest.mark.parametrize("sizes", [(), [4, 3]])
def test_layer_contract(sizes):
    run_layer_test(
        NGramEvidence,
        {"count": 3, "vocabulary_size": VOCABULARY, "sizes": sizes},
        input_data=IDS[:4],
        expected_output_shape=(4, 3),
        mixed_output_dtype="float32",
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"count": 1}, "`count` must be at least 2, got 1"),
        ({"strength": 0}, "`strength` must be a positive number, got 0"),
        ({"sizes": [-1]}, "`sizes`"),
        ({"min_count": 0}, "`min_count`"),
    ],
)
def test_errors_name_the_argument(options, message):
    with pytest.raises(ValueError, match=message):
        NGramEvidence(**{"count": 2, "vocabulary_size": VOCABULARY, **options})


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 0, 0], r"`labels` must contain every class from 0 to 1; \[1\] never occur"),
        ([0, 1], r"`labels` must have one for each of 3 texts, got shape \(2,\)"),
        ([[1, 0], [0, 1], [0, 1]], r"`labels` must have one for each of 3 texts, got shape \(3, 2\)"),
        ([0, 1, 2], r"`labels` must be class numbers from 0 to 1, got \[2\] too"),
    ],
)
def test_bad_labels_raise_before_fitting(labels, message):
    layer = NGramEvidence(2, VOCABULARY, SIZES)
    with pytest.raises(ValueError, match=message):
        layer.adapt([[1], [2], [3]], labels)
    assert not layer.built
