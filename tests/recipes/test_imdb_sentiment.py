import csv
import json
from pathlib import Path

import numpy as np
import pytest
from helpers import load_recipe, needs_tensorflow, run_recipe, run_recipe_test

import rnn_zoo
from rnn_zoo import load
from rnn_zoo.evaluation import results
from rnn_zoo.tasks.exporting import save_from

pytestmark = needs_tensorflow  # a SavedModel is exported there
SENTENCES = Path(rnn_zoo.__file__).parent / "samples" / "uci_sentiment"
SOURCES = ("amazon_cells", "imdb", "yelp")
TINY = ["--epochs", 2, "--vocabulary-size", 150, "--max-length", 12]


def write_data(folder, classes, train=60, test=24):
    """Sentences that ship with the package: of which site they are (three classes), or how they feel (two)."""
    folder.mkdir(parents=True)
    rows = []
    for source in SOURCES:
        lines = (SENTENCES / f"{source}_labelled.txt").read_text(encoding="utf-8").split("\n")[: train + test]
        pairs = [line.rsplit("\t", 1) for line in lines]
        rows.append([(text.strip(), source if classes == 3 else ("negative", "positive")[int(y)]) for text, y in pairs])
    mixed = [row for three in zip(*rows, strict=True) for row in three]
    for split, part in {"train": mixed[:train], "test": mixed[train : train + test]}.items():
        with open(folder / f"{split}.csv", "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("text", "label"), *part])
    return folder


@pytest.fixture(scope="module")
def three_classes(tmp_path_factory):
    """The data of three classes and the folder of a finished run on it."""
    folder = tmp_path_factory.mktemp("imdb_sentiment")
    data = write_data(folder / "three", 3)
    arguments = {"data": data, "labels": SOURCES, "model": "imdb_gru", "folder": folder}
    return data, run_recipe_test("imdb_sentiment", [*TINY, "--batch-size", 16], **arguments)


def test_three_classes_from_files_to_an_export(three_classes):
    data, out = three_classes
    card = (out / "export" / "README.md").read_text(encoding="utf-8")
    assert str(data) in card and "recipes/imdb_sentiment.py" in card


def test_the_command_exports_a_run(three_classes, tmp_path):
    _, out = three_classes
    again = load(save_from(out, tmp_path / "again"))
    asked = ["The food is not good", ""]
    np.testing.assert_allclose(again.probabilities(asked), load(out / "export").probabilities(asked), rtol=0, atol=1e-6)


@pytest.mark.long
def test_two_classes_without_validation_or_average(tmp_path):
    data = write_data(tmp_path / "two", 2)
    arguments = [*TINY, "--validation", 0, "--weight-average", 0]
    told = {"labels": ("negative", "positive"), "model": "imdb_vanilla", "folder": tmp_path}
    out = run_recipe_test("imdb_sentiment", arguments, data=data, **told, twice=False)
    training = json.loads((out / "config.json").read_text(encoding="utf-8"))["training"]
    assert training["weight_average"] is None and training["validation_batches"] is None
    assert training["patience"] == 0


def test_a_mistake_on_the_command_line_is_told_in_one_line(tmp_path):
    told = run_recipe("imdb_sentiment", "sample", "--model", "imdb_grru", "--out", tmp_path / "run")
    assert told.returncode == 2
    assert "`model` must be one of" in told.stderr and "Did you mean 'imdb_gru'?" in told.stderr
    assert "Traceback" not in told.stderr
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "lstm"}, "`model` must be one of"),
        ({"precision": "float8"}, "`precision` must be one of"),
        ({"text_column": "review"}, "review"),
        ({"label_column": "stars"}, "stars"),
        ({"validation": 1.5}, "`validation`"),
        ({"batch_size": 0}, "`batch_size` must be a positive integer, got 0"),
        ({"epochs": 0}, "`epochs` must be a positive integer, got 0"),
        ({"weight_average": 2.0}, "`weight_average`"),
        ({"data": "reviews.csv"}, "no file or folder reviews.csv"),
        ({"results": __file__}, "line 1: expected the header"),
    ],
)
def test_bad_arguments_are_refused_before_training(tmp_path, options, message):
    data = write_data(tmp_path / "two", 2)
    options = {"data": str(data), "model": "imdb_gru", "vocabulary_size": 150, **options}
    with pytest.raises((ValueError, OSError), match=message):
        load_recipe("imdb_sentiment").main(**options, out=str(tmp_path / "run"))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("changed", [{"batch_size": 20}, {"validation": 0.2}, {"max_length": 9}, {"seed": 4}])
def test_the_folder_of_another_run_is_refused(three_classes, changed):
    data, out = three_classes
    before = {file: file.stat().st_mtime_ns for file in out.rglob("*")}
    same = {"batch_size": 16, "max_length": 12, "vocabulary_size": 150, "epochs": 2, "seed": 3, "model": "imdb_gru"}
    with pytest.raises(ValueError, match="holds another run") as refused:
        load_recipe("imdb_sentiment").main(str(data), **{**same, **changed}, out=str(out))
    (name,) = changed
    assert name in str(refused.value)
    assert {file: file.stat().st_mtime_ns for file in out.rglob("*")} == before


def test_other_labels_in_the_same_files_are_another_run(three_classes):
    data, out = three_classes
    kept = (data / "train.csv").read_text(encoding="utf-8")
    header, *rows = csv.reader(kept.splitlines())
    column = header.index("label")
    rows = [[*row[:column], rows[number - 1][column], *row[column + 1 :]] for number, row in enumerate(rows)]
    same = {"batch_size": 16, "max_length": 12, "vocabulary_size": 150, "epochs": 2, "seed": 3, "model": "imdb_gru"}
    try:
        with open(data / "train.csv", "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        with pytest.raises(ValueError, match=r"holds another run: .*texts was"):
            load_recipe("imdb_sentiment").main(str(data), **same, out=str(out))
    finally:
        (data / "train.csv").write_text(kept, encoding="utf-8")


def test_a_folder_in_the_way_of_the_export_is_refused_before_training(tmp_path):
    (tmp_path / "run" / "export").mkdir(parents=True)
    (tmp_path / "run" / "export" / "mine.txt").write_text("mine")
    with pytest.raises(ValueError, match="not an exported model"):
        load_recipe("imdb_sentiment").main(str(write_data(tmp_path / "two", 2)), out=str(tmp_path / "run"))
    assert [file.name for file in (tmp_path / "run").rglob("*")] == ["export", "mine.txt"]


def test_while_settings_are_chosen_the_test_reviews_are_not_looked_at(three_classes, tmp_path):
    data, out = three_classes
    same = {"batch_size": 16, "max_length": 12, "vocabulary_size": 150, "epochs": 2, "seed": 3, "model": "imdb_gru"}
    recipe = load_recipe("imdb_sentiment")
    recipe.main(str(data), **same, out=str(out), results=str(tmp_path / "trial.csv"), split="validation")
    assert {row["split"] for row in results.read(tmp_path / "trial.csv")} == {"validation"}
    report = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    assert report["split"] == "validation" and report["examples"] == 6  # a tenth of the training texts
    with pytest.raises(ValueError, match="`split` is 'validation', but `validation` is 0; pass a fraction above 0"):
        recipe.main(str(data), **same, validation=0, split="validation", out=str(tmp_path / "run"))
