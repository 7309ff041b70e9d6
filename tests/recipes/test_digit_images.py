import json

import numpy as np
import pytest
from helpers import load_recipe, needs_tensorflow

from rnn_zoo import load
from rnn_zoo.evaluation import results
from rnn_zoo.tasks.image_classification.data import load_images
from rnn_zoo.tasks.image_classification.picture import as_text

pytestmark = needs_tensorflow  # a SavedModel is exported there
TINY = {"units": 4, "epochs": 1, "copies": 1, "batch_size": 16, "seed": 3}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    digits = load_images("digits").train
    rows = np.flatnonzero(digits.labels < 2)[:60]
    path = tmp_path_factory.mktemp("digit_images") / "two.npz"
    np.savez(path, images=digits.images[rows][..., 0], labels=digits.labels[rows])
    return path


def test_a_run_leaves_a_report_a_picture_rows_and_an_export(data, tmp_path, capsys):
    out, table, model = tmp_path / "run", tmp_path / "rows.csv", "digit_images"
    load_recipe("digit_images").main(str(data), **TINY, out=str(out), results=str(table))
    for file in ("config.json", "history.csv", "curves.png", "metrics.json", "report.png", "answers.png"):
        assert (out / file).stat().st_size, file
    report = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    assert list(report["systems"]) == [model, "baseline:logistic_regression"] and report["examples"] == 12
    assert {row["model"] for row in results.read(table)} == set(report["systems"])
    test = load_images(data, seed=3).test
    answers = load(out / "export").predict(test.images)
    right = np.mean([answer.label == str(label) for answer, label in zip(answers, test.labels, strict=True)])
    np.testing.assert_allclose(right, report["systems"][model]["accuracy"])
    assert "Label: 0. Answer: " in capsys.readouterr().out.replace("Label: 1.", "Label: 0.")
    load_recipe("digit_images").main(str(data), **TINY, out=str(out), split="validation")
    report = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    assert report["split"] == "validation" and report["examples"] == len(load_images(data, seed=3).validation)
    assert list(report["systems"]) == [model], "the baseline was fitted on these images"


def test_a_large_image_is_drawn_small():
    lines = as_text(np.full((100, 50, 3), 255.0)).split("\n")
    assert len(lines) == 20 and set(lines) == {"#" * 20}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "digit_image"}, "Did you mean 'digit_images'"),
        ({"epochs": 0}, "`epochs`"),
        ({"data": "digit"}, "Did you mean 'digits'"),
        ({"copies": -1}, "`copies`"),
        ({"results": __file__}, "line 1: expected the header"),
    ],
)
def test_bad_arguments_are_refused_before_training(tmp_path, options, message):
    with pytest.raises((ValueError, OSError), match=message):
        load_recipe("digit_images").main(**options, out=str(tmp_path / "run"))
    assert not (tmp_path / "run").exists()
