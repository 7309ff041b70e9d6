"""What every task of the registry promises, held by its own example: a new task is tested without a line of test.

Each trains on tiny data, is killed and resumed to an equal result, exports, answers in a process that has TensorFlow
alone, opens its page, and refuses bad input before it trains.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from helpers import needs_tensorflow, run_recipe

import rnn_zoo
from rnn_zoo import cli, training
from rnn_zoo.evaluation import results
from rnn_zoo.run.command import recipe_file
from rnn_zoo.tasks.registry import NAMES, tasks
from rnn_zoo.training import callbacks

pytestmark = needs_tensorflow  # a SavedModel is exported there

BARE = """
import json, sys
import numpy as np, tensorflow as tf
answers = {}
for name, folder in json.loads(sys.argv[1]).items():
    model = tf.saved_model.load(folder)
    answers[name] = []
    for signature in model.signatures.values():
        given = {}
        for key, spec in signature.structured_input_signature[1].items():
            shape = [2 if size is None else size for size in spec.shape]
            given[key] = tf.fill(shape, "a b") if spec.dtype == tf.string else tf.ones(shape, spec.dtype)
        found = signature(**given)
        answers[name] += [bool(np.isfinite(one).all()) for one in found.values() if one.dtype.is_floating]
assert not any(module.startswith(("rnn_zoo", "keras")) and module == "rnn_zoo" for module in sys.modules)
print(json.dumps(answers))
"""


# What recipes share, or a suite of its own holds for all: two tasks in `make test`, the others in `make test-long`.
OF_FEW = pytest.mark.parametrize(
    "trained",
    [pytest.param(name, marks=[] if name in ("tagging", "forecasting") else pytest.mark.long) for name in NAMES],
    indirect=True,
)


class Trained(Exception):
    """Ends a run after its training."""


def after_each_epoch(patch, call):
    """Calls `call(epoch)` when the checkpoint of an epoch is written."""
    finish = callbacks.Keeper.on_epoch_end

    def finish_and_call(self, epoch, logs=None):
        finish(self, epoch, logs)
        call(epoch)

    patch.setattr(callbacks.Keeper, "on_epoch_end", finish_and_call)


class Run:
    """The example of a task, trained, and what its command printed; `killed` is its folder as of the first epoch."""

    def __init__(self, name, folder):
        self.task = tasks()[name]
        self.data, self.out, self.results = folder / "data", folder / "run", folder / "results.csv"
        self.killed = folder / "killed"
        self.data.mkdir()
        self.example = self.task.load(self.task.example)(self.data)
        self.arguments = [*self.example.arguments, "--results", self.results]
        with pytest.MonkeyPatch.context() as patch:
            after_each_epoch(patch, lambda epoch: epoch or shutil.copytree(self.out, self.killed))
            self.process = run_recipe(self.example.recipe, *self.arguments, "--out", self.out)
        assert self.process.returncode == 0, self.process.stderr[-2000:]

    @property
    def export(self):
        return self.out / "export"


@pytest.fixture(scope="session")
def examples(tmp_path_factory):
    """The example of a task by name, trained when it is first asked for."""
    trained = {}

    def example(name):
        if name not in trained:
            trained[name] = Run(name, tmp_path_factory.mktemp(name))
        return trained[name]

    return example


@pytest.fixture(params=NAMES)
def trained(request, examples):
    return examples(request.param)


def timeless(file):
    """The content of a JSON file without seconds, which differ from run to run."""

    def without_seconds(value):
        if isinstance(value, dict):
            return {key: without_seconds(one) for key, one in value.items() if not key.endswith("seconds")}
        return [without_seconds(one) for one in value] if isinstance(value, list) else value

    return without_seconds(json.loads(file.read_text(encoding="utf-8")))


def test_it_trains_beside_baselines_and_leaves_a_whole_run(trained):
    for file in ("config.json", "history.csv", "curves.png", "model.keras", "metrics.json"):
        assert (trained.out / file).stat().st_size, file
    systems = timeless(trained.out / "metrics.json")["systems"]
    assert any(name.startswith("baseline:") for name in systems) and not next(iter(systems)).startswith("baseline:")
    rows = results.read(trained.results)
    assert {row["model"] for row in rows} >= set(systems)
    for row in rows:
        assert row["recipe"] == trained.example.recipe and np.isfinite(float(row["value"]))
        assert row["command"].startswith(f"python recipes/{trained.example.recipe}.py")


@OF_FEW
def test_a_killed_run_resumes_to_the_result_of_an_unbroken_one(trained, monkeypatch):
    out, train, finished = trained.killed, training.fit, []
    assert (out / "checkpoint.npz").exists() and not (out / "export").exists()

    def train_and_stop(*arguments, **options):  # evaluation and export follow from the weights
        train(*arguments, **options)
        raise Trained

    after_each_epoch(monkeypatch, finished.append)
    monkeypatch.setattr(training, "fit", train_and_stop)
    with pytest.raises(Trained):
        run_recipe(trained.example.recipe, *trained.arguments, "--out", out)
    assert finished and finished == list(range(1, len(finished) + 1)), "it continues after the first epoch"
    expected, found = (keras.saving.load_model(one / "model.keras", compile=False) for one in (trained.out, out))
    for one, other in zip(expected.get_weights(), found.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert timeless(out / "history.json") == timeless(trained.out / "history.json")


def test_its_export_is_whole_and_answers(trained, capsys):
    model = rnn_zoo.load(trained.export)
    assert model.kind == trained.task.kind
    assert "model.keras" in model.verify()
    assert trained.example.recipe in model.card, "the command that makes it again"
    question = ["--file", trained.example.question] if trained.example.asked_as_file else [trained.example.question]
    assert cli.main(["predict", str(trained.export), *question]) == 0
    assert capsys.readouterr().out  # which may be an empty translation


def test_its_export_answers_in_onnx_runtime(trained):
    runtime = pytest.importorskip("onnxruntime")
    for file in sorted(trained.export.glob("*.onnx")):
        session = runtime.InferenceSession(str(file))
        types = {"tensor(int32)": "int32", "tensor(bool)": "bool", "tensor(float)": "float32"}
        given = {
            one.name: np.ones([size if isinstance(size, int) else 1 for size in one.shape], types[one.type])
            for one in session.get_inputs()
        }
        for found in session.run(None, given):
            assert np.isfinite(found).all()
    assert (trained.export / "model.onnx").is_file()
    assert "With ONNX Runtime alone:" in (trained.export / "README.md").read_text(encoding="utf-8")


@OF_FEW
def test_its_run_is_exported_again_by_the_command(trained, tmp_path, capsys):
    if not trained.task.exporter:
        assert cli.main(["export", str(trained.export), "--to", str(tmp_path / "again")]) == 2
        assert "which its recipe exports" in capsys.readouterr().err
        return
    assert cli.main(["export", str(trained.export), "--to", str(tmp_path / "again")]) == 0
    again, first = rnn_zoo.load(tmp_path / "again"), rnn_zoo.load(trained.export)
    assert again.verify() == first.verify()
    for one, other in zip(first.model.get_weights(), again.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@OF_FEW
def test_its_page_opens(trained, tmp_path):
    page = rnn_zoo.inspect(
        trained.export, trained.example.inspected or trained.example.question, tmp_path / "page.html"
    )
    html = page.read_text(encoding="utf-8")
    assert page.stat().st_size < 3_000_000
    assert "<img" in html or "<svg" in html
    assert trained.example.recipe in html, "the card"


def test_bad_input_is_refused_before_training(trained, tmp_path):
    refused = run_recipe(trained.example.recipe, *trained.example.refused, "--out", tmp_path / "run")
    assert refused.returncode not in (0, None)
    assert trained.example.refused_because and trained.example.refused_because in refused.stderr
    assert "Traceback" not in refused.stderr and len(refused.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "run" / "history.json").exists()


def test_its_recipes_are_short_and_found_by_name(trained):
    for recipe in trained.task.recipes:
        lines = Path(recipe_file(recipe)).read_text(encoding="utf-8").splitlines()
        assert len(lines) <= 120


def test_tensorflow_alone_answers_from_every_export(examples):
    folders = {name: str(examples(name).export) for name in NAMES}
    process = subprocess.run(
        [sys.executable, "-c", BARE, json.dumps(folders)],
        capture_output=True,
        text=True,
        cwd=Path(sys.executable).parent,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    answers = json.loads(process.stdout.splitlines()[-1])
    assert set(answers) == set(NAMES)
    assert all(all(finite) for finite in answers.values())
