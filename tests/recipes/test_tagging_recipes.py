"""The recipes of taggers, on a few sentences."""

import json
import re
import sys

import pytest
from helpers import load_recipe

import rnn_zoo
from rnn_zoo.evaluation import results

SENTENCES = [
    ("Anna lives in Paris .", "B-PER O O B-LOC O", "PROPN VERB ADP PROPN PUNCT"),
    ("John works in New York", "B-PER O O B-LOC I-LOC", "PROPN VERB ADP PROPN PROPN"),
    ("rain falls on London .", "O O O B-LOC O", "NOUN VERB ADP PROPN PUNCT"),
]


def write(path, column):
    rows = [zip(row[0].split(), row[column].split(), strict=True) for row in SENTENCES * 4]
    path.write_text("\n".join("".join(f"{word}\t{tag}\n" for word, tag in row) for row in rows))
    return str(path)


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def run(recipe, data, **options):
        monkeypatch.setattr(sys, "argv", [f"recipes/{recipe}.py", "--data", data])
        options = {"epochs": 1, "dim": 8, "batch_size": 16, "out": "run", "results": "r.csv", **options}
        load_recipe(recipe).main(data, **options)
        return capsys.readouterr().out

    return run


def test_named_entities(run, tmp_path):
    data = write(tmp_path / "a.conll", 1)
    (tmp_path / "text.txt").write_text("\n".join(row[0] for row in SENTENCES * 5))
    trial = run("named_entities", data, unlabelled="text.txt", quantize=True, split="validation", results="trial.csv")
    assert "run/vectors.txt: vectors for 13 words" in trial and "on validation" in trial and "on test" not in trial
    assert {row["split"] for row in results.read("trial.csv")} == {"validation"}
    printed = run("named_entities", data, unlabelled="text.txt", quantize=True)
    assert "its result is loaded" in printed and "on validation" in printed and "on test" in printed
    report = json.loads((tmp_path / "run/metrics.json").read_text())
    systems = ["ner_bilstm_crf", "baseline:most_frequent_tag", "baseline:window_logistic_regression"]
    assert list(report["systems"]) == systems
    files = "config.json curves.png model.keras report.html kind.txt letters.json labels.json export/kind.txt"
    for file in files.split():
        assert (tmp_path / "run" / file).stat().st_size, file
    rows = results.read("r.csv")
    assert {(row["model"], row["metric"]) for row in rows} >= {(one, "f1") for one in systems}
    assert all(row["command"] == f"python recipes/named_entities.py --data {data}" for row in rows)
    model = rnn_zoo.load("run/export")
    assert model.types == ["LOC", "PER"] and set(model.labels) > {"S-LOC", "E-LOC", "O"}
    (characters,) = [layer for layer in model.model.layers if layer.name.startswith("characters")]
    assert characters.words.embedding.quantization_mode == "int8"
    with pytest.raises(ValueError, match="`vectors` and `unlabelled` both"):
        run("named_entities", data, unlabelled="text.txt", vectors="v.txt")
    kept = (tmp_path / "run/vectors.txt").read_bytes()
    (tmp_path / "other.txt").write_text("words of another text\n" * 9)
    with pytest.raises(ValueError, match="holds another run"):
        run("named_entities", data, unlabelled="other.txt", quantize=True)
    assert (tmp_path / "run/vectors.txt").read_bytes() == kept


@pytest.mark.long
def test_parts_of_speech(run, tmp_path):
    printed = run("parts_of_speech", write(tmp_path / "b.conll", 2), validation=0)
    assert re.search(r"Time [A-Z]+ .*flies [A-Z]+ ", printed) and "Ask it yourself" in printed
    report = json.loads((tmp_path / "run/metrics.json").read_text())
    assert report["scheme"] == "plain" and 0 <= report["systems"]["pos_bilstm"]["accuracy"] <= 1
    assert rnn_zoo.load("run/export").types == []
    with pytest.raises(ValueError, match=r"`split` is 'validation', of which .* has no sentences"):
        run("parts_of_speech", str(tmp_path / "b.conll"), validation=0, split="validation")


def test_tags_without_names_are_refused(run, tmp_path):
    with pytest.raises(ValueError, match=r"the tags of .* mark no names, such as 'ADP'; pass `tag_column`"):
        run("named_entities", write(tmp_path / "b.conll", 2))
