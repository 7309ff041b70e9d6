"""Malformed inputs of every kind: one clear line, before any training; no hang, no traceback, no silent success."""

import collections
import contextlib
import io
import random
import shutil
import signal
import sys
import unicodedata

import pytest
from damaged_folders import export_cases, run_cases
from helpers import needs_tensorflow, run_recipe
from malformed import Case
from malformed_files import file_cases, sources, write
from malformed_options import command_cases, option_cases

from rnn_zoo import cli, training
from rnn_zoo.tasks.registry import NAMES, tasks
from rnn_zoo.training import callbacks

pytestmark = needs_tensorflow

SECONDS = 30  # after which a command hangs
FEW = 100  # of all cases, in every test run


class Reached(Exception):
    """The recipe reached its training: it accepted the input."""


class Hangs(Exception):
    """The command took too long."""


@contextlib.contextmanager
def at_most(seconds):
    def end(signal_number, frame):
        raise Hangs

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def fault_of(case: Case, folder, monkeypatch) -> str:
    """What is wrong with how the command answers a case; "" if nothing is."""
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    command = case.make(folder)
    trained = (folder / "run" / "history.json").exists()
    if command[0] == "train":
        command += ["--out", str(folder / "run")]
    out, err = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), at_most(SECONDS):
            code = cli.main(command)
    except Reached:
        return "accepted" if case.refused else ""
    except Hangs:
        return "hangs"
    except Exception as error:
        return f"traceback: {type(error).__name__}: {error}"[:300]
    told = [line for line in err.getvalue().splitlines() if line.strip()]
    if code == 0:
        return "accepted" if case.refused else ""
    if code != 2 or len(told) != 1 or not told[0].startswith("rnn-zoo: error: "):
        return f"no single line: code {code}, {err.getvalue()[:300]!r}"
    line = told[0].removeprefix("rnn-zoo: error: ")
    if len(line) > 300 or any(unicodedata.category(letter) == "Cc" for letter in line):
        return f"too long, or with control characters: {line!r}"
    if not any(name in line for name in case.named):
        return f"names none of {', '.join(case.named)}: {line}"
    if not trained and (folder / "run" / "history.json").exists():
        return "told after training"
    return ""


def faults(cases, folder, monkeypatch, train=False):
    """{what is wrong: the cases}, of those that are not answered as they should be."""

    def reached(*arguments, **options):
        if train:
            fit(*arguments, **options)
        raise Reached  # what follows from the weights takes longer

    fit = training.fit
    monkeypatch.setattr(training, "fit", reached)
    found = collections.defaultdict(list)
    for number, case in enumerate(cases):
        if fault := fault_of(case, folder / str(number), monkeypatch):
            found[fault].append(case.name)
            print(f"{case.name}: {fault}", file=sys.__stderr__)
    return dict(found)


def all_cases(folder, export, pick):
    """The cases of the files that commands read, and of options."""
    given, arguments = sources(folder, export), {"word_detector": ["ab", "--streams", "40", "--length", "20"]}
    for number, source in enumerate(given):
        place = folder / "right" / str(number)
        write(place, source, source.content)
        command, *rest = source.command(place)
        if command == "train":
            arguments.setdefault(rest[0], rest[1:])
    files = [case for source in given for case in file_cases(source, pick)]
    return files, [*option_cases(arguments), *command_cases(export)]


def test_some_malformed_inputs(tmp_path, monkeypatch, exported):
    pick = random.Random(1)
    files, options = all_cases(tmp_path, exported, pick)
    exports = export_cases(exported, ["a film"])
    cases = pick.sample(files, FEW // 2) + pick.sample(options, FEW // 4) + pick.sample(exports, FEW // 4)
    assert faults(cases, tmp_path / "cases", monkeypatch) == {}


@pytest.mark.hard
def test_a_thousand_malformed_inputs(tmp_path, monkeypatch, exported):
    pick = random.Random(0)
    files, options = all_cases(tmp_path, exported, pick)
    cases = [*files, *options, *export_cases(exported, ["a film"])]
    while len(cases) < 1_000:  # other places of the same faults
        cases += files[: 1_000 - len(cases)]
    assert len(cases) >= 1_000
    assert faults(cases, tmp_path / "cases", monkeypatch) == {}


@pytest.mark.hard
@pytest.mark.parametrize("name", NAMES)
def test_damaged_exports_and_runs_of_every_task(name, tmp_path, monkeypatch):
    example = tasks()[name].load(tasks()[name].example)(tmp_path)
    run, killed = tmp_path / "run", tmp_path / "killed"
    finish = callbacks.Keeper.on_epoch_end

    def copy_after_the_first(self, epoch, logs=None):
        finish(self, epoch, logs)
        if not epoch:
            shutil.copytree(run, killed)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(callbacks.Keeper, "on_epoch_end", copy_after_the_first)
        assert run_recipe(example.recipe, *example.arguments, "--out", run).returncode == 0
    question = ["--file", example.question] if example.asked_as_file else [example.question]
    cases = export_cases(run / "export", question)
    for folder in (run, killed):
        cases += run_cases(folder, example.recipe, list(example.arguments))
    assert faults(cases, tmp_path / "cases", monkeypatch, train=True) == {}
