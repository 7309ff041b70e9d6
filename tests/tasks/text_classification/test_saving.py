import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import traceback

import keras
import numpy as np
import pytest

from rnn_zoo import Classes, Recurrent, Tokens, Values, many_to_one
from rnn_zoo.tasks.text_classification import export as saving
from rnn_zoo.tasks.text_classification.export import save
from rnn_zoo.text import Vocabulary
from rnn_zoo.zoo import load

LABELS = ["negative", "neutral", "positive"]
TEXTS = ["the film is good", "", "🍕 !"]


def classifier(vocabulary, output, count=3):
    ids = keras.Input([None], dtype="int32")
    features = keras.layers.GlobalAveragePooling1D()(keras.layers.Embedding(vocabulary.size, 3)(ids))
    return keras.Model(ids, keras.layers.Dense(count, activation=output)(features))


@pytest.fixture
def copied(exported, tmp_path):
    return shutil.copytree(exported, tmp_path / "copy")


def snapshot(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_folder_holds_all_that_is_promised(exported, vocabulary):
    files = {path.relative_to(exported).as_posix() for path in exported.rglob("*") if path.is_file()}
    assert files >= {
        "saved_model.pb",
        "variables/variables.index",
        "model.keras",
        "model.onnx",
        "vocabulary.txt",
        "labels.json",
        "metrics.json",
        "README.md",
        "SHA256SUMS",
    }
    assert json.loads((exported / "labels.json").read_text()) == LABELS
    assert json.loads((exported / "metrics.json").read_text())["gru"] == {"accuracy": 0.875}
    assert Vocabulary.load(exported / "vocabulary.txt").words == vocabulary.words
    listed = {line.split("  ")[1] for line in (exported / "SHA256SUMS").read_text().splitlines()}
    assert listed == files - {"SHA256SUMS"}


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs sha256sum")
def test_sha256sum_agrees(exported):
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=exported, check=True, capture_output=True)


def test_the_optimizer_stays_with_the_model_and_out_of_the_export(vocabulary, tmp_path):
    # Adam's two moments triple the file.
    model = many_to_one(Tokens(vocabulary.size, 200), Recurrent("gru", 60), Classes(3))
    model.optimizer.build(model.trainable_variables)
    folder = save(model, vocabulary, LABELS, tmp_path / "export")
    assert len(model.optimizer.variables) > 2 * len(model.trainable_variables)
    weights = model.count_params() * 4
    assert (folder / "model.keras").stat().st_size < 1.5 * weights
    assert (folder / "variables/variables.data-00000-of-00001").stat().st_size < 1.5 * weights


def test_embeddings_quantised_to_int8(vocabulary, tmp_path):
    model = many_to_one(Tokens(vocabulary.size, 64, seed=1), Recurrent("gru", 4, seed=2), Classes(3))
    whole = model.predict(vocabulary.layer(TEXTS), verbose=0)
    model.quantize("int8")
    quantised = model.predict(vocabulary.layer(TEXTS), verbose=0)
    folder = save(model, vocabulary, LABELS, tmp_path / "export")
    pretrained = load(folder)
    # Activations are rounded to 8 bits too: a difference in the last place may round one to its neighbour.
    np.testing.assert_allclose(pretrained.probabilities(TEXTS), quantised, atol=2e-4)
    np.testing.assert_allclose(quantised, whole, atol=0.02)
    np.testing.assert_allclose(pretrained.model.predict(vocabulary.layer(TEXTS), verbose=0), quantised, atol=1e-5)
    assert any(variable.dtype == "int8" for variable in pretrained.model.variables)


def test_mixed_precision_answers_in_float32(vocabulary, tmp_path):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = many_to_one(Tokens(vocabulary.size, 4), Recurrent("gru", 4), Classes(3))
    finally:
        keras.config.set_dtype_policy(before)
    expected = model.predict(vocabulary.layer(TEXTS), verbose=0)
    folder = save(model, vocabulary, LABELS, tmp_path / "export")
    # The ONNX form computes in float32, where the model rounds to 8 bits of mantissa.
    np.testing.assert_allclose(load(folder).probabilities(TEXTS), expected, atol=1e-3)
    (folder / "model.onnx").unlink()
    np.testing.assert_allclose(load(folder, verify=False).probabilities(TEXTS), expected, atol=1e-5)


