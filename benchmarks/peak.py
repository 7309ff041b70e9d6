"""The peak memory of training steps, measured in a new process.

    python -m benchmarks.peak '{"library": "Keras", "cell": "vanilla", "sizes": "16/1000/64/128", "options": {}}'

prints it in MB. A process keeps memory that it has freed, so every measurement needs a new one.
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
    """The peak resident memory of three training steps whose loss depends on the last time step only.

    The memory before the first of them is subtracted: that of the data, the weights and the library, which has run a
    step on two time steps already. What the first step compiles is included.

    Args:
        library: one of `steps.LIBRARIES`.
        cell: as in `steps.make`.
        sizes: Sizes.
        options: further arguments of `rnn_zoo.Recurrent`.

    Returns:
        float, MB of 1e6 bytes.

    Raises:
        OSError: there is no /proc (not Linux), or the process failed; the error has its last line.
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
    # If the peak cannot be reset, it is that of loading: lower than any step worth measuring.
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    for _ in range(STEPS):
        step()
    return (memory("VmHWM") - before) / 1e6


def _shortened(options, time):
    # With two time steps the distance between kept states is at most two.
    return {name: min(value, time) if name == "checkpoint" else value for name, value in options.items()}


def memory(field):
    """A field of /proc/self/status, in bytes."""
    for line in STATUS.read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise OSError(f"{STATUS} has no {field}.")


if __name__ == "__main__":
    print(_measure(**json.loads(sys.argv[1])))
