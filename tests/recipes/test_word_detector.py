import io
import json

import numpy as np
import pytest
from helpers import load_recipe, needs_tensorflow
from rich.console import Console

from rnn_zoo import Stream, load
from rnn_zoo.evaluation import results
from rnn_zoo.tasks.stream_labelling.listening import print_detections
from rnn_zoo.text import Symbols

# A SavedModel is exported there; test_every_task.py trains its task too.
pytestmark = [needs_tensorflow, pytest.mark.long]
TINY = {"length": 12, "units": 4, "epochs": 1, "seed": 3, "cell": "min_gru"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("word_detector")
    (folder / "text.txt").write_text("ab, bc, abba, b. " * 30, encoding="utf-8")
    files = {"data": folder / "text.txt", "out": folder / "run", "results": folder / "rows.csv"}
    load_recipe("word_detector").main("ab", **TINY, **{name: str(file) for name, file in files.items()})
    return folder


def test_a_run_leaves_a_report_rows_and_an_export(run):
    report = json.loads((run / "run" / "metrics.json").read_text(encoding="utf-8"))
    assert list(report["systems"]) == ["word_detector", "baseline:last_letter"]
    rule = report["systems"]["baseline:last_letter"]
    assert rule["recall"] == 1 and 0 < rule["precision"] < 1
    rows = results.read(run / "rows.csv")
    assert {row["data"] for row in rows} == {f"{run / 'text.txt'} 'ab'"} and len(rows) == 8
    model = load(run / "run" / "export")
    assert model.labels == ["ab has just passed"] and model.probabilities(["xab"])[0].shape == (3, 1)


def test_the_same_call_loads_the_run_and_then_listens(run, capsys, monkeypatch):
    before = json.loads((run / "run" / "metrics.json").read_text(encoding="utf-8"))
    monkeypatch.setattr("sys.stdin", io.StringIO("cab\nabc\n"))
    load_recipe("word_detector").main("ab", data=str(run / "text.txt"), **TINY, listen=True, out=str(run / "run"))
    printed = capsys.readouterr().out
    assert "its result is loaded" in printed and "Listening" in printed
    assert len(printed[printed.index("Listening") :].splitlines()) == 4  # two lines were read
    assert json.loads((run / "run" / "metrics.json").read_text(encoding="utf-8")) == before
    arguments = {"data": str(run / "text.txt"), **TINY, "out": str(run / "run"), "split": "validation"}
    load_recipe("word_detector").main("ab", **arguments)
    assert json.loads((run / "run" / "metrics.json").read_text(encoding="utf-8"))["split"] == "validation"


def test_detections_are_printed_and_the_state_is_kept(run):
    symbols = Symbols.load(run / "run" / "export" / "symbols.json")

    class Detector:
        """Detects every "b" after an "a", which only the state remembers."""

        def __call__(self, ids, state):
            letter = symbols.symbols[ids[0, 0]]
            return np.full((1, 1, 1), float(state == "a" and letter == "b")), letter

    text = io.StringIO()
    console = Console(file=text, width=80)
    assert print_detections(Detector(), symbols, "ab", "bab\n", console) == "b"
    assert print_detections(Detector(), symbols, "ab", "b", console, "a") == "b"
    assert [line.rstrip() for line in text.getvalue().splitlines()] == ["bab <- 1.00", "b <- 1.00"]
    assert Stream(load(run / "run" / "export").model).state_names == ["layer_0/forward/h"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"word": "b"}, "`word`"),
        ({"cell": "grru"}, "Did you mean 'gru'"),
        ({"epochs": 0}, "`epochs`"),
        ({"learning_rate": 0}, "`learning_rate`"),
        ({"data": "missing.txt"}, "there is no file or folder missing.txt"),
        ({"results": __file__}, "line 1: expected the header"),
    ],
)
def test_bad_arguments_are_refused_before_training(tmp_path, options, message):
    with pytest.raises((ValueError, OSError), match=message):
        load_recipe("word_detector").main(**options, out=str(tmp_path / "run"))
    assert not (tmp_path / "run").exists()
