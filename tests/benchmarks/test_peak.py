"""The peak memory of a process of its own."""

import subprocess
import sys
import textwrap

import pytest
from helpers import ROOT

from benchmarks import peak
from benchmarks.sizes import Sizes

linux = pytest.mark.skipif(not peak.STATUS.exists(), reason="reads /proc, which only Linux has")


def answer(monkeypatch, **ended):
    asked = []

    def run(command, **options):
        asked.append(command)
        return subprocess.CompletedProcess(command, **{"returncode": 0, "stdout": "", "stderr": "", **ended})

    monkeypatch.setattr(peak.subprocess, "run", run)
    return asked


@linux
def test_the_last_line_of_the_process_is_the_answer(monkeypatch):
    asked = answer(monkeypatch, stdout="a warning\n12.5\n")
    assert peak.peak_megabytes("Keras", "gru", Sizes(2, 3, 4, 5), checkpoint=2) == 12.5
    assert asked[0][1:3] == ["-m", "benchmarks.peak"]
    assert asked[0][3] == '{"library": "Keras", "cell": "gru", "sizes": "2/3/4/5", "options": {"checkpoint": 2}}'


@linux
def test_a_process_that_dies_tells_its_last_line(monkeypatch):
    answer(monkeypatch, returncode=-9, stderr="first\nout of memory\n")
    with pytest.raises(OSError, match="ended with -9: out of memory"):
        peak.peak_megabytes("Keras", "gru", Sizes(2, 3, 4, 5))


@linux
def test_memory_that_is_touched_is_seen_and_its_peak_remembered():
    """In a new process: in an old one, memory of earlier tests may be released meanwhile."""
    code = """
    import numpy as np
    from benchmarks import peak
    before, size = peak.memory("VmRSS"), 64_000_000
    block = np.ones(size // 8)
    assert size <= peak.memory("VmRSS") - before + 1_000_000 and block[-1] == 1
    del block
    assert peak.memory("VmHWM") >= before + size - 1_000_000
    """
    process = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], cwd=ROOT, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
