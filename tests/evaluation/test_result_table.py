"""Tables made from result files, by function and by command."""

import runpy
import sys
import warnings

import pytest

import rnn_zoo
from rnn_zoo.evaluation import results
from rnn_zoo.evaluation.result_table import insert, main, table


def row(model, metric, value, seed=0, **changes):
    command = "" if model.startswith("baseline:") else f" --cell {model}"
    return {
        "recipe": "imdb",
        "data": "sample",
        "split": "test",
        "model": model,
        "seed": seed,
        "metric": metric,
        "value": value,
        "parameters": 1234,
        "train_seconds": 30,
        "hardware": "2 cores",
        "versions": "keras 3",
        "command": f"python imdb.py{command} --seed {seed}",
    } | changes


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "imdb.csv"
    results.append(
        path,
        [
            row("gru", "accuracy", 0.8),
            row("gru", "log_loss", 0.5),
            row("lstm", "accuracy", 0.90),
            row("lstm", "accuracy", 0.92, seed=1),
            row("baseline:tfidf_1_2", "accuracy", 0.85, command="python imdb.py --cell gru --seed 0"),
            row("baseline:tfidf_1_2", "accuracy", 0.85, command="python imdb.py --cell lstm --seed 0"),
            row("baseline:tfidf_1_2", "order_pairs_told_apart", 0.25, parameters="", train_seconds=""),
        ],
    )
    return path


def test_one_line_a_model_best_first_with_mean_and_spread_over_seeds(path):
    assert table(path).splitlines() == [
        "| model | data | accuracy | log loss | order pairs distinguished | seeds | parameters | training |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
        "| **lstm** [1] | sample, test | 91.00% ± 1.41 | – | – | 2 | 1,234 | 30 s |",
        "| *tfidf_1_2* (baseline) | sample, test | 85.00% | – | 25% | 1 | 1,234 | 30 s |",
        "| **gru** [2] | sample, test | 80.00% | 0.5 | – | 1 | 1,234 | 30 s |",
        "",
        "[1] `python imdb.py --cell lstm`  ",
        "[2] `python imdb.py --cell gru`  ",
        "Hardware: 2 cores.  ",
        "Versions: keras 3.",
    ]


def test_one_model_run_by_two_commands_has_two_lines(path):
    results.append(path, [row("gru", "accuracy", 0.7, command="python imdb.py --cell gru --units 8")])
    lines = [line for line in table(path).splitlines() if "**gru**" in line]
    assert len(lines) == 2 and "80.00%" in lines[0] and "70.00%" in lines[1]


def test_where_less_is_better_the_lowest_is_first(tmp_path):
    path = tmp_path / "ptb.csv"
    results.append(path, [row("gru", "perplexity", 90.0), row("lstm", "perplexity", 80.0)])
    assert table(path).index("lstm") < table(path).index("gru")


def test_a_file_without_rows_says_what_to_run(tmp_path):
    results.append(tmp_path / "r.csv", [])
    with pytest.raises(ValueError, match=r"r.csv holds no rows yet: run the recipe"):
        table(tmp_path / "r.csv")


def test_a_document_is_rewritten_between_its_markers_alone(path, tmp_path):
    document = tmp_path / "README.md"
    document.write_text(
        "# Title\n<!-- results:imdb -->\nold\n<!-- /results -->\nend <!-- results:other --> <!-- /results -->\n"
    )
    assert insert(path, document) is True
    expected = (
        f"<!-- results:imdb -->\n{table(path)}\n<!-- /results -->\nend <!-- results:other --> <!-- /results -->\n"
    )
    assert document.read_text() == f"# Title\n{expected}"
    assert insert(path, document) is False


@pytest.mark.parametrize(
    "text",
    [
        "no markers",
        "<!-- results:imdb --> alone",
        "<!-- /results --> <!-- results:imdb -->",
        "<!-- results:imdb --><!-- /results --><!-- results:imdb --><!-- /results -->",
    ],
)
def test_missing_markers_are_named_and_the_document_stays(text, path, tmp_path):
    document = tmp_path / "README.md"
    document.write_text(text)
    with pytest.raises(ValueError, match=r"README.md must hold <!-- results:imdb --> and then <!-- /results -->, once"):
        insert(path, document)
    assert document.read_text() == text


def test_the_command_prints_inserts_and_fails_in_one_line(path, tmp_path, capsys):
    document = tmp_path / "README.md"
    document.write_text("<!-- results:imdb -->\n<!-- /results -->\n")
    assert main([str(path)]) == 0
    assert capsys.readouterr().out.strip() == table(path)
    assert main([str(path), "--into", str(document)]) == 0
    assert "rewritten" in capsys.readouterr().out and table(path) in document.read_text()
    assert main([str(path), "--into", str(document)]) == 0
    assert "up to date" in capsys.readouterr().out
    document.write_text("none")
    assert main([str(path), "--into", str(document)]) == 2
    assert main([str(tmp_path / "missing.csv")]) == 2
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 2 and all(line.startswith("error: ") for line in errors) and "missing.csv" in errors[1]


def test_it_runs_as_a_module(path, monkeypatch, capsys):
    # In this process, because TensorFlow takes seconds to start; the package is imported anew, as `python -m` does.
    monkeypatch.setattr(rnn_zoo, "evaluation", rnn_zoo.evaluation)
    for name in [name for name in sys.modules if name.startswith("rnn_zoo.evaluation")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "argv", ["result_table", str(path)])
    with warnings.catch_warnings(), pytest.raises(SystemExit) as ended:
        warnings.simplefilter("error", RuntimeWarning)  # of a module that its package has imported before it runs
        runpy.run_module("rnn_zoo.evaluation.result_table", run_name="__main__", alter_sys=True)
    assert not ended.value.code
    assert capsys.readouterr().out.strip() == table(path)


def test_horizons_share_a_line_and_patterns_choose_metrics(tmp_path):
    path = tmp_path / "forecasting.csv"
    for model, errors in (("gru", (0.3, 0.4)), ("baseline:drift", (0.2, 0.5))):
        for horizon, error in zip((96, 192), errors, strict=True):
            command = f"python forecasting.py --model gru --horizon {horizon} --out runs/{horizon}"
            numbers = {f"mse@{horizon}": error, f"coverage90@{horizon}": 0.9, f"smape@{horizon}": 7}
            results.append(path, [row(model, metric, value, command=command) for metric, value in numbers.items()])
    lines = table(path, ["mse@*", "coverage90@*"]).splitlines()
    assert lines[0].startswith("| model | data | mse@96 | coverage90@96 | mse@192 | coverage90@192 |")
    assert lines[2].startswith("| *drift* (baseline) | sample, test | 0.2 | 90.00% | 0.5 |")
    assert lines[3].startswith("| **gru** [1] | sample, test | 0.3 | 90.00% | 0.4 |")
    with pytest.raises(ValueError, match="`metrics` must match some of mse@96"):
        table(path, ["rmse@*"])
