import csv

import pytest
from helpers import load_recipe

import rnn_zoo
from rnn_zoo.files.long_text import load_text

pytestmark = pytest.mark.long  # test_every_task.py trains its task too

TINY = {"units": 6, "dim": 4, "length": 9, "batch_size": 4, "often": 20, "share": 4, "epochs": 1, "seed": 1}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The folder of a finished run on the beginning of the sample."""
    folder = tmp_path_factory.mktemp("next_word")
    (folder / "plays.txt").write_text(load_text("tinyshakespeare").train[:6_000])
    arguments = {"out": str(folder / "run"), "results": str(folder / "results.csv"), "seed_text": "We are"}
    load_recipe("next_word").main(str(folder / "plays.txt"), **TINY, **arguments, width=3, max_length=4)
    return folder


def test_it_leaves_numbers_completions_and_a_model(run):
    with open(run / "results.csv", encoding="utf-8", newline="") as file:
        rows = {(row["model"], row["split"]): float(row["value"]) for row in csv.DictReader(file)}
    models = ("word_lstm", "word_lstm + 4_gram", "baseline:3_gram", "baseline:4_gram")
    assert set(rows) == {(model, split) for model in models for split in ("validation", "test")}
    assert all(1 < value < 1_000 for value in rows.values())
    assert rows["word_lstm + 4_gram", "validation"] <= rows["baseline:4_gram", "validation"]
    assert (run / "run" / "examples.txt").read_text().count("given: We are\nwritten: ") == 3


def test_the_export_ranks_continuations(run):
    (answer,) = rnn_zoo.load(run / "run" / "export").predict(["We are"])
    probabilities = list(answer.ranked.values())
    assert (
        len(probabilities) == 3 and probabilities == sorted(probabilities, reverse=True) and 0 < sum(probabilities) < 1
    )
    assert answer.text == next(iter(answer.ranked)) and len(answer.next) == 10


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n" * 400, r"text\.txt is empty or blank"),
        ("a few words\n" + "\n" * 400, r"`data`: the validation part of .*text\.txt holds no words"),
    ],
)
def test_a_text_without_words_costs_no_training(tmp_path, text, message):
    (tmp_path / "text.txt").write_text(text)
    with pytest.raises(ValueError, match=message):
        load_recipe("next_word").main(str(tmp_path / "text.txt"), out=str(tmp_path / "run"))
    assert not (tmp_path / "run").exists()


def test_an_empty_seed_costs_no_training(run, tmp_path):
    with pytest.raises(ValueError, match="`seed_text` is blank"):
        load_recipe("next_word").main(str(run / "plays.txt"), seed_text=" ", out=str(tmp_path))
    assert not any(tmp_path.iterdir())
