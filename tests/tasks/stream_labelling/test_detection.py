import io
import json

import numpy as np
import pytest
from rich.console import Console

from rnn_zoo.evaluation import results
from rnn_zoo.tasks.stream_labelling.report import detection_report, detection_rows
from rnn_zoo.tasks.stream_labelling.scores import detection_scores

LABELS = np.array([0, 1, 0, 1, 0, 0, 1, 0])
PROBABILITIES = np.array([0.1, 0.9, 0.6, 0.8, 0.2, 0.1, 0.4, 0.0])


def test_scores_follow_their_definitions():
    scores = detection_scores(LABELS, PROBABILITIES)
    assert (scores["found"], scores["missed"], scores["false_alarms"]) == (2, 1, 1)
    assert scores["precision"] == scores["recall"] == scores["f1"] == pytest.approx(2 / 3)
    assert detection_scores(LABELS, LABELS)["f1"] == detection_scores(LABELS, LABELS)["average_precision"] == 1
    assert detection_scores(LABELS, np.zeros(8))["precision"] == 0


def test_the_report_says_which_is_better_and_makes_rows(tmp_path):
    systems = {
        "network": {"probabilities": LABELS, "parameters": 7, "train_seconds": 1.25},
        "baseline:rule": {"probabilities": PROBABILITIES, "parameters": None, "train_seconds": None},
    }
    text = io.StringIO()
    report = detection_report("network", LABELS, systems, out=tmp_path, console=Console(file=text, width=120))
    assert json.loads((tmp_path / "metrics.json").read_text()) == report
    assert "beats the best baseline, baseline:rule: F1 1.0000 against 0.6667" in text.getvalue()
    assert report["verdict"][1] == "It missed 0 of 3 events, with 0 false alarms in 8 steps."
    rows = detection_rows(report, recipe="word_detector", data="generated", seed=0, command="python x.py")
    results.append(tmp_path / "rows.csv", rows)
    read = {(row["model"], row["metric"]): row for row in results.read(tmp_path / "rows.csv")}
    assert read["baseline:rule", "f1"]["value"] == "0.666667" and read["baseline:rule", "f1"]["parameters"] == ""
    assert read["network", "recall"]["train_seconds"] == "1.2"
    systems["network"], systems["baseline:rule"] = systems["baseline:rule"], systems["network"]
    worse = detection_report("network", LABELS, systems, console=Console(file=text))
    assert "LOSES" in worse["verdict"][0]


@pytest.mark.parametrize(
    ("labels", "probabilities", "message"),
    [(LABELS, PROBABILITIES[:3], "one number per step"), (np.zeros(8), PROBABILITIES, "must be 1 at one step or more")],
)
def test_bad_arrays_are_refused(labels, probabilities, message):
    with pytest.raises(ValueError, match=message):
        detection_scores(labels, probabilities)
