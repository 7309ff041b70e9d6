import csv
import json
from pathlib import Path

import numpy as np
import pytest
from helpers import load_recipe, needs_tensorflow, run_recipe

import rnn_zoo
from rnn_zoo import NGrams, Segmented, create_model, datasets, load
from rnn_zoo.tasks.text_classification.pretraining import teach
from rnn_zoo.text import Vocabulary

pytestmark = needs_tensorflow  # a SavedModel is exported there
SENTENCES = Path(rnn_zoo.__file__).parent / "samples" / "uci_sentiment"
LABELS = ("negative", "positive")
MODEL = "imdb_pretrained"
TINY = {"max_length": 12, "batch_size": 16, "epochs": 1, "seed": 3}


def write_data(folder, labels=LABELS, unlabelled=True, train=60, test=20):
    """Sentences that ship with the package, labelled in turn; as many more without a label."""
    lines = (SENTENCES / "yelp_labelled.txt").read_text(encoding="utf-8").split("\n")[: 2 * train + test]
    rows = [(line.rsplit("\t", 1)[0].strip(), labels[number % len(labels)]) for number, line in enumerate(lines)]
    splits = {"train": rows[:train], "test": rows[train : train + test]}
    files = {split: [("text", "label"), *part] for split, part in splits.items()}
    if unlabelled:  # an empty text and one of one word among them
        files["unlabelled"] = [("text",), *[(text,) for text, _ in rows[train + test :]], ("",), ("food",)]
    folder.mkdir(parents=True)
    for split, part in files.items():
        with open(folder / f"{split}.csv", "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(part)
    return folder


def options(arguments):
    return [part for name, value in arguments.items() for part in (f"--{name.replace('_', '-')}", value)]


def files_of(folder):
    return {file: file.stat().st_mtime_ns for file in folder.rglob("*")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("imdb_language_model")


@pytest.fixture(scope="module")
def data(folder):
    return write_data(folder / "data")


@pytest.fixture(scope="module")
def language_model(folder, data):
    """The folder of a finished run, and what it printed."""
    out = folder / "language_model"
    arguments = {**TINY, "vocabulary_size": 150, "samples": 8, "out": out}
    told = run_recipe("imdb_language_model", "--data", data, *options(arguments))
    assert told.returncode == 0, told.stderr[-2000:]
    return out, told.stdout


@pytest.fixture(scope="module")
def started(folder, data, language_model):
    """The folder of a classifier that started from the language model."""
    out = folder / "started"
    # Steps too small to move a weight: what is kept is what it started from.
    arguments = {**TINY, "pretrained": language_model[0], "learning_rate": 1e-12, "weight_average": 0, "out": out}
    told = run_recipe("imdb_sentiment", data, "--model", MODEL, *options(arguments))
    assert told.returncode == 0, told.stderr[-2000:]
    return out


def learned(model):
    """The weights of the front and of the recurrence: what a language model has to give."""
    return [w for layer in model.layers if isinstance(layer, NGrams | Segmented) for w in layer.get_weights()]


def test_a_run_leaves_weights_and_a_vocabulary_of_all_texts(data, language_model):
    out, told = language_model
    assert f"--model {MODEL} --pretrained {out}" in told, "the command that goes on from here"
    history = json.loads((out / "history.json").read_text(encoding="utf-8"))
    assert history["finished"] and np.isfinite(history["epochs"]["loss"]).all()
    reviews = datasets.load(str(data), seed=TINY["seed"])
    assert len(reviews.unlabelled) == 62
    expected = Vocabulary.fit([*reviews.train.texts, *reviews.unlabelled], size=150)
    assert Vocabulary.load(out / "vocabulary.txt").words == expected.words


@pytest.mark.long
def test_the_classifier_starts_from_the_language_model(language_model, started):
    out, _ = language_model
    trained = load(started / "export")
    assert trained.vocabulary.words == Vocabulary.load(out / "vocabulary.txt").words

    model = create_model(MODEL, vocabulary_size=150, classes=2, seed=TINY["seed"])
    untrained = learned(model)
    model.load_weights(out / f"{MODEL}.weights.h5")
    pretrained, kept = learned(model), learned(trained.model)
    assert len(pretrained) == 9
    for before, start, after in zip(untrained, pretrained, kept, strict=True):
        assert not np.array_equal(start, before), "the language model learned it"
        np.testing.assert_allclose(after, start, atol=1e-6)


@pytest.mark.long
def test_a_teacher_teaches_a_second_run(folder, data, language_model, started):
    out = folder / "taught"
    arguments = {**TINY, "pretrained": language_model[0], "teacher": started / "export", "out": out}
    told = run_recipe("imdb_sentiment", data, "--model", MODEL, "--decay", *options(arguments))
    assert told.returncode == 0, told.stderr[-2000:]
    report = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    assert next(iter(report["systems"])) == f"{MODEL} taught"
    settings = json.loads((out / "config.json").read_text(encoding="utf-8"))
    assert settings["config"]["teacher"][0] == str(started / "export")
    alone = json.loads((started / "config.json").read_text(encoding="utf-8"))
    assert settings["training"]["batches"] > alone["training"]["batches"], "the unlabelled texts are read too"
    answer, _ = load(out / "export").predict(["The food is not good", ""])
    assert answer.label in LABELS


@pytest.mark.long
def test_a_teacher_labels_the_unlabelled_texts(data, started):
    reviews = datasets.load(str(data))
    train, validation = teach(reviews, str(started / "export"))
    labelled = len(reviews.train)
    assert train.texts == [*reviews.train.texts, *reviews.unlabelled]
    assert train.labels[:labelled].argmax(axis=1).tolist() == reviews.train.labels.tolist()
    assert set(train.labels[:labelled].ravel().tolist()) == {0.0, 1.0}
    answers = load(started / "export").probabilities(reviews.unlabelled)
    np.testing.assert_allclose(train.labels[labelled:], answers, atol=1e-6)
    assert validation.texts == reviews.validation.texts
    assert validation.labels.argmax(axis=1).tolist() == reviews.validation.labels.tolist()


def test_a_finished_run_is_not_trained_again(data, language_model, capsys):
    out, _ = language_model
    weights, history = learned_in(out), (out / "history.json").read_bytes()
    arguments = {**TINY, "data": str(data), "vocabulary_size": 150, "samples": 8, "out": str(out)}
    load_recipe("imdb_language_model").main(**arguments)
    assert "its result is loaded" in capsys.readouterr().out
    assert (out / "history.json").read_bytes() == history
    for now, before in zip(learned_in(out), weights, strict=True):
        np.testing.assert_array_equal(now, before)


def learned_in(out):
    model = create_model(MODEL, vocabulary_size=150, classes=2)
    model.load_weights(out / f"{MODEL}.weights.h5")
    return learned(model)


@pytest.mark.parametrize("changed", [{"max_length": 9}, {"samples": 9}, {"batch_size": 20}, {"validation": 0.2}])
def test_the_folder_of_another_run_is_refused(data, language_model, changed):
    out, _ = language_model
    before = files_of(out)
    arguments = {**TINY, "data": str(data), "vocabulary_size": 150, "samples": 8, "out": str(out), **changed}
    with pytest.raises(ValueError, match="holds another run") as refused:
        load_recipe("imdb_language_model").main(**arguments)
    assert next(iter(changed)) in str(refused.value)
    assert files_of(out) == before


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"data": "sample"}, "`data` must have unlabelled texts, but 'sample' has none"),
        ({"data": "reviews"}, "`data` must be one of"),
        ({"model": "imdb_pretraned"}, "Did you mean 'imdb_pretrained'"),
        ({"epochs": 0}, "`epochs` must be a positive integer, got 0"),
        ({"learning_rate": -1.0}, "`learning_rate` must be a positive number, got -1.0"),
        ({"samples": 0}, "`samples` must be a positive integer, got 0"),
        ({"max_length": 0}, "`max_length` must be a positive integer, got 0"),
        ({"vocabulary_size": 2}, "`size` must be 3 or more"),
    ],
)
def test_bad_arguments_are_refused_before_training(tmp_path, data, changed, message):
    arguments = {**TINY, "data": str(data), "vocabulary_size": 150, **changed, "out": str(tmp_path / "run")}
    with pytest.raises((ValueError, OSError), match=message) as refused:
        load_recipe("imdb_language_model").main(**arguments)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "run").exists()


