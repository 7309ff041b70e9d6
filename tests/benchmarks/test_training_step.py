"""A training step is the same in every library, and a small run writes its rows."""

import numpy as np
import pytest

from benchmarks import machine, records, steps, training_step
from benchmarks.sizes import Sizes

SIZES = Sizes(2, 3, 4, 5)


@pytest.fixture(autouse=True)
def denormals():
    """Lets the tests after these have their denormal numbers again."""
    yield
    if machine.has_torch():
        import torch

        torch.set_flush_denormal(False)


def made(cell, libraries, weights=None, last_only=False):
    inputs, targets = steps.data(SIZES, last_only)
    weights = weights or steps.initial_weights(cell, SIZES)
    return {library: steps.make(library, cell, SIZES, inputs, targets, weights) for library in libraries}


@pytest.mark.parametrize("cell", ["lstm", "gru"])  # the small run below holds the vanilla layers equal
def test_every_library_takes_the_same_step(cell):
    libraries = [library for library in steps.libraries() if library != steps.KERAS_XLA]
    steps.assert_equal(made(cell, libraries))


def test_every_library_reads_the_same_last_step():
    libraries = [library for library in steps.libraries() if library != steps.KERAS_XLA]
    steps.assert_equal(made("vanilla", libraries, last_only=True))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_other_weights_are_told_apart(place):
    weights = steps.initial_weights("gru", SIZES)
    weights[place] = weights[place] + 0.05 * np.sign(weights[place])
    pair = {"one": made("gru", [steps.KERAS]), "other": made("gru", [steps.KERAS], weights)}
    with pytest.raises(AssertionError, match="other differs from one in"):
        steps.assert_equal({name: step for name, one in pair.items() for step in one.values()})


def test_a_step_learns():
    (step,) = made("gru", [steps.RNN_ZOO]).values()
    losses = [step() for _ in range(20)]
    assert losses == sorted(losses, reverse=True)


def test_a_small_run_writes_a_row_a_library(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "prepare", lambda: None)  # hides GPUs for the rest of the process
    speeds = iter([50.0, 100.0])
    monkeypatch.setattr(machine, "matmul_gflops", lambda: next(speeds))
    out = tmp_path / "b.csv"
    training_step.main(cells=("vanilla",), sizes=(str(SIZES),), seconds=0.01, out=out)
    rows = records.read(out)
    assert [row["contestant"] for row in rows] == steps.libraries()
    for row in rows:
        assert (row["benchmark"], row["case"], row["metric"]) == ("training_step", "vanilla 2/3/4/5", "step time")
        value, floor = float(row["value"]), float(row["floor"])
        assert 0 < float(row["lower_quartile"]) <= value <= float(row["upper_quartile"])
        # 3 * 2 * 3 * 5 * (4 + 5) multiply-adds, at the better of the two speeds.
        np.testing.assert_allclose(floor, 2 * 810 / 100e9 * 1e3, rtol=1e-4)
        np.testing.assert_allclose(float(row["share_of_floor"]), floor / value, rtol=1e-4)
        assert " cores, " in row["hardware"] and "keras 3." in row["versions"]
        assert row["command"].startswith("python -m benchmarks.training_step")
    rivals = [float(row["value"]) for row in rows if row["contestant"] != steps.RNN_ZOO]
    np.testing.assert_allclose(float(rows[0]["ratio"]), min(rivals) / float(rows[0]["value"]), rtol=1e-4)


def test_without_pytorch_a_hint_is_given(monkeypatch, capsys):
    monkeypatch.setattr(machine, "has_torch", lambda: False)
    assert steps.libraries() == ["rnn_zoo", "Keras", "Keras, XLA"]
    assert 'pip install "rnn-zoo[bench]"' in capsys.readouterr().out
