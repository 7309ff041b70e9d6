"""The exported models that come with the project."""

from pathlib import Path

import pytest

from rnn_zoo import export

FOLDERS = sorted(file.parent for file in (Path(__file__).parents[1] / "saved_models").glob("*/saved_model.pb"))


def of_kind(kind):
    return [folder for folder in FOLDERS if export.load(folder).kind == kind]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_an_exported_model_is_whole_and_small(folder):
    assert "model.keras" in export.load(folder).verify()
    assert sum(file.stat().st_size for file in folder.rglob("*")) < 20e6


@pytest.mark.parametrize("folder", of_kind("classes"), ids=lambda folder: folder.name)
def test_a_classifier_of_reviews_is_right(folder):
    model = export.load(folder)
    praise, scorn, nothing = model.predict(["A wonderful film, I loved it.", "Awful. A boring waste of time.", ""])
    assert (praise.label, scorn.label) == ("positive", "negative")
    assert praise.score > 0.9 and scorn.score > 0.9
    assert 0.4 < nothing.score < 0.7, "nothing said is nothing known"


def test_there_are_two_classifiers_of_reviews():
    assert [folder.name for folder in of_kind("classes")] == ["imdb_ngrams", "imdb_pretrained"]
