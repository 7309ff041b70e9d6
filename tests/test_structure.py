"""The shape of the code: short modules, small folders, imports in one direction, short recipes."""

import ast
import itertools
import statistics

import pytest
from helpers import ROOT

PACKAGE = ROOT / "rnn_zoo"
MODULES = sorted(PACKAGE.rglob("*.py"))
RECIPES = sorted((ROOT / "recipes").glob("*.py"))


def lines_of(path):
    return path.read_text(encoding="utf-8").splitlines()


def test_no_module_is_longer_than_350_lines_and_most_are_short():
    lengths = {path.relative_to(ROOT).as_posix(): len(lines_of(path)) for path in MODULES if path.name != "__init__.py"}
    assert {path: length for path, length in lengths.items() if length > 350} == {}
    assert statistics.median(lengths.values()) <= 120


def test_no_folder_holds_more_than_14_modules():
    folders = {path.parent for path in MODULES}
    counts = {folder: sum(path.name != "__init__.py" for path in folder.glob("*.py")) for folder in folders}
    assert {folder.name: count for folder, count in counts.items() if count > 14} == {}


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_no_recipe_is_longer_than_120_lines(recipe):
    assert len(lines_of(recipe)) <= 120


def longest_common_run(one, other):
    """The most lines in a row, blank ones left out, that stand in both."""
    longest, row = 0, [0] * (len(other) + 1)
    for line in one:
        new = [0] * (len(other) + 1)
        for place, against in enumerate(other, start=1):
            if line == against:
                new[place] = row[place - 1] + 1
        longest, row = max(longest, max(new)), new
    return longest


def test_no_two_recipes_share_a_run_of_15_lines():
    texts = {path.stem: [line.strip() for line in lines_of(path) if line.strip()] for path in RECIPES}
    shared = {
        (one, other): longest_common_run(texts[one], texts[other]) for one, other in itertools.combinations(texts, 2)
    }
    assert {pair: run for pair, run in shared.items() if run >= 15} == {}


def name_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports():
    """module -> modules of the package that it imports, wherever in the module."""
    names = {name_of(path) for path in MODULES}
    graph = {}
    for path in MODULES:
        found = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {one.name for one in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                inner = {f"{node.module}.{one.name}" for one in node.names}
                found |= inner & names
                if inner - names:  # something that the package itself defines
                    found.add(node.module)
        graph[name_of(path)] = (found & names) - {name_of(path)}
    return graph


def test_no_module_imports_itself_by_a_circle():
    graph = imports()
    while free := [module for module, needed in graph.items() if not needed]:  # what is left over needs itself
        for module in free:
            del graph[module]
        graph = {module: needed - set(free) for module, needed in graph.items()}
    assert graph == {}
