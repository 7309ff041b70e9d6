import pytest
from helpers import load_recipe

from rnn_zoo.evaluation import results


def test_it_measures_every_cell_before_and_after_training(tmp_path, monkeypatch, capsys):
    recipe = load_recipe("memory_reach")
    monkeypatch.setattr(recipe, "CELLS", {"vanilla tanh": {"cell": "vanilla"}})
    recipe.main(
        lengths=[4],
        units=3,
        sequences=64,
        epochs=1,
        runs=str(tmp_path / "runs"),
        out=str(tmp_path / "docs"),
        results=str(tmp_path / "results.csv"),
    )
    rows = results.read(tmp_path / "results.csv")
    assert {row["model"] for row in rows} == {
        "baseline:mean_of_steps",
        "vanilla tanh, clipped",
        "vanilla tanh, not clipped",
    }
    measured = {row["metric"]: float(row["value"]) for row in rows if row["model"] == "vanilla tanh, clipped"}
    assert 1 <= measured["memory_reach_initial"] <= 4 and measured["gradient_left_trained"] > 0
    assert 0 <= measured["accuracy"] <= 1 and measured["diverged"] == 0
    told = (tmp_path / "docs" / "README.md").read_text(encoding="utf-8")
    assert "| 4 | vanilla tanh | ≥ 4 |" in told and "chance is 25%" in told
    assert (tmp_path / "docs" / "memory_reach.png").read_bytes().startswith(b"\x89PNG")
    assert "Memory reach" in capsys.readouterr().out


def test_a_training_that_diverges_is_a_row_and_no_crash(tmp_path, monkeypatch):
    recipe = load_recipe("memory_reach")

    def fit(*arguments, **options):
        raise FloatingPointError("the loss is NaN")

    monkeypatch.setattr(recipe.training, "fit", fit)
    train, test = recipe.first_symbol(8, 4, 0), recipe.first_symbol(8, 4, 1)
    settings = {"epochs": 1, "learning_rate": 1.0, "clip_norm": None, "seed": 0}
    found = recipe.measure("gru", {"cell": "gru", "units": 2}, train, test, 4, str(tmp_path), settings)
    assert found["diverged"] and "memory_reach_trained" not in found
    assert recipe.numbers(found)["diverged"] == 1
    assert next(recipe.cells_of([{"length": 4, **found, "clipped": True}]))[3:] == ["diverged", ""]


def test_bad_input(tmp_path):
    recipe = load_recipe("memory_reach")
    with pytest.raises(ValueError, match="`lengths` must be a positive integer, got 0"):
        recipe.main(lengths=[10, 0], runs=str(tmp_path), out=str(tmp_path))
    with pytest.raises(ValueError, match="`learning_rate`"):
        recipe.main(learning_rate=0, runs=str(tmp_path), out=str(tmp_path))
