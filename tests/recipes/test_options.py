"""Options of every recipe: a value out of range is refused by the option's name, before any work."""

import inspect
import typing

import pytest
from cyclopts import App, CycloptsError
from helpers import load_recipe

from rnn_zoo.run import recipe
from rnn_zoo.run.options import CHECKS, check_options
from rnn_zoo.tasks.registry import recipes


def started(run, data: str = "sample", *, epochs: int = 3, variant: str = "", dropout: float | None = None):
    """Would train.

    Args:
        data: the data.
        variant: of the data.
        dropout: fraction.
    """
    raise AssertionError("the work started")


def run(*arguments):
    main = recipe("tiny")(started)
    app = App(name="tiny")
    app.default(main)
    app(list(arguments), exit_on_error=False, print_error=False)


@pytest.mark.parametrize("name", sorted(recipes()))
def test_no_recipe_rounds_a_number_that_counts(name):
    main = load_recipe(name).main
    parameters = inspect.signature(main).parameters
    needed = [f"--{option}=x" for option, parameter in parameters.items() if parameter.default is parameter.empty]
    counts = [
        option
        for option, parameter in parameters.items()
        if typing.get_origin(parameter.annotation) is typing.Annotated
        and typing.get_args(parameter.annotation)[0] in (int, int | None)
    ]
    assert "seed" in counts
    app = App(name="recipe")
    app.default(main)
    for option in counts:
        with pytest.raises(CycloptsError, match=r"must be a whole number, got '2.9'"):
            app([*needed, f"--{option.replace('_', '-')}", "2.9"], exit_on_error=False, print_error=False)


@pytest.mark.parametrize("option", sorted(CHECKS))
def test_an_option_out_of_range_is_named(option):
    for value in (-1, float("nan")):
        with pytest.raises(ValueError, match=f"`{option}` must be a .*, got {value}"):
            check_options({option: value})
    check_options({option: None})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--data", ""], "`data` is blank"),
        (["--out", " "], "`out` is blank"),
        (["--results", ""], "`results` is blank"),
        (["--data", "a\0b"], "`data` holds a NUL character"),
        (["--dropout", "2"], r"`dropout` must be a number in \[0, 1\), got 2"),
        (["--epochs", "0"], "`epochs` must be a positive integer, got 0"),
        (["--results", "/dev/null/rows.csv"], "`results`: /dev/null/rows.csv cannot be written, because /dev/null"),
        (["--results", "/"], "`results` must be a file, but / is a folder"),
        (["--out", "/dev/null"], "`out`: .* cannot be written, because /dev/null is not a folder"),
        (["--seed", "-1"], r"`seed` must be an integer in \[0, 2\*\*32\), got -1"),
    ],
)
def test_a_run_refuses_before_it_starts(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=message):
        run(*arguments)
    assert not list(tmp_path.iterdir())


def test_an_option_that_is_blank_by_default_may_be_blank(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AssertionError, match="the work started"):
        run("--variant", "")
