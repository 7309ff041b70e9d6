"""The baselines learn, repeat themselves, refuse what they cannot learn from, and are as blind as they claim."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_zoo.evaluation.order import ORDER_PAIRS, order_test
from rnn_zoo.tasks.text_classification import baselines as baselines_module
from rnn_zoo.tasks.text_classification.baselines import mean_embedding, tfidf_logistic_regression

GOOD = ["good", "great", "fine", "lovely", "brilliant", "best", "superb", "funny"]
BAD = ["bad", "awful", "poor", "dull", "worst", "terrible", "boring", "weak"]
NEUTRAL = ["the", "film", "was", "a", "plot", "and", "actor", "in", "it", "this", "scene", "with", "its", "music"]


def reviews(count, seed, classes=(BAD, GOOD)):
    generator = np.random.default_rng(seed)
    labels = np.arange(count) % len(classes)
    texts = []
    for label in labels:
        chosen = [*generator.choice(NEUTRAL, 8), *generator.choice(classes[label], 2)]
        texts.append(" ".join(generator.permutation(chosen)))
    return SimpleNamespace(texts=texts, labels=labels.astype("int32"))


TRAIN, TEST = reviews(400, 0), reviews(100, 1)
KINDS = {"tfidf_1_2": tfidf_logistic_regression, "mean_embedding": mean_embedding}


@pytest.fixture(scope="module", params=KINDS)
def fitted(request):
    return request.param, KINDS[request.param](TRAIN, seed=3)


def test_it_learns_and_answers_with_probabilities(fitted):
    name, baseline = fitted
    answer = baseline.predict(TEST.texts)
    assert baseline.name == name
    assert answer.shape == (100, 2)
    np.testing.assert_allclose(answer.sum(axis=1), 1, atol=1e-6)
    assert np.mean(answer.argmax(axis=1) == TEST.labels) > 0.95
    assert baseline.parameters > 0 and baseline.train_seconds > 0
    assert baseline.settings["validation_log_loss"] > 0


def test_the_same_seed_gives_the_same_numbers(fitted):
    name, baseline = fitted
    np.testing.assert_array_equal(KINDS[name](TRAIN, seed=3).predict(TEST.texts), baseline.predict(TEST.texts))


def test_empty_unknown_long_and_emoji_texts_get_an_answer(fitted):
    answer = fitted[1].predict(["", "zzz", "😀", "good " * 100_000, "<br />"])
    assert answer.shape == (5, 2) and np.isfinite(answer).all()


def test_three_classes_and_a_given_validation_part():
    groups = (BAD, GOOD, ["red", "green", "blue", "black", "white", "yellow"])
    train, validation, test = (reviews(count, seed, groups) for count, seed in ((300, 0), (60, 1), (60, 2)))
    for fit in KINDS.values():
        answer = fit(train, validation=validation).predict(test.texts)
        assert answer.shape == (60, 3)
        np.testing.assert_allclose(answer.sum(axis=1), 1, atol=1e-6)
        assert np.mean(answer.argmax(axis=1) == test.labels) > 0.9


def test_the_mean_embedding_ties_exactly_on_every_pair():
    texts = [text for pair in ORDER_PAIRS for text in (pair.first, pair.second)]
    train = SimpleNamespace(texts=TRAIN.texts + texts, labels=np.concatenate([TRAIN.labels, np.arange(len(texts)) % 2]))
    result = order_test(mean_embedding(train).predict, positive=1)
    assert result["largest_difference"] == 0 and result["tied"] == 1


MEAN = mean_embedding(TRAIN, seed=1)


@settings(max_examples=40, deadline=None)
@given(words=st.lists(st.sampled_from(GOOD + BAD + NEUTRAL), max_size=30), seed=st.integers(0, 1000))
def test_the_mean_embedding_is_blind_to_order_and_to_its_batch(words, seed):
    shuffled = np.random.default_rng(seed).permutation(words) if words else []
    alone = MEAN.predict([" ".join(words)])
    among = MEAN.predict(["good", " ".join(shuffled), *TEST.texts[: seed % 7]])
    np.testing.assert_array_equal(alone[0], among[1])


def test_the_mean_embedding_is_the_formula_in_its_docstring():
    """Mean of the table's rows, then the output layer: what the collapsed product must equal."""
    from sklearn.neural_network import MLPClassifier

    generator = np.random.default_rng(0)
    shares = generator.dirichlet(np.ones(12), 60)
    for classes in (2, 3):
        network = MLPClassifier((4,), activation="identity", max_iter=5, random_state=0)
        network.partial_fit(shares, np.arange(60) % classes, classes=np.arange(classes))
        np.testing.assert_allclose(
            baselines_module._collapsed(network)(shares), network.predict_proba(shares), atol=1e-12
        )