@pytest.mark.long
@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("no folder", "`pretrained` must be the folder of a finished run .* which holds no weights"),
        ("another model", "--model imdb_ngrams, got .* which holds weights of imdb_pretrained"),
        ("a run that was stopped", "`pretrained` must be the folder of a finished run"),
        ("more classes", "`pretrained`: .* does not fit a network of 3 classes"),
        ("vectors too", "`vectors` and `pretrained` both initialise the embedding"),
        (
            "teacher of other labels",
            "`teacher` must answer with .* bad, good, .* answers with negative, positive",
        ),
        ("teacher without texts", "`teacher` needs unlabelled texts, and '.*' has none"),
        ("no teacher", "No exported model named 'nobody'"),
        ("steps that grow", "`learning_rate` must be a positive number, got -1.0"),
    ],
)
def test_a_bad_start_is_refused_before_training(tmp_path, data, language_model, started, case, message):
    pretrained, teacher = str(language_model[0]), str(started / "export")
    if case == "a run that was stopped":
        (tmp_path / "stopped").mkdir()
        (tmp_path / "stopped" / "config.json").write_bytes((language_model[0] / "config.json").read_bytes())
    changed = {
        "no folder": {"pretrained": str(tmp_path / "nowhere")},
        "another model": {"pretrained": pretrained, "model": "imdb_ngrams"},
        "a run that was stopped": {"pretrained": str(tmp_path / "stopped")},
        "more classes": {"pretrained": pretrained, "data": "three"},
        "vectors too": {"pretrained": pretrained, "vectors": "vectors.txt"},
        "teacher of other labels": {"teacher": teacher, "data": "other labels"},
        "teacher without texts": {"teacher": teacher, "data": "labelled alone"},
        "no teacher": {"teacher": "nobody"},
        "steps that grow": {"learning_rate": -1.0, "decay": True},
    }[case]
    files = {
        "three": {"labels": ("bad", "good", "so so")},
        "other labels": {"labels": ("bad", "good")},
        "labelled alone": {"unlabelled": False},
    }
    if "data" in changed:
        changed["data"] = str(write_data(tmp_path / "data", **files[changed["data"]]))
    model = "imdb_gru" if "teacher" in changed else MODEL  # the small one
    arguments = {**TINY, "data": str(data), "model": model, "vocabulary_size": 150, **changed}
    with pytest.raises((ValueError, OSError), match=message) as refused:
        load_recipe("imdb_sentiment").main(**arguments, out=str(tmp_path / "run"))
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "run").exists()


def test_a_mistake_on_the_command_line_is_told_in_one_line(tmp_path):
    told = run_recipe("imdb_language_model", "--data", "sample", "--out", tmp_path / "run")
    assert told.returncode == 2
    assert told.stderr.strip().splitlines()[-1].startswith("error: `data` must have unlabelled texts")
    assert "Traceback" not in told.stderr
    assert not (tmp_path / "run").exists()
