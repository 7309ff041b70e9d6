"""The exported models that come with the project."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rnn_zoo import load
from rnn_zoo.series.windows import Windows, minutes
from rnn_zoo.tasks.forecasting.data import SAMPLES, load_series
from rnn_zoo.tasks.image_classification.data import load_images

FOLDERS = sorted(file.parent for file in (Path(__file__).parents[1] / "saved_models").glob("*/saved_model.pb"))


def of_kind(kind):
    return [folder for folder in FOLDERS if load(folder).kind == kind]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_an_exported_model_is_whole_and_small(folder):
    assert "model.keras" in load(folder).verify()
    assert sum(file.stat().st_size for file in folder.rglob("*")) < 20e6


@pytest.mark.parametrize("folder", of_kind("classes"), ids=lambda folder: folder.name)
def test_a_classifier_of_reviews_is_right(folder):
    model = load(folder)
    praise, scorn, nothing = model.predict(["A wonderful film, I loved it.", "Awful. A boring waste of time.", ""])
    assert (praise.label, scorn.label) == ("positive", "negative")
    assert praise.score > 0.9 and scorn.score > 0.9
    assert 0.4 < nothing.score < 0.7, "nothing said is nothing known"


def test_there_are_two_classifiers_of_reviews():
    assert [folder.name for folder in of_kind("classes")] == ["imdb_ngrams", "imdb_pretrained"]


@pytest.mark.parametrize("folder", of_kind("images"), ids=lambda folder: folder.name)
def test_a_reader_of_digits_is_right_and_sees_the_same_in_a_file(folder, tmp_path):
    model, digits = load(folder), load_images("digits").test
    answers = model.predict(digits.images)
    right = np.mean([answer.label == str(label) for answer, label in zip(answers, digits.labels, strict=True)])
    assert right == pytest.approx(model.metrics["systems"][folder.name]["accuracy"], abs=3e-3) and right >= 0.97
    Image.fromarray(digits.images[0, ..., 0].astype("uint8")).resize((80, 80)).save(tmp_path / "large.png")
    assert model.predict([tmp_path / "large.png"])[0].label == str(digits.labels[0])


@pytest.mark.parametrize("folder", of_kind("steps"), ids=lambda folder: folder.name)
def test_a_listener_tells_when_the_word_has_passed_and_no_sooner(folder):
    model = load(folder)
    (label,) = model.labels
    found = model.find(["bravobravo, brav", "bravi, brave, ravo", "", "brabravobra"])
    assert [row[label] for row in found] == [[5, 10], [], [], [8]]


@pytest.mark.parametrize("folder", of_kind("series"), ids=lambda folder: folder.name)
def test_a_forecaster_beats_a_season_ago(folder):
    data = folder.name.removeprefix("forecast_")
    if data not in SAMPLES:
        pytest.skip(f"{data} is not in the package")
    model, series = load(folder), load_series(data)
    about = model.about
    starts = Windows(series, about["lookback"], about["horizon"]).starts("test")[::20]
    ahead = starts[:, None] + np.arange(about["horizon"])
    before = starts[:, None] + np.arange(-about["lookback"], 0)
    known = series.values[ahead, -len(series.known) :] if series.known else None
    clock = minutes(series.times)[np.concatenate([before, ahead], axis=1)] if about["clock"] else None
    answers = model.forecast(series.values[before], known, clock)
    count = len(series.targets)
    truth = series.values[ahead, :count]
    steps = np.arange(about["horizon"])
    season_ago = series.values[ahead - series.season * (steps // series.season + 1), :count]
    assert np.abs(answers["forecast"] - truth).mean() < np.abs(season_ago - truth).mean()
    assert ((answers["lower"] <= truth) & (truth <= answers["upper"])).mean() > 0.7


@pytest.mark.parametrize("folder", of_kind("tags"), ids=lambda folder: folder.name)
def test_a_tagger_finds_names_or_parts_of_speech_where_they_stand(folder):
    model = load(folder)
    text = "John lives in Paris."
    one, nothing = model.predict([text, ""])
    assert [text[token.start : token.end] for token in one.tokens] == ["John", "lives", "in", "Paris", "."]
    assert nothing.tokens == [] and nothing.spans == []
    if model.types:
        assert [(span.text, span.type) for span in one.spans][-1][0] == "Paris" and one.spans[-1].score > 0.3
    else:
        tags = {token.text: token.tag for token in one.tokens}
        assert (tags["John"], tags["in"], tags["Paris"], tags["."]) == ("PROPN", "ADP", "PROPN", "PUNCT")
