"""Every public function of the package says the types of its arguments and of what it returns."""

import ast

import pytest
from helpers import ROOT

MODULES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "rnn_zoo").rglob("*.py")
    if not any(part.startswith("_") and part != "__init__.py" for part in path.parts)
)


def public_functions(body, prefix=""):
    """Functions of a module or class that have no underscore in front, with their names."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public_functions(node.body, f"{node.name}.")
        elif isinstance(node, ast.FunctionDef) and (not node.name.startswith("_") or node.name == "__init__"):
            yield f"{prefix}{node.name}", node


def missing(node, method):
    """The names of the arguments without a type, and "return"."""
    arguments = node.args
    listed = [*arguments.posonlyargs, *arguments.args]
    static = any(isinstance(one, ast.Name) and one.id == "staticmethod" for one in node.decorator_list)
    listed = listed[1:] if method and not static else listed
    listed += [*arguments.kwonlyargs, *filter(None, (arguments.vararg, arguments.kwarg))]
    return [one.arg for one in listed if one.annotation is None] + ["return"] * (node.returns is None)


@pytest.mark.parametrize("module", MODULES)
def test_public_functions_are_annotated(module):
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    found = {
        name: lacks
        for name, node in public_functions(tree.body)
        if (lacks := [one for one in missing(node, "." in name) if not (name.endswith("__init__") and one == "return")])
    }
    assert not found, f"{module}: {found}"
