import io
import json

from rich.console import Console

from rnn_zoo.evaluation import results
from rnn_zoo.tasks.tagging.baselines import most_frequent_tag
from rnn_zoo.tasks.tagging.dataset import TaggedSplit
from rnn_zoo.tasks.tagging.report import tag_report, tag_rows

TEST = TaggedSplit([["in", "New", "York"], ["<b>", "é"], []], [["O", "B-LOC", "I-LOC"], ["O", "O"], []], [0, 0, 0])
FOUND = [["O", "B-LOC", "O"], ["O", "O"], []]


def report(folder, found=FOUND, test=TEST, scheme="BIO"):
    file = io.StringIO()
    console = Console(
        file=file, width=120, force_terminal=True, color_system="truecolor", markup=False, highlight=False
    )
    made = tag_report(
        "tiny", found, test, [most_frequent_tag(test)], scheme=scheme, parameters=7, out=folder, console=console
    )
    return made, file.getvalue()


def test_scores_stand_beside_the_baselines_and_mistakes_are_shown_in_colour(tmp_path):
    made, printed = report(tmp_path)
    assert list(made["systems"]) == ["tiny", "baseline:most_frequent_tag"]
    assert made["systems"]["tiny"]["f1"] == 0 and made["systems"]["baseline:most_frequent_tag"]["f1"] == 1
    assert json.loads((tmp_path / "metrics.json").read_text()) == made
    assert "\x1b[30;48;2;" in printed and "New York" in printed and "most_frequent_tag" in printed
    page = (tmp_path / "report.html").read_text()
    assert page.count("predicted") == 1 and "New York" in page and "background-color" in page and "é" not in page
    assert "1 of 3 test sentences with a mistake" in page


def test_words_are_escaped_in_html(tmp_path):
    report(tmp_path, [["O", "B-LOC", "I-LOC"], ["B-LOC", "O"], []])
    page = (tmp_path / "report.html").read_text()
    assert "&lt;b&gt;" in page and "<b>" not in page


def test_parts_of_speech_show_the_words_that_differ(tmp_path):
    test = TaggedSplit([["a", "dog"]], [["DET", "NOUN"]], [0])
    made, printed = report(tmp_path, [["DET", "VERB"]], test, "plain")
    assert made["systems"]["tiny"]["accuracy"] == 0.5 and "VERB" in printed and "macro f1" in printed


def test_rows_are_those_of_a_result_file(tmp_path):
    made, _ = report(tmp_path)
    rows = tag_rows(made, recipe="named_entities", data="wnut17", seed=1, command="python x")
    results.append(tmp_path / "r.csv", rows)
    assert {(row["model"], row["metric"]) for row in results.read(tmp_path / "r.csv")} >= {
        ("tiny", "f1"),
        ("baseline:most_frequent_tag", "accuracy"),
    }
