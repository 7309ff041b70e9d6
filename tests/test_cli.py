import csv
import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from rnn_zoo import cli
from rnn_zoo.experiments import EXPERIMENTS
from rnn_zoo.export import locate
from rnn_zoo.tasks import find_task
from rnn_zoo.tasks.registry import recipes
from rnn_zoo.tasks.text_classification.export import save
from rnn_zoo.text import Vocabulary

LABELS = ["negative", "positive"]


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    import keras

    vocabulary = Vocabulary.fit(["the food is good", "the food is not good"], size=20)
    ids = keras.Input([None], dtype="int32")
    features = keras.layers.GlobalAveragePooling1D()(keras.layers.Embedding(vocabulary.size, 3)(ids))
    model = keras.Model(ids, keras.layers.Dense(2, activation="softmax")(features))
    folder = tmp_path_factory.mktemp("models")
    save(
        model, vocabulary, LABELS, folder / "tiny", card={"data": "two sentences"}, metrics={"tiny": {"accuracy": 0.5}}
    )
    return folder


@pytest.fixture(autouse=True)
def here(models, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RNN_ZOO_MODELS", str(models))
    monkeypatch.setattr(
        locate, "__file__", str(tmp_path / "rnn_zoo" / "export" / "locate.py")
    )  # no models beside the package
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def run(capsys):
    def run(*arguments, code=0):
        assert cli.main(arguments) == code
        shown = capsys.readouterr()
        if code:
            assert shown.err.startswith("rnn-zoo: error: ")
            assert shown.err.count("\n") == 1
            return shown.err
        return shown.out

    return run


def test_list(run):
    names = run("list")
    assert "imdb_bilstm" in names
    assert "tiny" in names
    assert "imdb_gru" not in run("list", "*lstm")
    assert "imdb_lstm" not in run("list", "--pretrained", "t*")
    assert "no model matches 'x*'" in run("list", "x*", code=2)
    assert "no exported model matches 'imdb*'" in run("list", "--pretrained", "imdb*", code=2)


def test_info_of_an_exported_model_shows_its_card(run, models):
    for name in ("tiny", str(models / "tiny")):
        shown = run("info", name)
        assert "two sentences" in shown
        assert "all unchanged since the export" in shown


def test_info_of_a_name_shows_how_it_is_built(run):
    assert "Recurrent" in run("info", "imdb_gru")


def test_info_of_an_unknown_name(run):
    error = run("info", "imdb_gro", code=2)
    assert "'imdb_gro'. Did you mean 'imdb_gru'?" in error and "'tiny'" in error


def test_predict_prints_a_table(run):
    shown = run("predict", "tiny", "The food is not good", "")
    assert "The food is not good" in shown
    assert "label" in shown
    assert len(shown.splitlines()) == 3


def test_predict_prints_json(run, models):
    rows = json.loads(run("predict", str(models / "tiny"), "🍕 [bold]good[/bold]", "", "--format", "json"))
    assert [row["text"] for row in rows] == ["🍕 [bold]good[/bold]", ""]
    for row in rows:
        assert row["label"] in LABELS
        assert row["score"] == max(row["probabilities"].values())
        assert sum(row["probabilities"].values()) == pytest.approx(1)


def test_predict_a_text_that_starts_with_a_hyphen(run):
    assert json.loads(run("predict", "tiny", "--format", "json", "--", "-1 of 10"))[0]["text"] == "-1 of 10"


def test_predict_a_file(run, tmp_path):
    (tmp_path / "reviews.csv").write_text("id,review\n1,good\n2,not good\n")
    shown = run("predict", "tiny", "--file", "reviews.csv", "--text-column", "review", "--out", "answers.csv")
    assert "answers.csv: 2 texts answered" in shown
    rows = list(csv.DictReader((tmp_path / "answers.csv").open()))
    assert [row["text"] for row in rows] == ["good", "not good"]
    arguments = ("predict", "tiny", "--file", "reviews.csv", "--text-column", "review", "--out", "answers.csv")
    assert "already exists" in run(*arguments, code=2)
    run(*arguments, "--overwrite")


def test_export_a_keras_file(run, models, tmp_path):
    source = str(models / "tiny" / "model.keras")
    shown = run("export", source, "--to", "out", "--labels", "no", "yes", "--data", "my own")
    assert "exported" in shown
    assert "my own" in (tmp_path / "out" / "README.md").read_text()
    assert json.loads(run("predict", "out", "good", "--format", "json"))[0]["label"] in ("no", "yes")
    assert "must name each of the model's 2 outputs" in run("export", source, "--to", "o", "--labels", "x", code=2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["predict", "tiny"], "either texts or --file"),
        (["predict", "tiny", "good", "--file", "a.csv"], "either texts or --file"),
        (["predict", "tiny", "good", "--out", "a.csv"], "`out`"),
        (["predict", "tini", "good"], "No exported model named 'tini'. Found: tiny"),
        (["predict", "tiny", "--file", "missing.csv"], "there is no file missing.csv"),
        (["predict", "tiny", "good", "--batch-size", "0"], "`batch_size` must be a positive integer"),
        (["predict", "tiny", "good", "--format", "xml"], "xml"),
        (["predict", "tiny", "good", "--top-k", "3"], "--top-k: tiny is of the kind 'classes', which does not sample"),
        (["export", "nowhere", "--to", "out"], "there is no file"),
        (["export", "nowhere"], "--to"),
        (["forecast"], "forecast"),
        (["predict", ".", "good"], "is not an exported model"),
    ],
)
def test_mistakes_get_one_line_and_exit_code_2(run, arguments, message):
    assert message in run(*arguments, code=2)


