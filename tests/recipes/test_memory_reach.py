import pytest
from helpers import load_recipe

from rnn_zoo import training
from rnn_zoo.evaluation import results
from rnn_zoo.experiments import memory_reach


@pytest.mark.long
def test_it_measures_every_cell_before_and_after_training(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(memory_reach, "CELLS", {"vanilla tanh": {"cell": "vanilla"}})
    load_recipe("memory_reach").main(
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
    page = (tmp_path / "docs" / "README.md").read_text(encoding="utf-8")
    assert "| 4 | vanilla tanh | ≥ 4 |" in page and "chance level is 25%" in page
    assert (tmp_path / "docs" / "memory_reach.png").read_bytes().startswith(b"\x89PNG")
    assert "Memory reach" in capsys.readouterr().out


def test_a_diverging_training_is_a_row(tmp_path, monkeypatch):
    def fit(*arguments, **options):
        raise FloatingPointError("the loss is NaN")

    monkeypatch.setattr(training, "fit", fit)
    train, test = memory_reach.first_symbol(8, 4, 0), memory_reach.first_symbol(8, 4, 1)
    sizes = memory_reach.Sizes(units=2, sequences=8, epochs=1, batch_size=4, learning_rate=1.0)
    found = memory_reach.measure("gru", train, test, sizes, None, 0, str(tmp_path))
    assert found["diverged"] and "memory_reach_trained" not in found
    assert memory_reach.metrics(found)["diverged"] == 1
    assert next(memory_reach.table_rows([{"length": 4, **found, "clipped": True}]))[3:] == ["diverged", ""]


def test_bad_input(tmp_path):
    recipe = load_recipe("memory_reach")
    with pytest.raises(ValueError, match="`lengths` must be a positive integer, got 0"):
        recipe.main(lengths=[10, 0], runs=str(tmp_path), out=str(tmp_path))
    with pytest.raises(ValueError, match="`learning_rate`"):
        recipe.main(learning_rate=0, runs=str(tmp_path), out=str(tmp_path))
