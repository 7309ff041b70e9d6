"""The exported models that come with the project."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rnn_zoo import export
from rnn_zoo.datasets import load_images

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


@pytest.mark.parametrize("folder", of_kind("images"), ids=lambda folder: folder.name)
def test_a_reader_of_digits_is_right_and_sees_the_same_in_a_file(folder, tmp_path):
    model, digits = export.load(folder), load_images("digits").test
    answers = model.predict(digits.images)
    right = np.mean([answer.label == str(label) for answer, label in zip(answers, digits.labels, strict=True)])
    assert right == pytest.approx(model.metrics["systems"][folder.name]["accuracy"], abs=3e-3) and right >= 0.97
    Image.fromarray(digits.images[0, ..., 0].astype("uint8")).resize((80, 80)).save(tmp_path / "large.png")
    assert model.predict([tmp_path / "large.png"])[0].label == str(digits.labels[0])


@pytest.mark.parametrize("folder", of_kind("steps"), ids=lambda folder: folder.name)
def test_a_listener_tells_when_the_word_has_passed_and_no_sooner(folder):
    model = export.load(folder)
    (label,) = model.labels
    found = model.find(["bravobravo, brav", "bravi, brave, ravo", "", "brabravobra"])
    assert [row[label] for row in found] == [[5, 10], [], [], [8]]
