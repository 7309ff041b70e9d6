"""The boundary of every command, and what reaches a terminal."""

import io
import subprocess
import sys

import pytest
from helpers import ROOT
from rich.markdown import Markdown
from rich.table import Table

from rnn_zoo.faults import line_of, one_line_each
from rnn_zoo.terminal import Terminal


@pytest.mark.parametrize(
    "error",
    [ValueError("`size` is 0"), OSError(28, "No space left on device"), ImportError("no gensim"), MemoryError()],
)
def test_an_expected_error_is_one_line(error, capsys):
    with pytest.raises(SystemExit) as ended, one_line_each("error: "):
        raise error
    told = capsys.readouterr().err
    assert ended.value.code == 2 and told.startswith("error: ") and told.count("\n") == 1 and len(told) > 10


@pytest.mark.parametrize("error", [TypeError("x"), KeyError("x"), AttributeError("x"), RecursionError("x")])
def test_a_mistake_in_the_code_keeps_its_traceback(error):
    with pytest.raises(type(error)), one_line_each("error: "):
        raise error


def test_ctrl_c_ends_quietly(capsys):
    with pytest.raises(SystemExit) as ended, one_line_each("error: "):
        raise KeyboardInterrupt
    assert ended.value.code == 130 and not capsys.readouterr().err


def test_a_long_line_keeps_both_ends():
    line = line_of(ValueError("labels.csv: " + "x" * 9_000 + "; remove it."))
    assert len(line) == 300 and line.startswith("labels.csv") and line.endswith("; remove it.")


def test_no_control_character_reaches_the_terminal(capsys):
    text = "red \x1b[31m, bell \x07, C1 \x9b5m, back \x08"
    assert line_of(ValueError(text)) == r"red \x1b[31m, bell \x07, C1 \x9b5m, back \x08"
    table = Table("\x1b[2J")
    table.add_row(text)
    for shown in (text, table, Markdown(f"# Card\n\n`{text}`\n")):
        file = io.StringIO()
        Terminal(file=file, width=200, no_color=True).print(shown)
        written = file.getvalue()
        assert not {"\x1b", "\x07", "\x9b", "\x08"} & set(written), written
        assert r"\x1b[31m" in written
    file = io.StringIO()
    Terminal(file=file, width=200).out(text, highlight=False)
    assert "\x1b" not in file.getvalue() and "\x1b[1" in coloured()


def coloured():
    file = io.StringIO()
    Terminal(file=file, force_terminal=True, width=80).print("bold", style="bold")
    return file.getvalue()


def test_a_recipe_stopped_while_it_imports_ends_quietly(tmp_path):
    (tmp_path / "keras.py").write_text("raise KeyboardInterrupt")
    process = subprocess.run(
        [sys.executable, "recipes/digit_images.py"],
        cwd=ROOT,
        env={"PYTHONPATH": f"{tmp_path}:{ROOT}"},
        capture_output=True,
        text=True,
    )
    assert process.returncode == 130 and not process.stderr
