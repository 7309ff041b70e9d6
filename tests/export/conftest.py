import pytest

from rnn_zoo import Classes, Recurrent, Tokens, many_to_one
from rnn_zoo.export import save
from rnn_zoo.text import Vocabulary

WORDS = ["the film is good , not bad", "the film is bad , not good", "das Essen war köstlich 🍕 !", "no"]
LABELS = ["negative", "neutral", "positive"]
METRICS = {"gru": {"accuracy": 0.875}, "baseline:tfidf": {"accuracy": 0.75}}


@pytest.fixture(scope="session")
def vocabulary():
    return Vocabulary.fit(WORDS, size=30)


@pytest.fixture(scope="session")
def model(vocabulary):
    front = Tokens(vocabulary.size, 8, seed=1)
    return many_to_one(front, Recurrent("gru", 6, bidirectional=True, seed=2), Classes(3), pooling=("max", "mean"))


@pytest.fixture(scope="session")
def exported(model, vocabulary, tmp_path_factory):
    """An export that tests read and never change."""
    card = {"data": "four sentences", "licence": "CC0", "command": "make it", "seed": 1, "limits": "knows nothing"}
    return save(model, vocabulary, LABELS, tmp_path_factory.mktemp("zoo") / "tiny_gru", card=card, metrics=METRICS)
