"""The benchmark of one card runs on JAX alone, and so do the layers: no TensorFlow is imported."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("jax")
ROOT = Path(__file__).parents[2]
SCRIPT = """
import pathlib, sys
sys.modules["tensorflow"] = None  # importing it fails
from benchmarks import card
card.main(cells=("lstm", "min_gru", "linear"), sizes=("2/3/4/5",), seconds=0.01, out=pathlib.Path(sys.argv[1]))
"""


def run(out, backend):
    environment = {**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, str(out)], env=environment, capture_output=True, text=True, cwd=ROOT
    )


@pytest.mark.long
def test_a_small_run_writes_a_row_a_contestant(tmp_path):
    finished = run(tmp_path / "card.csv", "jax")
    assert finished.returncode == 0, finished.stderr
    with open(tmp_path / "card.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    cases = {row["case"] for row in rows}
    assert cases == {"lstm 2/3/4/5", "min_gru 2/3/4/5", "linear 2/3/4/5"}
    assert all(float(row["milliseconds"]) > 0 and float(row["ratio"]) > 0 for row in rows)
    for case in cases:  # the best rival is compared with itself
        assert "1" in {row["ratio"] for row in rows if row["case"] == case}