def test_train_lists_the_recipes(run):
    shown = run("train")
    assert shown == run("train", "--help") and "rnn-zoo train RECIPE --help" in shown
    rows = [line.split() for line in shown.splitlines()]
    assert rows[3][:2] == ["text_classification", "imdb_sentiment"]
    files = {path.stem for path in (Path(__file__).parents[1] / "recipes").glob("*.py")}
    assert files == {*recipes(), *EXPERIMENTS} <= {word for row in rows for word in row[:2]}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["imdb_sentimnt"], "got 'imdb_sentimnt'. Did you mean 'imdb_sentiment'?"),
        (["imdb_sentiment", "--epoch", "3"], "Did you mean --epochs?"),
        (["imdb_sentiment", "--epochs", "0"], "`epochs` must be a positive integer"),
    ],
)
def test_a_mistake_in_train_gets_one_line_and_exit_code_2(run, arguments, message):
    assert message in run("train", *arguments, code=2)


@pytest.mark.parametrize("name", ["imdb_sentiment", "text_classification"])
def test_train_explains_the_options_of_a_recipe(run, name):
    """By the recipe's name, or that of its task."""
    shown = run("train", name, "--help")
    assert "Usage: rnn-zoo train imdb_sentiment" in shown and "--epochs" in shown and "passes over the" in shown


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_train_runs_the_experiments_too(run, name):
    assert f"Usage: rnn-zoo train {name}" in run("train", name, "--help")


def test_train_runs_a_recipe_and_the_card_states_the_command(run, tmp_path):
    example = find_task("text_classification").load("example:example")(tmp_path)
    shown = run("train", example.recipe, *example.arguments, "--out", "run", "--seed", "2")
    command = shlex.join(["rnn-zoo", "train", example.recipe, *example.arguments, "--out", "run", "--seed", "2"])
    assert f"- command: `{command}`" in (tmp_path / "run" / "export" / "README.md").read_text(encoding="utf-8")
    assert "Ask it yourself: rnn-zoo predict" in shown
    assert json.loads(run("predict", "run/export", example.question, "--format", "json"))[0]["label"]


@pytest.mark.parametrize("command", ["list", "info", "predict", "export", "inspect"])
def test_help_explains_every_option(run, command):
    shown = run(command, "--help")
    assert "Usage: rnn-zoo " + command in shown
    if command == "predict":
        assert "[default: 64]" in shown
        assert "[default: text]" in shown


def test_version(run):
    from rnn_zoo import __version__

    assert __version__ in run("--version")


def test_an_error_inside_keeps_its_traceback(monkeypatch):
    monkeypatch.setattr("rnn_zoo.zoo.list_models", lambda *arguments, **options: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        cli.main(["list"])


@pytest.mark.long
def test_the_installed_command(models):
    process = subprocess.run(
        [
            sys.executable,
            "-m",
            "rnn_zoo.cli",
            "predict",
            str(models / "tiny"),
            "The food is not good",
            "--format",
            "json",
        ],
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr
    assert json.loads(process.stdout)[0]["label"] in LABELS
