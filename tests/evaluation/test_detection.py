import io
import json

import numpy as np
import pytest
from rich.console import Console

from rnn_zoo.evaluation import detection, detection_report, detection_rows, results

LABELS = np.array([0, 1, 0, 1, 0, 0, 1, 0])
TOLD = np.array([0.1, 0.9, 0.6, 0.8, 0.2, 0.1, 0.4, 0.0])


def test_scores_follow_their_definitions():
    scores = detection(LABELS, TOLD)
    assert (scores["found"], scores["missed"], scores["false_alarms"]) == (2, 1, 1)
    assert scores["precision"] == scores["recall"] == scores["f1"] == pytest.approx(2 / 3)
    assert detection(LABELS, LABELS)["f1"] == detection(LABELS, LABELS)["average_precision"] == 1
    assert detection(LABELS, np.zeros(8))["precision"] == 0


def test_the_report_says_which_is_better_and_makes_rows(tmp_path):
    systems = {
        "network": {"probabilities": LABELS, "parameters": 7, "train_seconds": 1.25},
        "baseline:rule": {"probabilities": TOLD, "parameters": None, "train_seconds": None},
    }
    text = io.StringIO()
    report = detection_report("network", LABELS, systems, out=tmp_path, console=Console(file=text, width=120))
    assert json.loads((tmp_path / "metrics.json").read_text()) == report
    assert "beats the best baseline, baseline:rule: F1 1.0000 against 0.6667" in text.getvalue()
    assert report["verdict"][1].startswith("Of 3 it missed 0; 0 times")
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
    [(LABELS, TOLD[:3], "one number a step"), (np.zeros(8), TOLD, "must be 1 at one step at least")],
)
def test_what_cannot_be_scored_is_refused(labels, probabilities, message):
    with pytest.raises(ValueError, match=message):
        detection(labels, probabilities)
