"""The report: printed, written whole, computed once."""

import io
import json
import struct
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

from rnn_zoo.evaluation.baseline import Baseline
from rnn_zoo.evaluation.classification import classification_metrics
from rnn_zoo.evaluation.classification_report import classification_report
from rnn_zoo.evaluation.classification_report import classification_report as function
from rnn_zoo.evaluation.order import ORDER_PAIRS

TEST = SimpleNamespace(texts=[f"text {index}" for index in range(60)], labels=np.arange(60, dtype="int32") % 2)


def constant(texts):
    return np.tile([0.6, 0.4], (len(texts), 1))


class Oracle:
    """Right on the test texts, half right on others; counts its calls."""

    def __init__(self, classes=2):
        self.calls, self.classes = [], classes

    def __call__(self, texts):
        self.calls.append(len(texts))
        answer = np.full((len(texts), self.classes), 0.1 / (self.classes - 1))
        answer[np.arange(len(texts)), np.arange(len(texts)) % self.classes] = 0.9
        return answer


BASELINE = Baseline("constant", 2, 0.1, constant, {"C": 1.0})


def run(predict, test=TEST, **arguments):
    console = Console(file=io.StringIO(), width=100)
    arguments = {"baselines": [BASELINE], "names": ("negative", "positive"), "console": console} | arguments
    return classification_report("net", predict, test, **arguments), console.file.getvalue()


def test_the_package_exports_the_function_not_its_module():
    assert callable(function)


def test_the_model_stands_beside_the_baselines_in_table_file_and_picture(tmp_path):
    result, printed = run(Oracle(), parameters=12_345, train_seconds=700.0, out=tmp_path / "new" / "run")
    for words in ("net on 60 test examples", "baseline", "constant", "100.00%", "50.00%", "12,345", "12 min", "< 1 s"):
        assert words in printed
    for words in ("accuracy", "macro F1", "log loss", "calibration error", "word-order pairs distinguished", "0 of 28"):
        assert words in printed
    for words in ("precision", "recall", "F1", "negative", "positive", "net beats the best baseline", "metrics.json"):
        assert words in printed
    assert all(sentence[:60] in printed for sentence in result["verdict"])
    written = json.loads((tmp_path / "new" / "run" / "metrics.json").read_text(encoding="utf-8"))
    assert written == result
    assert list(written["systems"]) == ["net", "baseline:constant"]
    expected = classification_metrics(TEST.labels, Oracle()(TEST.texts), ("negative", "positive"))
    assert {key: written["systems"]["net"][key] for key in expected} == expected
    assert written["systems"]["baseline:constant"]["order"]["largest_difference"] == 0
    assert written["systems"]["baseline:constant"]["settings"] == {"C": 1.0}
    picture = (tmp_path / "new" / "run" / "report.png").read_bytes()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", picture[16:24])
    assert width >= 1000 and height >= 800
    assert sorted(path.name for path in (tmp_path / "new" / "run").iterdir()) == ["metrics.json", "report.png"]


def test_a_losing_network_is_told_so():
    def wrong(texts):
        return Oracle()(texts)[:, ::-1]

    result, printed = run(wrong)
    assert "LOSES" in result["verdict"][0] and "LOSES" in printed


def test_probabilities_are_computed_once_and_may_be_given():
    oracle = Oracle()
    run(oracle)
    assert oracle.calls == [60, 2 * len(ORDER_PAIRS)]
    oracle = Oracle()
    given = Oracle()(TEST.texts)
    result, _ = run(oracle, probabilities=given)
    assert oracle.calls == [2 * len(ORDER_PAIRS)]
    assert result["systems"]["net"]["accuracy"] == 1


@pytest.mark.parametrize("classes", [3, 15])
def test_any_number_of_classes_with_names_that_look_like_markup(classes, tmp_path):
    names = [f"[red]класс 😀 {index}" for index in range(classes)]
    test = SimpleNamespace(texts=["x"] * 60, labels=np.arange(60) % classes)
    uniform = Baseline("uniform", 1, 1.0, lambda texts: np.full((len(texts), classes), 1 / classes), {})
    result, printed = run(Oracle(classes), test, baselines=[uniform], names=names, out=tmp_path)
    assert "[red]класс" in printed
    assert "ordered_right" not in result["systems"]["net"]["order"]
    assert (tmp_path / "report.png").stat().st_size > 10_000


def test_without_baselines_and_order_test_it_still_reports(tmp_path):
    result, printed = run(Oracle(), baselines=(), pairs=(), out=tmp_path)
    assert result["systems"]["net"]["order"] is None
    assert "No baseline was run" in printed and "permuted" not in printed


def test_the_positive_class_is_found_by_name_or_given():
    def ordered(**arguments):
        result, _ = run(Oracle(), **arguments)
        return "ordered_right" in result["systems"]["net"]["order"]

    assert ordered()
    assert ordered(names=("Pos", "Neg")) and ordered(names=("0", "1"))
    assert not ordered(names=("ham", "spam"))
    assert ordered(names=("ham", "spam"), positive="ham")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"positive": "good"}, r"`positive` must be one of the class names \['negative', 'positive'\], got 'good'"),
        ({"baselines": [BASELINE, BASELINE]}, "`baselines` must have different names"),
        ({"test": SimpleNamespace(texts=[], labels=np.zeros(0, int))}, "`test` must hold at least one text"),
        ({"names": ("a", "b", "c")}, "`probabilities` must have shape"),
    ],
)
def test_bad_arguments_are_named_and_nothing_is_written(arguments, words, tmp_path):
    with pytest.raises(ValueError, match=words):
        run(Oracle(), out=tmp_path / "out", **arguments)
    assert not (tmp_path / "out").exists()


def test_an_old_report_survives_a_failure(tmp_path):
    run(Oracle(), out=tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(ValueError):
        run(lambda texts: np.full((len(texts), 2), np.nan), out=tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
