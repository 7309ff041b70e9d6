"""Result files: one number a row, replaced not doubled, never half written."""

import csv
import multiprocessing
import multiprocessing.pool
import os
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_zoo.evaluation import classification_rows, results


def row(**changes):
    return dict.fromkeys(results.COLUMNS, "x") | {"seed": 0, "metric": "accuracy", "value": 0.5} | changes


REPORT = {
    "split": "test",
    "systems": {
        "net": {
            "accuracy": 0.91234567,
            "macro_f1": 0.9,
            "log_loss": 0.25,
            "calibration_error": 0.01,
            "parameters": 1000,
            "train_seconds": 61.26,
            "order": {"different": 1.0, "ordered_right": 0.7, "both_right": 0.4},
        },
        "baseline:tfidf_1_2": {
            "accuracy": 0.9,
            "macro_f1": 0.9,
            "log_loss": 0.3,
            "calibration_error": 0.02,
            "parameters": None,
            "train_seconds": None,
            "order": None,
        },
    },
}


def test_the_columns_are_the_documented_ones():
    assert ",".join(results.COLUMNS) == (
        "recipe,data,split,model,seed,metric,value,parameters,train_seconds,hardware,versions,command"
    )


def test_a_report_becomes_one_number_a_row_for_model_and_baselines():
    made = classification_rows(
        REPORT, recipe="r", data="sample", seed=3, command="python r.py --seed 3", hardware="h", versions="v"
    )
    assert all(set(one) == set(results.COLUMNS) for one in made)
    assert {one["metric"] for one in made if one["model"] == "net"} == {
        "accuracy",
        "macro_f1",
        "log_loss",
        "calibration_error",
        "order_pairs_told_apart",
        "sentiment_pairs_right",
        "sentiment_pairs_both_labels_right",
    }
    assert len([one for one in made if one["model"] == "baseline:tfidf_1_2"]) == 4
    assert made[0] == {
        "recipe": "r",
        "data": "sample",
        "split": "test",
        "model": "net",
        "seed": 3,
        "metric": "accuracy",
        "value": "0.912346",
        "parameters": 1000,
        "train_seconds": "61.3",
        "hardware": "h",
        "versions": "v",
        "command": "python r.py --seed 3",
    }


def test_hardware_and_versions_are_filled_in():
    made = classification_rows(REPORT, recipe="r", data="d", seed=0, command="c")
    assert re.match(r"\d+ cores?, ", made[0]["hardware"])
    assert "tensorflow 2." in made[0]["versions"] and "; keras 3." in made[0]["versions"]
    assert "; rnn_zoo " in made[0]["versions"]


def test_a_row_of_the_same_run_is_replaced_in_place_and_others_stay(tmp_path):
    path = tmp_path / "new" / "r.csv"
    results.append(path, [row(metric="accuracy"), row(metric="log_loss")])
    results.append(path, [row(metric="accuracy", value=0.75, train_seconds="9"), row(seed=1), row(command="y")])
    found = results.read(path)
    assert [(one["metric"], one["value"], one["seed"], one["command"]) for one in found] == [
        ("accuracy", "0.75", "0", "x"),
        ("log_loss", "0.5", "0", "x"),
        ("accuracy", "0.5", "1", "x"),
        ("accuracy", "0.5", "0", "y"),
    ]
    assert found[0]["train_seconds"] == "9"


def test_appending_twice_changes_nothing(tmp_path):
    path = tmp_path / "r.csv"
    results.append(path, [row(), row(seed=1)])
    before = path.read_bytes()
    results.append(path, [row(), row(seed=1)])
    assert path.read_bytes() == before


@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30))
def test_any_text_in_a_command_comes_back_as_it_was(text, tmp_path_factory):
    path = tmp_path_factory.mktemp("r") / "r.csv"
    results.append(path, [row(command=text)])
    assert results.read(path)[0]["command"] == text


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"value": "high"}, "`rows`, metric 'accuracy': expected a number as value, got 'high'"),
        ({"value": None}, "expected a number"),
        ({"speed": 3}, "missing or extra: speed"),
    ],
)
def test_a_bad_row_is_named_and_the_file_stays(bad, words, tmp_path):
    path = tmp_path / "r.csv"
    results.append(path, [row()])
    before = path.read_bytes()
    with pytest.raises(ValueError, match=words):
        results.append(path, [row(seed=1), row() | bad])
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["a,b"], "line 1: expected the header recipe,data"),
        ([], "line 1: expected the header"),
        ([",".join(results.COLUMNS), "a,b"], "line 2: expected 12 columns, got 2"),
        ([",".join(results.COLUMNS), "a,b,c,d,0,acc,high,,,,,"], "line 2: expected a number as value, got 'high'"),
    ],
)
def test_another_file_is_refused_with_its_line_and_stays(lines, words, tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("\n".join(lines))
    for action in (lambda: results.read(path), lambda: results.append(path, [row()])):
        with pytest.raises(ValueError, match=f"r.csv, {words}"):
            action()
    assert path.read_text() == "\n".join(lines)


def _die_while_writing(path):
    real = csv.DictWriter.writerows

    def half(self, rows):
        real(self, list(rows)[:1])
        os._exit(9)

    csv.DictWriter.writerows = half
    results.append(path, [row(seed=seed) for seed in range(5)])


def test_a_kill_while_writing_leaves_the_old_file(tmp_path):
    path = tmp_path / "r.csv"
    results.append(path, [row(value=0.25)])
    before = path.read_bytes()
    process = multiprocessing.get_context("fork").Process(target=_die_while_writing, args=(path,))
    process.start()
    process.join()
    assert process.exitcode == 9
    assert path.read_bytes() == before


def test_runs_that_add_rows_at_once_lose_none(tmp_path):
    path = tmp_path / "r.csv"
    with multiprocessing.pool.ThreadPool(8) as pool:
        pool.map(lambda seed: results.append(path, [row(seed=seed)]), range(80), chunksize=1)
    assert sorted(int(one["seed"]) for one in results.read(path)) == list(range(80))
