import io
import json

from rich.console import Console

from rnn_zoo.evaluation import results
from rnn_zoo.evaluation.scores_report import scores_report, scores_rows

SYSTEMS = {
    "network": {"scores": {"nats": 1.5, "bleu": 20.0}, "parameters": 10, "train_seconds": 3.0},
    "baseline:bigram": {"scores": {"nats": 1.6, "bleu": 30.0}, "parameters": None, "train_seconds": None},
}


def test_the_report_says_which_is_better(tmp_path):
    told = io.StringIO()
    report = scores_report(
        SYSTEMS,
        split="test",
        lower_is_better=["nats"],
        examples=[{"given": "to be", "written": "or not [to]"}],
        out=tmp_path,
        console=Console(file=told, width=120),
    )
    assert report["verdict"] == [
        "nats: network 1.5, the best baseline (bigram) 1.6; the model is better.",
        "bleu: network 20, the best baseline (bigram) 30; the baseline is better.",
    ]
    assert json.loads((tmp_path / "metrics.json").read_text()) == report
    assert (tmp_path / "examples.txt").read_text() == "given: to be\nwritten: or not [to]\n"
    for piece in (*report["verdict"], "or not [to]", "baseline:bigram"):
        assert piece in told.getvalue()


def test_its_rows_are_result_rows(tmp_path):
    report = scores_report(SYSTEMS, split="test", console=Console(file=io.StringIO()))
    rows = scores_rows(report, recipe="r", data="d", seed=0, command="c", hardware="h", versions="v")
    results.append(tmp_path / "rows.csv", rows)
    read = {(row["model"], row["metric"]): row for row in results.read(tmp_path / "rows.csv")}
    assert len(read) == 4
    assert read["network", "nats"]["value"] == "1.5" and read["network", "nats"]["parameters"] == "10"
    assert read["baseline:bigram", "bleu"]["train_seconds"] == ""


def test_what_is_as_good_is_not_called_better():
    equal = {name: {**system, "scores": {"nats": 1.5 + 1e-6 * (name == "network")}} for name, system in SYSTEMS.items()}
    report = scores_report(equal, split="test", lower_is_better=["nats"], console=Console(file=io.StringIO()))
    assert report["verdict"] == ["nats: network 1.5, the best baseline (bigram) 1.5; they are equal."]


def test_another_system_is_no_baseline_of_the_verdict():
    searched = {**SYSTEMS, "network greedy": {"scores": {"nats": 1.0}, "parameters": 10, "train_seconds": 3.0}}
    searched = {name: {**system, "scores": {"nats": system["scores"]["nats"]}} for name, system in searched.items()}
    report = scores_report(searched, split="test", lower_is_better=["nats"], console=Console(file=io.StringIO()))
    assert report["verdict"] == ["nats: network 1.5, the best baseline (bigram) 1.6; the model is better."]
    assert report["systems"]["network greedy"]["nats"] == 1.0