def test_a_plain_keras_model_and_labels_of_any_script(vocabulary, tmp_path):
    folder = save(classifier(vocabulary, "softmax"), vocabulary, ["🍕", "bad food", 3], tmp_path / "export")
    answer = load(folder).predict(["good"])[0]
    assert answer.label in ("🍕", "bad food", "3")
    assert set(answer.probabilities) == {"🍕", "bad food", "3"}


def test_an_earlier_export_is_replaced_whole(copied, vocabulary):
    before = snapshot(copied)
    (copied / "assets").mkdir(exist_ok=True)
    folder = save(classifier(vocabulary, "softmax", 2), vocabulary, ["no", "yes"], copied)
    assert folder == copied.resolve()
    assert load(copied).labels == ["no", "yes"]
    load(copied).verify()
    assert snapshot(copied)["model.keras"] != before["model.keras"]
    assert [path.name for path in copied.parent.iterdir()] == ["copy"]


def test_a_link_to_a_folder_stays_a_link(copied, vocabulary, tmp_path):
    link = tmp_path / "latest"
    link.symlink_to(copied)
    save(classifier(vocabulary, "softmax", 2), vocabulary, ["no", "yes"], link)
    assert link.is_symlink()
    assert load(copied).labels == ["no", "yes"]


def test_an_empty_folder_is_taken(vocabulary, tmp_path):
    (tmp_path / "export").mkdir()
    load(save(classifier(vocabulary, "softmax"), vocabulary, LABELS, tmp_path / "export")).verify()


def test_a_folder_with_anything_else_is_refused(vocabulary, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ValueError, match=r"`to`.*not empty and not an exported model.*name a new folder"):
        save(classifier(vocabulary, "softmax"), vocabulary, LABELS, tmp_path)
    assert snapshot(tmp_path) == {"thesis.txt": b"years of work"}


def test_an_export_with_a_users_own_file_is_refused(copied, vocabulary):
    (copied / "notes.md").write_text("mine")
    before = snapshot(copied)
    with pytest.raises(ValueError, match=r"not part of the export \(notes.md\)"):
        save(classifier(vocabulary, "softmax"), vocabulary, LABELS, copied)
    assert snapshot(copied) == before


def test_a_file_in_place_of_the_folder_is_refused(vocabulary, tmp_path):
    (tmp_path / "export").write_text("a file")
    with pytest.raises(ValueError, match=r"`to` must be a folder"):
        save(classifier(vocabulary, "softmax"), vocabulary, LABELS, tmp_path / "export")


@pytest.mark.parametrize(
    ("output", "count", "labels", "message"),
    [
        ("softmax", 2, LABELS, r"`labels` must name each of the model's 2 outputs, got 3"),
        ("sigmoid", 1, ["no", "yes"], r"use `Classes\(2\)`"),
        ("softmax", 2, ["yes", "yes"], r"`labels` must differ"),
        ("softmax", 2, "no", r"`labels` must be a sequence of names, got the string 'no'"),
        (lambda x: x * 0 - 3, 3, LABELS, r"must return probabilities, got values from -3"),
        (lambda x: x * float("nan"), 3, LABELS, r"NaN or infinite"),
    ],
)
def test_a_model_that_does_not_fit_is_refused_before_anything_is_written(
    vocabulary, copied, monkeypatch, output, count, labels, message
):
    monkeypatch.setattr(saving, "without_optimizer", lambda model: model)  # lambdas cannot be saved, and need not be
    before = snapshot(copied)
    with pytest.raises(ValueError, match=message):
        save(classifier(vocabulary, output, count), vocabulary, labels, copied)
    assert snapshot(copied) == before


def test_a_vocabulary_larger_than_the_models_is_refused(model, vocabulary, tmp_path):
    larger = Vocabulary([*vocabulary.words, "one", "two"])
    with pytest.raises(ValueError, match=rf"`vocabulary` has {larger.size} words.*does not accept word id"):
        save(model, larger, LABELS, tmp_path / "export")
    assert not (tmp_path / "export").exists()


