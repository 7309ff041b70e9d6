"""The peak memory of training steps, in a process of its own.

    python -m benchmarks.peak '{"library": "Keras", "cell": "vanilla", "sizes": "16/1000/64/128", "options": {}}'

prints it in MB. A process keeps memory that it has freed, and counts what others left to it: so each is fresh.
"""

import contextlib
import dataclasses
import gc
import json
import os
import subprocess
import sys
from pathlib import Path

from benchmarks import machine, steps
from benchmarks.sizes import Sizes

STEPS = 3
STATUS = Path("/proc/self/status")
_ROOT = Path(__file__).parents[1]


def peak_megabytes(library, cell, sizes, **options):
    """The peak resident memory of three training steps whose loss reads the last step alone.

    It is counted above what stood before the first of them: data and weights are there, and the library has taken a
    step on two time steps already, so that its code is loaded. What the first step compiles is part of it.

    Args:
        library: one of `steps.LIBRARIES`.
        cell: as in `steps.make`.
        sizes: Sizes.
        options: further arguments of `rnn_zoo.Recurrent`.

    Returns:
        float, MB of 1e6 bytes.

    Raises:
        OSError: there is no /proc (not Linux), or the process failed; with its last line.
    """
    if not STATUS.exists():
        raise OSError(f"the peak memory is read from {STATUS}, which only Linux has.")
    task = json.dumps({"library": library, "cell": cell, "sizes": str(sizes), "options": options})
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.peak", task],
        cwd=_ROOT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        last = (ended.stderr.strip() or "no message").splitlines()[-1]
        raise OSError(f"the process that measured {task} ended with {ended.returncode}: {last}")
    return float(ended.stdout.strip().splitlines()[-1])


def _measure(library, cell, sizes, options):
    machine.prepare()
    sizes = Sizes.parse(sizes)
    short = dataclasses.replace(sizes, time=2)
    steps.make(library, cell, short, *steps.data(short, last_only=True), **_shortened(options, 2))()
    step = steps.make(library, cell, sizes, *steps.data(sizes, last_only=True), **options)
    gc.collect()
    before = memory("VmRSS")
    # Where the mark cannot be set back, it is that of the loading: lower than any step worth measuring.
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    for _ in range(STEPS):
        step()
    return (memory("VmHWM") - before) / 1e6


def _shortened(options, time):
    # A kept state every 50 steps makes no sense on two.
    return {name: min(value, time) if name == "checkpoint" else value for name, value in options.items()}


def memory(field):
    """A line of /proc/self/status, in bytes."""
    for line in STATUS.read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise OSError(f"{STATUS} has no {field}.")


if __name__ == "__main__":
    print(_measure(**json.loads(sys.argv[1])))
