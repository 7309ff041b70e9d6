"""Two hundred kills over all recipes: nothing is corrupt or lost, and the result is that of an unbroken run."""

import random
import shutil
import time

import pytest
from helpers import needs_tensorflow
from killed_runs import OTHERS, command_lines, faults_of, outcome, start

from rnn_zoo.tasks.registry import NAMES

pytestmark = [pytest.mark.hard, needs_tensorflow]

RUNS = (*NAMES, *OTHERS)
KILLS = 200
EACH = -(-KILLS // len(RUNS))


def finished(command, out):
    process = start(command, out)
    process.join(300)
    assert process.exitcode == 0, out.with_suffix(".log").read_text()[-2000:]


@pytest.mark.parametrize("name", RUNS)
def test_a_run_that_is_killed_again_and_again(name, tmp_path):
    pick, command = random.Random(name), command_lines(tmp_path)[name]
    began = time.monotonic()
    finished(command, tmp_path / "whole")
    seconds, expected = time.monotonic() - began, outcome(tmp_path / "whole")
    kills, other, out = 0, [], tmp_path / "killed"
    while kills < EACH:
        process = start(command, out)
        process.join(pick.uniform(0.05, 1.05) * seconds)
        if process.is_alive():
            process.kill()
            process.join()
            kills += 1
        assert (fault := faults_of(out)) == [], f"after kill {kills}: {fault}"
        if process.exitcode == 0 or kills == EACH:
            finished(command, out)
            other += [part for part, value in outcome(out).items() if value != expected[part]]
            left = [path.name for path in out.rglob(".*") if not path.name.endswith(".lock")]
            assert left == [], "left-overs of a killed run"
            shutil.rmtree(out)
            out.with_suffix(".csv").unlink()
    assert other == []
