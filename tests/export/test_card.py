from rnn_zoo.export.card import model_card

CARD = {
    "data": "25,000 film reviews",
    "licence": "CC BY 4.0",
    "command": "python recipes/imdb_sentiment.py",
    "seed": 0,
    "limits": "English only",
    "epochs": 4,
}
SIZES = {"parameters": 1_234_567, "words": 20_000, "size": 5_000_000}


def test_the_card_holds_every_statement():
    text = model_card("imdb", ["negative", "positive"], CARD, {"imdb": {"accuracy": 0.9}}, **SIZES)
    for stated in ("25,000 film reviews", "CC BY 4.0", "`python recipes/imdb_sentiment.py`", "seed: 0", "English only"):
        assert stated in text
    for known in ("epochs: 4", "1,234,567 parameters", "20,000 words", "5.0 MB", "`negative`, `positive`"):
        assert known in text
    for package in ("tensorflow 2.", "keras 3.", "rnn_zoo 0.", "Python 3."):
        assert package in text
    assert "not stated" not in text


def test_a_stated_name_is_the_title_and_the_commands_work_in_the_folder_whatever_it_is_called():
    text = model_card("export", ["a", "b"], {"name": "imdb_gru"}, {}, **SIZES)
    assert (
        text.startswith("# imdb_gru\n") and "imdb_gru" not in text.removeprefix("# imdb_gru") and "export" not in text
    )
    assert "rnn-zoo predict . " in text and 'tf.saved_model.load(".")' in text


def test_missing_statements_are_marked():
    assert model_card("imdb", ["a", "b"], {"data": " ", "seed": None}, {}, **SIZES).count("not stated") == 6


def test_the_model_stands_beside_its_baselines():
    metrics = {"gru": {"accuracy": 0.9, "parameters": 12345}, "baseline:tfidf": {"accuracy": 0.8751}}
    text = model_card("imdb", ["a", "b"], {}, metrics, **SIZES)
    assert "| | gru | baseline: tfidf |" in text
    assert "| accuracy | 0.9 | 0.8751 |" in text
    assert "| parameters | 12,345 |  |" in text


def test_a_report_becomes_a_table():
    order = {"pairs": 28, "different": 0.75}
    systems = {
        "gru": {"accuracy": 0.9, "per_class": {}, "train_seconds": None, "order": order},
        "baseline:tfidf": {"accuracy": 0.91, "order": None},
    }
    metrics = {"model": "gru", "examples": 300, "systems": systems, "verdict": ["The baseline is better."]}
    text = model_card("imdb", ["a", "b"], {}, metrics, **SIZES)
    assert "| accuracy | 0.9 | 0.91 |" in text
    assert "| order pairs distinguished | 0.75 |  |" in text
    assert "The baseline is better." in text


def test_metrics_without_names():
    assert "| | model |\n|---|---:|\n| accuracy | 0.9 |" in model_card(
        "imdb", ["a", "b"], {}, {"accuracy": 0.9}, **SIZES
    )


def test_many_labels_are_cut_short():
    text = model_card("topics", [f"topic {n}" for n in range(50)], {}, {}, **SIZES)
    assert "`topic 19` and 30 more" in text
