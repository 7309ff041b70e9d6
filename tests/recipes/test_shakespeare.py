import csv

import pytest
from helpers import load_recipe

import rnn_zoo
from rnn_zoo.evaluation import results
from rnn_zoo.files.long_text import load_text

pytestmark = pytest.mark.long  # test_every_task.py trains its task too

TINY = {"units": 6, "dim": 4, "length": 20, "batch_size": 16, "epochs": 1, "seed": 1}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The folder of a finished run on the beginning of the sample."""
    folder = tmp_path_factory.mktemp("shakespeare")
    (folder / "plays.txt").write_text(load_text("tinyshakespeare").train[:3_000])
    arguments = {"out": str(folder / "run"), "results": str(folder / "results.csv"), "seed_text": "First"}
    load_recipe("shakespeare").main(str(folder / "plays.txt"), **TINY, **arguments)
    return folder


def test_it_leaves_numbers_examples_and_a_model(run):
    with open(run / "results.csv", encoding="utf-8", newline="") as file:
        rows = {(row["model"], row["split"]): float(row["value"]) for row in csv.DictReader(file)}
    assert set(rows) == {
        (model, split)
        for model in ("char_lstm", "baseline:5_gram", "baseline:6_gram")
        for split in ("validation", "test")
    }
    assert all(0 < value < 6 for value in rows.values())
    assert "given: First\nwritten: " in (run / "run" / "examples.txt").read_text()
    model = rnn_zoo.load(run / "run" / "export")
    (answer,) = model.predict(["First"])
    assert len(answer.text) == model.settings["max_length"] and len(answer.next) == 10


def test_while_settings_are_chosen_the_test_part_is_not_looked_at(run, tmp_path, capsys):
    arguments = {"out": str(run / "run"), "results": str(tmp_path / "trial.csv"), "seed_text": "First"}
    load_recipe("shakespeare").main(str(run / "plays.txt"), **TINY, **arguments, split="validation")
    assert {row["split"] for row in results.read(tmp_path / "trial.csv")} == {"validation"}
    printed = capsys.readouterr().out
    assert "char_lstm on validation" in printed and "char_lstm on test" not in printed
    assert "given: First\nwritten: " in (run / "run" / "examples.txt").read_text()
    with pytest.raises(ValueError, match="`split` must be one of 'test', 'validation'; got 'train'"):
        load_recipe("shakespeare").main(split="train", out=str(tmp_path / "run"))


def test_a_seed_with_unknown_characters_costs_no_training(run, tmp_path):
    with pytest.raises(ValueError, match="`seed_text` holds '€', which the model does not know"):
        load_recipe("shakespeare").main(str(run / "plays.txt"), seed_text="Fir€", out=str(tmp_path))
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"temperature": -1.0}, "`temperature` must be a number >= 0, got -1.0"),
        ({"epochs": 0}, "`epochs` must be a positive integer, got 0"),
    ],
)
def test_bad_options_cost_no_training(run, tmp_path, options, message):
    with pytest.raises((ValueError, OSError), match=message):
        load_recipe("shakespeare").main(str(run / "plays.txt"), **options, out=str(tmp_path / "run"))
    assert not (tmp_path / "run").exists()
