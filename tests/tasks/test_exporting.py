import json
import shutil

import numpy as np
import pytest

from rnn_zoo.tasks.exporting import save_from
from rnn_zoo.zoo import load


@pytest.fixture
def run(exported, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    for name in ("model.keras", "vocabulary.txt", "labels.json", "metrics.json"):
        shutil.copy(exported / name, folder)
    return folder


def test_a_runs_folder(run, exported, tmp_path):
    folder = save_from(run, tmp_path / "out", card={"data": "four sentences"})
    texts = ["the film is good", ""]
    np.testing.assert_allclose(load(folder).probabilities(texts), load(exported).probabilities(texts), atol=1e-5)
    assert load(folder).metrics["gru"] == {"accuracy": 0.875}
    assert "four sentences" in load(folder).card


def test_a_keras_file_with_its_words_and_labels_given(run, tmp_path):
    words = run / "vocabulary.txt"
    words = words.rename(tmp_path / "words.txt")
    (run / "labels.json").unlink()
    folder = save_from(run / "model.keras", tmp_path / "out", vocabulary=words, labels=["a", "b", "c"])
    assert load(folder).labels == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("model.keras", r"no file .*model.keras.*a trained model"),
        ("vocabulary.txt", r"no file .*vocabulary.txt.*or pass `vocabulary`"),
        ("labels.json", r"no file .*labels.json.*or pass `labels`"),
    ],
)
def test_a_missing_file_is_named(run, tmp_path, missing, message):
    (run / missing).unlink()
    with pytest.raises(FileNotFoundError, match=message):
        save_from(run, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("labels.json", "no, yes", r"labels.json is not JSON"),
        ("labels.json", json.dumps({"no": 0}), r"labels.json must hold a list, got dict"),
        ("model.keras", "not a zip file", r"model.keras is not a Keras model, or is damaged"),
        ("vocabulary.txt", "film\n", r"vocabulary.txt is not a saved vocabulary"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_named(run, tmp_path, name, content, message):
    (run / name).write_text(content)
    with pytest.raises(ValueError, match=message):
        save_from(run, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_another_kind_of_file_is_refused(run, tmp_path):
    with pytest.raises(ValueError, match=r"must be a \.keras file"):
        save_from(run / "vocabulary.txt", tmp_path / "out")


def test_a_target_that_holds_something_else_is_refused_first(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ValueError, match="name a new folder"):
        save_from(tmp_path / "nowhere", tmp_path)


def test_the_run_of_another_kind_points_to_its_export(run, tmp_path):
    (run / "vocabulary.txt").unlink()
    (run / "export").mkdir()
    (run / "export" / "kind.txt").write_text("music\n")
    with pytest.raises(FileNotFoundError, match=r"is a run of the kind 'music'; pass its export, .*export\."):
        save_from(run, tmp_path / "out")
