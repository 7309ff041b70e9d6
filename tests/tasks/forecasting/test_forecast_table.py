"""The table of forecasts: networks beside the baselines of the same run."""

import pytest

from rnn_zoo.evaluation import results
from rnn_zoo.tasks.forecasting.table import forecast_table, main


def rows(data, horizon, seed, errors, command="", held=0.9):
    """The rows of a run: MSE of each system, and what the intervals of the network held."""
    made_by = {"recipe": "forecasting", "data": data, "split": "test", "seed": seed, "hardware": "a", "versions": "b"}
    made_by["command"] = f"python r.py --data {data} --horizon {horizon} {command}--seed {seed} --out runs/{seed}"
    for model, value in errors.items():
        ours = {"parameters": 1_000, "train_seconds": 60} if model == "forecast_gru" else {"parameters": 0}
        yield {"train_seconds": "", **made_by, **ours, "model": model, "metric": f"mse@{horizon}", "value": value}
    ours = {"parameters": 1_000, "train_seconds": 60, "model": "forecast_gru"}
    yield {**made_by, **ours, "metric": f"coverage90@{horizon}", "value": held}


def errors(network, ridge=0.5):
    return {
        "forecast_gru": network,
        "baseline:ridge": ridge,
        **{f"baseline:{name}": 1.25 for name in ("seasonal_naive", "last_value", "drift")},
    }


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "forecasting.csv"
    results.append(path, rows("ett_h1", 720, 0, errors(0.6)))
    results.append(path, rows("ett_h1", 96, 0, errors(0.3)))
    results.append(path, rows("ett_h1", 96, 1, errors(0.4), held=0.8))
    results.append(path, rows("co2", 26, 0, errors(0.7, ridge=0.1), command="--units 3 "))
    return path


def test_seeds_are_averaged_and_the_best_is_bold(path):
    lines = forecast_table(path).splitlines()
    assert lines[2:5] == [
        "| ett_h1, 96 | forecast_gru [1] | **0.35 ± 0.071** | 0.5 | 1.25 | 1.25 | 1.25 | 0.351 | 85.0% | 2 | 1,000 "
        "| 60 s |",
        "| ett_h1, 720 | forecast_gru [1] | 0.6 | **0.5** | 1.25 | 1.25 | 1.25 | 0.466 | 90.0% | 1 | 1,000 | 60 s |",
        "| co2, 26 | forecast_gru [2] | 0.7 | **0.1** | 1.25 | 1.25 | 1.25 | – | 90.0% | 1 | 1,000 | 60 s |",
    ]
    assert lines[6] == "[1] `python r.py --data ett_h1 --horizon H`  "


def test_the_m4_competition_has_its_own_measures(path):
    command = "python r.py --data m4_hourly --horizon 48"
    made_by = {"recipe": "forecasting", "data": "m4_hourly", "split": "test", "seed": 0, "command": command}
    made_by |= {"parameters": 1_000, "train_seconds": 60, "hardware": "a", "versions": "b"}
    for model, scores in {"auto": (2.0, 9.5, 0.95, 8.0), "baseline:ridge": (3.0, 12.25, 1.5, 20.0)}.items():
        names = ("mse@48", "smape@48", "mase@48", "msis@48")
        scored = zip(names, scores, strict=True)
        results.append(path, [{**made_by, "model": model, "metric": name, "value": value} for name, value in scored])
    table = forecast_table(path)
    cells = "9.50 / 0.950 | 9.33 / 0.893 | 12.25 / 1.500 | – | – | – | 8.00 | 1 | 1,000 | 60 s |"
    assert f"| m4_hourly, 48 | auto [3] | {cells}" in table.splitlines()
    assert table.count("m4_hourly, 48") == 1


def test_into_a_document(path, tmp_path, capsys):
    document = tmp_path / "README.md"
    document.write_text("<!-- results:forecasting -->\nold\n<!-- /results -->\n")
    assert main([str(path), "--into", str(document)]) == 0
    assert forecast_table(path) in document.read_text()
    assert main([str(tmp_path / "none.csv")]) == 2
    assert "error:" in capsys.readouterr().err
