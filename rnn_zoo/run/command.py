"""Recipes as commands: `python recipes/NAME.py`, and `rnn-zoo train NAME` wherever the package is installed."""

import runpy
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from cyclopts import App

from rnn_zoo.faults import one_line_each

_launcher: list[str] = []


def run_command(main: Callable, *commands: Callable) -> None:
    """Runs a recipe with the options of the command line; an error that the user can fix ends it with one line.

    Args:
        main: the recipe.
        commands: further functions, each a subcommand with its name.
    """
    name = shlex.join(_launcher) if _launcher else None
    app = App(name=name, help_format="plaintext", version_flags=[])
    app.default(main)
    for command in commands:
        app.command(command)
    if _launcher:  # `rnn-zoo` reports errors itself
        app(sys.argv[1:], exit_on_error=False, print_error=False, result_action="return_none")
        return
    with one_line_each("error: "):
        app(exit_on_error=False, print_error=False)


def recipe_file(name: str) -> Path:
    """The file of a recipe, in the installed package or beside it in a checkout.

    Raises:
        FileNotFoundError: no such file.
    """
    package = Path(__file__).parents[1]
    for folder in (package / "recipes", package.parent / "recipes"):
        if (folder / f"{name}.py").is_file():
            return folder / f"{name}.py"
    raise FileNotFoundError(f"there is no recipe {name}.py in {package / 'recipes'}: install rnn-zoo again.")


def launch(name: str, arguments: Sequence[str]) -> None:
    """Runs a recipe as `rnn-zoo train NAME ARGUMENTS` does."""
    file = recipe_file(name)
    before = sys.argv
    sys.argv = [f"rnn-zoo train {name}", *arguments]
    _launcher[:] = ["rnn-zoo", "train", name]
    try:
        runpy.run_path(str(file), run_name="__main__")
    finally:
        sys.argv = before
        _launcher.clear()


def command_words(recipe: str) -> list[str]:
    """The command line that started the recipe, without its options."""
    return list(_launcher) or ["python", f"recipes/{recipe}.py"]
