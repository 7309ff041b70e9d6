import numpy as np
import pytest
from helpers import load_recipe

from rnn_zoo.evaluation import results
from rnn_zoo.experiments import memory_limits


def test_it_measures_every_cell_on_both_tasks(tmp_path, monkeypatch):
    recipe = load_recipe("memory_limits")
    monkeypatch.setattr(memory_limits, "CELLS", ("gru",))
    folders = {"runs": str(tmp_path / "runs"), "out": str(tmp_path / "docs"), "results": str(tmp_path / "rows.csv")}
    recipe.main(adding=[4], copying=[3], units=3, steps=10, batch_size=8, tested=32, **folders)
    rows = {(row["data"], row["model"]): float(row["value"]) for row in results.read(tmp_path / "rows.csv")}
    assert set(rows) == {(data, model) for data in ("adding 4", "copying 3") for model in ("baseline:blind", "gru")}
    assert rows["adding 4", "baseline:blind"] == pytest.approx(1 / 6, abs=0.08)  # two variances of a number in [0, 1)
    assert rows["copying 3", "baseline:blind"] == 1 / 8
    page = (tmp_path / "docs" / "README.md").read_text(encoding="utf-8")
    assert "| adding | 4 | mean squared error |" in page and "| copying | 3 | accuracy | 12.5% |" in page
    assert (tmp_path / "docs" / "memory_limits.png").read_bytes().startswith(b"\x89PNG")


def test_the_targets_follow_from_the_inputs():
    inputs, targets, _ = memory_limits.examples("adding", 6, 5, [0])
    assert (inputs[..., 1].sum(axis=1) == 2).all() and (inputs[:, :3, 1].sum(axis=1) == 1).all()
    np.testing.assert_allclose(targets[:, 0], [row[row[:, 1] == 1, 0].sum() for row in inputs], rtol=1e-6)
    inputs, targets, weights = memory_limits.examples("copying", 6, 5, [0])
    np.testing.assert_array_equal(targets[:, -10:], inputs[:, :10])
    assert (
        inputs.shape == (5, 26)
        and (inputs[:, 16] == memory_limits.MARK).all()
        and (inputs[:, 10:16] == memory_limits.BLANK).all()
    )
    assert weights.mean() == pytest.approx(1)
    assert not np.array_equal(inputs, memory_limits.examples("copying", 6, 5, [1])[0])


def test_bad_input(tmp_path):
    recipe = load_recipe("memory_limits")
    for options, message in (
        ({"adding": [0]}, "`adding` must be a positive integer, got 0"),
        ({"steps": 15}, "`steps` must be a multiple of 10, got 15"),
        ({"learning_rate": 0}, "`learning_rate` must be a positive number"),
    ):
        with pytest.raises(ValueError, match=message):
            recipe.main(**options, runs=str(tmp_path), out=str(tmp_path))
