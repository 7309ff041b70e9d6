"""The examples of CONTRIBUTING.md work as written: a task, a cell and a data set, added to a copy of the package."""

import filecmp
import os
import re
import shutil
import subprocess
import sys

import pytest
from helpers import ROOT, needs_tensorflow

pytestmark = needs_tensorflow
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
TESTS = ("conftest.py", "helpers.py", "differentiate.py", "compiling.py", "tasks/test_every_task.py")
BLOCK = re.compile(r"^(At the end of )?`([\w./]+)`:$|^```(python|diff)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def section(title):
    """A section of CONTRIBUTING.md, without its heading."""
    return GUIDE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def add(title, root):
    """Writes the code blocks of a section to the files named above them; returns the paths of the files."""
    path, at_the_end, touched = None, False, []
    for match in BLOCK.finditer(section(title)):
        end, name, language, code = match.groups()
        if name:
            path, at_the_end = name, bool(end)
            continue
        file = root / path
        touched.append(path)
        if language == "diff":
            lines = code.splitlines()
            old = "\n".join(line[1:] for line in lines if line[0] in " -")
            new = "\n".join(line[1:] for line in lines if line[0] in " +")
            text = file.read_text(encoding="utf-8")
            assert text.count(old) == 1, f"{path} must hold once:\n{old}"
            file.write_text(text.replace(old, new), encoding="utf-8")
        elif at_the_end:
            file.write_text(f"{file.read_text(encoding='utf-8')}\n\n{code}", encoding="utf-8")
        else:
            assert not file.exists(), f"{path} exists already"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(code, encoding="utf-8")
    return touched


@pytest.fixture
def copy(tmp_path):
    """A copy of the package, the recipes and the tests of every task."""
    ignored = shutil.ignore_patterns("__pycache__")
    for folder in ("rnn_zoo", "recipes"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    for name in TESTS:
        (tmp_path / "tests" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "tests" / name, tmp_path / "tests" / name)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def run(root, *arguments):
    """Runs Python on the copy of the package; returns its output, both streams together."""
    environment = {**os.environ, "PYTHONPATH": str(root), "COLUMNS": "200"}
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    process = subprocess.run([sys.executable, *arguments], cwd=root, env=environment, **options)
    assert process.returncode == 0, process.stdout[-4000:]
    return process.stdout


def differences(root):
    """The paths below `rnn_zoo` and `recipes` that differ between the copy and the package."""
    found = []

    def compare(comparison, folder):
        names = [*comparison.left_only, *comparison.right_only, *comparison.diff_files, *comparison.funny_files]
        found.extend(f"{folder}/{name}" for name in names)
        for name, below in comparison.subdirs.items():
            compare(below, f"{folder}/{name}")

    for folder in ("rnn_zoo", "recipes"):
        compare(filecmp.dircmp(ROOT / folder, root / folder, ignore=["__pycache__"]), folder)
    return sorted(found)


def check_style(root, files):
    for command in (["check"], ["format", "--check"]):
        run(root, "-m", "ruff", *command, *files)


def test_the_task_is_a_folder_a_recipe_and_one_line_and_keeps_every_promise(copy):
    touched = add("Add a task", copy)
    registry = "rnn_zoo/tasks/registry.py"
    assert differences(copy) == ["recipes/same_ends.py", "rnn_zoo/tasks/registry.py", "rnn_zoo/tasks/same_ends"]
    before, after = ((root / registry).read_text(encoding="utf-8").splitlines() for root in (ROOT, copy))
    assert [line for line in after if line not in before] == ['    "same_ends",'] and len(after) == len(before) + 1
    check_style(copy, touched)
    output = run(copy, "-m", "pytest", "-p", "no:cacheprovider", "tests/tasks/test_every_task.py", "-k", "same_ends")
    assert "passed" in output and "failed" not in output
    assert int(re.search(r"(\d+) passed", output)[1]) >= 5
    assert f"{copy}/rnn_zoo" in run(copy, "-c", "import rnn_zoo; print(rnn_zoo.__file__)")


LEAKY = """
import keras, numpy as np, rnn_zoo
inputs = np.random.default_rng(0).standard_normal((2, 3, 4)).astype("float32")
layer = rnn_zoo.Recurrent("leaky", 5, leak=0.25, seed=0)
outputs = np.asarray(layer(inputs))
(leaky,) = layer.recurrences.values()
kernel, recurrent, bias = (np.asarray(weight) for weight in leaky.get_weights())
state = np.zeros((2, 5))
for step in range(3):
    state = 0.75 * state + 0.25 * np.tanh(inputs[:, step] @ kernel + state @ recurrent + bias)
    np.testing.assert_allclose(outputs[:, step], state, atol=1e-6)
model = keras.Sequential([keras.Input((None, 4)), layer])
model.save("leaky.keras")
np.testing.assert_allclose(keras.saving.load_model("leaky.keras").predict(inputs, verbose=0), outputs, atol=1e-6)
"""

LAKE = """
from rnn_zoo.datasets import load_series
series = load_series("lake")
assert (series.name, len(series.values), series.targets) == ("lake", 60, ("level",)), series
"""


def test_the_cell_and_the_data_set_work(copy):
    touched = add("Add a cell", copy) + add("Add a data set", copy)
    check_style(copy, touched)
    lake = copy / "rnn_zoo" / "samples" / "lake" / "lake.csv"
    lake.parent.mkdir()
    rows = [f"20{month // 12:02}-{month % 12 + 1:02}-01,{100 + month % 12}" for month in range(60)]
    lake.write_text("\n".join(["time,level", *rows]) + "\n")
    run(copy, "-c", LEAKY + LAKE)
