"""Start-up, each test in a new process: imports, registered layers, and lines on standard error."""

import importlib.util
import os
import subprocess
import sys

import keras
import pytest
from helpers import ROOT, needs_tensorflow

from rnn_zoo import Classes, Recurrent, Tags, Vectors, many_to_many, many_to_one

HEAVY = ("keras", "tensorflow", "jax", "pandas", "matplotlib", "scipy", "sklearn")
BACKEND_QUICK_TO_IMPORT = "jax" if importlib.util.find_spec("jax") else "tensorflow"


def run(code, **environment):
    """Runs Python code in a new process, without the settings of the tests."""
    inherited = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**inherited, **environment}, capture_output=True, text=True
    )


def imported(code):
    """The heavy packages that a piece of code imports."""
    process = run(f"import sys\ntry:\n    {code}\nfinally:\n    print(*sys.modules, file=sys.stderr)")
    return set(HEAVY) & set(process.stderr.splitlines()[-1].split())


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """.keras files of a label for each sequence, and of one for each step."""
    folder = tmp_path_factory.mktemp("startup")
    many_to_one(Vectors(2), Recurrent("min_gru", 3), Classes(2)).save(folder / "one.keras")
    many_to_many(Vectors(2), Recurrent("min_gru", 3), Tags(["a", "b"])).save(folder / "many.keras")
    return [str(folder / "one.keras"), str(folder / "many.keras")]


def test_the_import_is_light():
    assert imported("import rnn_zoo") == set()
    assert imported("import rnn_zoo.cli, rnn_zoo.tasks") == set()
    assert imported("from rnn_zoo import Recurrent") >= {"keras"}


@pytest.mark.skipif(BACKEND_QUICK_TO_IMPORT != "jax", reason="JAX is not installed")
def test_the_layers_on_jax_need_no_tensorflow():
    process = run("import sys, rnn_zoo\nrnn_zoo.Recurrent, rnn_zoo.Tags\nprint(*sys.modules)", KERAS_BACKEND="jax")
    assert process.returncode == 0, process.stderr
    assert set(HEAVY) & set(process.stdout.split()) >= {"keras", "jax"}
    assert "tensorflow" not in process.stdout.split()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["predict", "--help"],
        ["train"],
        ["predict", "tiny", "--formt", "json"],
        ["predct"],
        ["train", "imdb_sentimnt"],
    ],
    ids=" ".join,
)
def test_help_version_and_mistakes_import_nothing_heavy(arguments):
    assert imported(f"from rnn_zoo.cli import main; main({arguments!r})") == set()


@pytest.mark.parametrize(
    "imports",
    [
        "import rnn_zoo; import keras",
        "import keras; import rnn_zoo",
        pytest.param("from rnn_zoo.training import fit; import keras", marks=pytest.mark.long),
        pytest.param("import rnn_zoo; import tensorflow; import keras", marks=pytest.mark.long),
        pytest.param("import rnn_zoo.startup; import keras.saving", marks=pytest.mark.long),
    ],
)
def test_keras_loads_the_models_whatever_is_imported_first(files, imports):
    backend = "tensorflow" if "tensorflow" in imports else BACKEND_QUICK_TO_IMPORT
    load = f"for file in {files}:\n    print(keras.saving.load_model(file).output_shape)"
    process = run(f"{imports}\n{load}", KERAS_BACKEND=backend)
    assert process.returncode == 0, process.stderr
    assert process.stdout.split("\n")[:2] == ["(None, 2)", "(None, None, 2)"]


@needs_tensorflow
def test_the_import_of_tensorflow_writes_nothing_to_standard_error():
    process = run("from rnn_zoo import many_to_one")
    assert (process.returncode, process.stdout, process.stderr) == (0, "", "")


LINES = r"""
import os
from rnn_zoo import startup
with startup.quiet():
    os.write(2, b"I0000 00:00:1700000000.000001 cuda.cc:1] no driver\n")
    os.write(2, b"W0000 00:00:1700000000.000002 cpu.cc:2] some instruction\n")
    os.write(2, b"E0000 00:00:1700000000.000003 gpu.cc:3] broken driver\nInformation from Python\n")
    FAILURE
print("continues")
"""


def test_information_lines_are_hidden_and_errors_shown():
    process = run(LINES.replace("FAILURE", "pass"))
    assert process.stdout == "continues\n"
    assert process.stderr == "E0000 00:00:1700000000.000003 gpu.cc:3] broken driver\nInformation from Python\n"


def test_an_exception_shows_all_lines():
    process = run(LINES.replace("FAILURE", "raise OSError('no library')"))
    assert process.returncode == 1 and process.stdout == ""
    for line in ("no driver", "some instruction", "broken driver", "OSError: no library"):
        assert line in process.stderr


def test_an_error_of_the_user_is_one_line():
    process = subprocess.run(
        [sys.executable, "-m", "rnn_zoo.cli", "predict", "x", "--formt", "json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert (process.returncode, process.stdout) == (2, "")
    assert process.stderr == "rnn-zoo: error: Unknown option: --formt. Did you mean --format?\n"


def test_keras_in_this_process_knows_the_layers():
    assert keras.saving.get_registered_object("rnn_zoo>Recurrent") is Recurrent