def test_tfidf_of_single_words_is_blind_and_of_pairs_is_not():
    train = SimpleNamespace(
        texts=["not good but bad", "not bad but good"] * 40 + TRAIN.texts,
        labels=np.concatenate([np.arange(80) % 2, TRAIN.labels]),
    )
    texts = ["not good but bad", "not bad but good"]
    blind = tfidf_logistic_regression(train, ngrams=(1, 1))
    seeing = tfidf_logistic_regression(train)
    assert blind.name == "tfidf_1_1" and seeing.name == "tfidf_1_2"
    np.testing.assert_allclose(*blind.predict(texts), atol=1e-6)
    assert seeing.predict(texts).argmax(axis=1).tolist() == [0, 1]


def test_the_strength_is_chosen_by_the_lowest_validation_loss(monkeypatch):
    losses = {1.0: 0.6, 2.0: 0.4, 4.0: 0.5}
    answers = iter(losses.values())
    monkeypatch.setattr(baselines_module, "log_loss", lambda *args, **named: next(answers))
    chosen = tfidf_logistic_regression(TRAIN, strengths=tuple(losses)).settings
    assert chosen == {"C": 2.0, "validation_log_loss": 0.4}


def test_the_epochs_are_chosen_by_the_lowest_validation_loss(monkeypatch):
    answers = iter([0.6, 0.4, 0.5, 0.5, 0.5, 0.1])
    monkeypatch.setattr(baselines_module, "log_loss", lambda *args, **named: next(answers))
    assert mean_embedding(TRAIN).settings == {"epochs": 2, "validation_log_loss": 0.4}


def test_the_validation_part_is_stratified_and_seeded():
    first, again, other = (baselines_module._parts(TRAIN, None, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first[3], again[3])
    assert not np.array_equal(first[3], other[3])
    assert np.bincount(TRAIN.labels[first[3]]).tolist() == [20, 20]
    assert sorted([*first[2], *first[3]]) == list(range(400))


@pytest.mark.parametrize("fit", KINDS.values())
@pytest.mark.parametrize(
    ("texts", "labels", "counts"),
    [([], [], r"\[\]"), (["a", "b"], [0, 0], r"\[2\]"), (["a", "b", "c"], [0, 0, 1], r"\[2, 1\]")],
)
def test_too_few_examples_of_a_class_are_refused(fit, texts, labels, counts):
    with pytest.raises(ValueError, match=f"`train` must hold two or more classes.*got {counts}"):
        fit(SimpleNamespace(texts=texts, labels=np.array(labels, "int32")))


def test_bad_arguments_are_named_with_their_value():
    with pytest.raises(ValueError, match=r"`ngrams` must be \(shortest, longest\), got \(2, 1\)"):
        tfidf_logistic_regression(TRAIN, ngrams=(2, 1))
    with pytest.raises(ValueError, match="`dim` must be a positive integer, got 0"):
        mean_embedding(TRAIN, dim=0)
    alien = SimpleNamespace(texts=["a"], labels=np.array([5]))
    with pytest.raises(ValueError, match="`validation` holds label 5"):
        mean_embedding(TRAIN, validation=alien)