def test_outputs_of_every_step_are_refused(vocabulary, tmp_path):
    ids = keras.Input([None], dtype="int32")
    model = keras.Model(ids, keras.layers.Embedding(vocabulary.size, 3)(ids))
    with pytest.raises(ValueError, match=r"one output, probabilities \[batch, classes\]"):
        save(model, vocabulary, LABELS, tmp_path / "export")


def test_regression_is_refused(vocabulary, tmp_path):
    model = many_to_one(Tokens(vocabulary.size, 4), Recurrent("gru", 4), Values(1))
    with pytest.raises(ValueError, match="`labels` must name each"):
        save(model, vocabulary, LABELS, tmp_path / "export")


def test_metrics_that_json_cannot_hold_leave_the_old_export(copied, vocabulary):
    before = snapshot(copied)
    with pytest.raises(TypeError):
        save(classifier(vocabulary, "softmax"), vocabulary, LABELS, copied, metrics={"x": object()})
    assert snapshot(copied) == before


class _Files:
    """Stands in for what TensorFlow and Keras write, so that a process that was forked can write it too."""

    def write_out(self, folder, verbose):
        os.makedirs(f"{folder}/variables")
        for name in ("saved_model.pb", "variables/variables.index"):
            with open(f"{folder}/{name}", "w") as file:
                file.write("new")

    def save(self, path):
        path.write_text("new")

    def count_params(self):
        return 0

    def _flatten_layers(self):
        return []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_kill_at_any_file_operation_leaves_the_old_export_or_the_new(copied, model, vocabulary, monkeypatch):
    monkeypatch.setattr(saving, "without_optimizer", lambda model: _Files())
    monkeypatch.setattr(saving, "text_archive", lambda *arguments: _Files())
    old = snapshot(copied)
    seen = {"old": 0, "new": 0}
    for operations in range(200):
        child = os.fork()
        if not child:
            try:
                _die_at(operations)
                save(model, vocabulary, LABELS, copied, metrics={"new": {"accuracy": 1.0}})
                os._exit(0)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(1)  # else this copy of pytest would go on
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            break
        assert os.WTERMSIG(status) == signal.SIGKILL
        load(copied).verify()
        state = "new" if "new" in load(copied).metrics else "old"
        seen[state] += 1
        assert state == "new" or snapshot(copied) == old
    assert os.WEXITSTATUS(status) == 0
    assert seen["old"] > 15  # it was killed at many places before the exchange ...
    assert seen["new"] > 0  # ... and while it cleared the old one away


def _die_at(operations):
    """Kills this process at its n-th operation on files."""
    left = operations

    def hook(event, _):
        nonlocal left
        if event == "open" or (event.startswith(("os.", "shutil.", "ctypes.call")) and event != "os.kill"):
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


@pytest.mark.long
def test_a_kill_after_tensorflow_has_written_leaves_the_old_export(copied):
    old = snapshot(copied)
    program = f"""
        import os, signal
        from rnn_zoo.tasks.text_classification import export as saving
        from rnn_zoo.tasks.text_classification.answers import Pretrained
        make = saving.text_archive
        def archive_that_dies(*arguments):
            archive = make(*arguments)
            write = archive.write_out
            def write_and_die(*arguments, **options):
                write(*arguments, **options)
                os.kill(os.getpid(), signal.SIGKILL)
            archive.write_out = write_and_die
            return archive
        saving.text_archive = archive_that_dies
        export = Pretrained({str(copied)!r})
        saving.save(export.model, export.vocabulary, export.labels, export.folder)
    """
    process = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True)
    assert process.returncode == -signal.SIGKILL, process.stderr
    assert snapshot(copied) == old
    assert any(path.name.startswith(".copy.") for path in copied.parent.iterdir())  # it had begun to write


def test_another_backend_is_refused(model, vocabulary, tmp_path, monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(ValueError, match="KERAS_BACKEND=tensorflow"):
        save(model, vocabulary, LABELS, tmp_path / "export")
