"""Options of every command with values that it must refuse."""

import inspect
import re
from pathlib import Path

from helpers import load_recipe
from malformed import Case

from rnn_zoo.checks import fraction, not_negative, positive_integer, positive_number
from rnn_zoo.run.options import CHECKS

WRONG = {
    positive_integer: ["0", "-1", "2.9", "many", "", "nan", "1e3", "inf", "0x", "-0"],
    positive_number: ["0", "-1", "nan", "inf", "-inf", "much", "", "1e999"],
    not_negative: ["-1", "-0.5", "nan", "inf", "little", ""],
    fraction: ["-0.1", "1", "2", "nan", "inf", "half", ""],
}


def option_cases(arguments: dict[str, list[str]]) -> list[Case]:
    """Every option of every recipe with values that it must refuse.

    Args:
        arguments: recipe -> a right command line.
    """
    made = []
    for recipe, given in arguments.items():
        signature = inspect.signature(load_recipe(recipe).main)
        for name, parameter in signature.parameters.items():
            if parameter.kind is not parameter.KEYWORD_ONLY:
                continue
            option = "--" + name.replace("_", "-")
            values = list(WRONG[CHECKS[name]]) if name in CHECKS else []
            if name in CHECKS and "str" in str(parameter.annotation):
                values = []
            if parameter.annotation in (str, "str") or re.search("str", str(parameter.annotation)):
                values = [] if parameter.default == "" else ["", " "]
            if name in ("model", "split", "precision"):
                values += ["nothing", "\x1b[31m"]
            if name == "seed":
                values = ["-1", "1.5", "x", "", str(2**64)]
            for value in values:

                def make(folder, given=given, option=option, value=value, recipe=recipe):
                    return ["train", recipe, *given, f"{option}={value}"]

                made.append(Case(f"{recipe} {option}={value!r}", make, (option, f"`{name}`")))
    return made


def command_cases(export: Path) -> list[Case]:
    """Wrong command lines of `predict`, `inspect`, `info`, `list`, `train` and `export`; `export`: a classifier."""
    predict, inspecting, e = ["predict", str(export), "a film"], ["inspect", str(export), "a film"], str(export)
    of_file = ["predict", e, "--file", "b.txt"]
    lines = {
        "predict": [
            ([*predict, "--batch-size=0"], "batch"),
            ([*predict, "--batch-size=-1"], "batch"),
            ([*predict, "--batch-size=x"], "batch"),
            ([*predict, "--batch-size=1.5"], "batch"),
            ([*predict, "--format=xml"], "format"),
            ([*predict, "--seed=1"], "--seed"),
            ([*predict, "--temperature=0.5"], "--temperature"),
            ([*predict, "--out=x.csv"], "`out`"),
            ([*predict, "--clean"], "`clean`"),
            ([*predict, "--file=b.txt"], "--file"),
            ([*predict, "--nothing=1"], "--nothing"),
            (["predict", e], "--file"),
            (["predict", e, "a \0 film"], "texts[0]"),
            (["predict", e, "a \udcff film"], "texts[0]"),
            (["predict", "nothing", "a film"], "nothing"),
            (["predict", "", "a film"], "name"),
            (["predict", ".", "a film"], "."),
            (["predict", "b.txt", "a film"], "b.txt"),
            ([*of_file, "--out=b.txt", "--overwrite"], "`out`"),
            ([*of_file, "--out=./b.txt", "--overwrite"], "`out`"),
            ([*of_file, "--out=."], "`out`"),
            ([*of_file, "--out="], "`out`"),
            ([*of_file, "--out=x.json"], "`out`"),
            ([*of_file, "--out=none/x.csv"], "none"),
            ([*of_file, "--out=b.txt/x.csv"], "b.txt"),
            ([*of_file, "--out=/dev/null", "--overwrite"], "/dev/null"),
            ([*of_file, "--format=json"], "`format`"),
            (["predict", e, "--file", "c.csv", "--text-column=none"], "none"),
            (["predict", e, "--file", "c.csv", "--text-column="], "column"),
            (["predict", e, "--file", "b.doc"], "b.doc"),
        ],
        "inspect": [
            ([*inspecting, "--start=99"], "`start`"),
            ([*inspecting, "--start=-1"], "`start`"),
            ([*inspecting, "--window=0"], "`window`"),
            ([*inspecting, "--window=-5"], "`window`"),
            ([*inspecting, "--layers", "nothing"], "layer"),
            ([*inspecting, "--out=b.txt"], "b.txt"),
            ([*inspecting, "--out=."], "out"),
            ([*inspecting, "--out="], "out"),
            ([*inspecting, "--out=b.txt/x.html"], "b.txt"),
            (["inspect", e, "none.npy"], "none.npy"),
            (["inspect", "none.keras", "a film"], "none.keras"),
            (["inspect", "b.txt", "a film"], "b.txt"),
            (["inspect", "nothing", "a film"], "nothing"),
        ],
        "others": [
            (["info", "nothing"], "nothing"),
            (["info", "."], "."),
            (["info", "b.txt"], "b.txt"),
            (["info", ""], "name"),
            (["list", "nothing*"], "nothing*"),
            (["train", "nothing"], "nothing"),
            (["train", " "], "recipe"),
            (["nothing"], "nothing"),
            (["export", "none", "--to", "x"], "none"),
            (["export", "b.txt", "--to", "x"], "b.txt"),
            (["export", e, "--to", "."], "`to`"),
            (["export", e, "--to", "b.txt"], "`to`"),
            (["export", e, "--to", ""], "`to`"),
            (["export", e, "--to", "b.txt/x"], "b.txt"),
            (["export", e, "--to", "x", "--labels", "a"], "`labels`"),
            (["export", e, "--to", "x", "--labels", "a", "a", "b"], "`labels`"),
            (["export", e, "--to", "x", "--vocabulary", "none.txt"], "none.txt"),
            (["export", e, "--to", "x", "--vocabulary", "b.txt"], "b.txt"),
        ],
    }
    made = []
    for line, named in (one for each in lines.values() for one in each):

        def make(folder, line=line):
            (folder / "b.txt").write_text("a film\n")
            (folder / "b.doc").write_text("a film\n")
            (folder / "c.csv").write_text("text\na film\n")
            return list(line)

        shown = " ".join(part if part != e else "E" for part in line)
        made.append(Case(repr(shown), make, (named,)))
    return made
