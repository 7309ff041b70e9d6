"""The built wheel, and what `import rnn_zoo` gives."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import rnn_zoo

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "LICENSE", "README.md"):
        shutil.copy(ROOT / name, source)
    for name in ("rnn_zoo", "recipes"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        ".",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(folder),
    ]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        yield archive


def test_the_wheel_holds_every_file_of_the_package(wheel):
    package = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "rnn_zoo").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert package <= set(wheel.namelist())
    assert any("samples/uci_sentiment" in name for name in package)
    recipes = {f"rnn_zoo/recipes/{path.name}" for path in (ROOT / "recipes").glob("*.py")}
    assert recipes and recipes <= set(wheel.namelist())


def test_the_wheel_holds_the_licences_of_code_and_data(wheel):
    licences = [name for name in wheel.namelist() if ".dist-info/licenses/" in name]
    assert any(name.endswith("licenses/LICENSE") for name in licences)
    assert any("samples/uci_sentiment/LICENSE" in name for name in licences)


def test_the_wheel_holds_the_command(wheel):
    entry_points = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "rnn-zoo = rnn_zoo.cli:main" in wheel.read(entry_points).decode()


def test_the_wheel_holds_nothing_else(wheel):
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert tops == {"rnn_zoo", f"rnn_zoo-{rnn_zoo.__version__}.dist-info"}


def test_the_public_names_are_there():
    for name in rnn_zoo.__all__:
        assert getattr(rnn_zoo, name) is not None
    assert {"Tokens", "Recurrent", "Classes", "many_to_one", "create_model", "list_models", "load"} <= set(
        rnn_zoo.__all__
    )


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="attribute nothing"):
        rnn_zoo.nothing  # noqa: B018
