"""The picture of the rooms follows the contracts in pyproject.toml, and the pages name files that exist."""

import importlib.util
import re
from xml.etree import ElementTree

from helpers import ROOT

import rnn_zoo
from rnn_zoo.tasks.registry import NAMES


def load_script():
    spec = importlib.util.spec_from_file_location("architecture", ROOT / "docs" / "architecture.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_picture_is_the_one_that_the_script_draws():
    script = load_script()
    drawn = script.draw()
    assert script.PICTURE.read_text(encoding="utf-8") == drawn, "run: python docs/architecture.py"
    ElementTree.fromstring(drawn)


def test_the_contracts_name_every_room_and_every_task():
    rows, tasks = load_script().contracts()
    rooms = {path.parent.name if path.name == "__init__.py" else path.stem for path in room_files()}
    assert {room for row in rows for room in row} == rooms
    assert sorted(tasks) == sorted(NAMES)


def room_files():
    package = ROOT / "rnn_zoo"
    modules = [path for path in package.glob("*.py") if path.name != "__init__.py"]
    return [*modules, *package.glob("*/__init__.py")]


def test_the_pages_name_files_that_exist():
    for page in ("docs/architecture.md", "README.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        named = re.findall(r"`((?:rnn_zoo|benchmarks|tests|recipes|docs)/[\w/.]*)`", text)
        assert named, page
        assert [name for name in named if "NAME" not in name and not (ROOT / name).exists()] == [], page


def test_citation_and_changelog_name_the_version():
    assert f"\nversion: {rnn_zoo.__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\n## [{rnn_zoo.__version__}] - " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
