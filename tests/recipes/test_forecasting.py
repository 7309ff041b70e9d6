"""The forecasting recipe: from a file of one's own to a model that forecasts it."""

import json

import pandas as pd
import pytest
from helpers import load_recipe
from waves import waves

import rnn_zoo
from rnn_zoo.evaluation import results


@pytest.fixture(scope="module")
def sales(tmp_path_factory):
    """A file of 160 days: day, a, b, sunday."""
    series = waves(noise=0.3).series
    path = tmp_path_factory.mktemp("sales") / "sales.csv"
    pd.DataFrame(series.values, columns=series.columns, index=series.times).rename_axis("day").to_csv(path)
    return path


def arguments(sales, out, **changed):
    return {
        "data": str(sales),
        "model": "forecast_segrnn",
        "time": "day",
        "target": ("a",),
        "known": ("sunday",),
        "horizon": 3,
        "lookback": 14,
        "segment": 7,
        "units": 4,
        "epochs": 2,
        "batch_size": 80,  # all windows: one shape to compile
        "out": str(out),
        "results": str(out.parent / "results.csv"),
        **changed,
    }


def test_from_a_file_to_an_export(sales, tmp_path, capsys):
    main = load_recipe("forecasting").main
    out = tmp_path / "run"
    main(**arguments(sales, out, backtest=True))
    for file in ("config.json", "history.csv", "curves.png", "model.keras", "metrics.json", "report.png"):
        assert (out / file).stat().st_size, file
    report = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    assert [name.removeprefix("baseline:") for name in report["systems"]] == [
        "forecast_segrnn",
        "last_value",
        "seasonal_naive",
        "drift",
        "ridge",
        "ets",
    ]
    rows = results.read(tmp_path / "results.csv")
    assert {row["metric"] for row in rows} == {
        f"{name}@3" for name in ("mse", "mae", "mase", "smape", "msis", "pinball", "coverage90")
    }
    table = pd.read_csv(out / "backtest.csv")
    assert set(table["forecaster"]) == {name.removeprefix("baseline:") for name in report["systems"]}

    ahead = rnn_zoo.load(out / "export").predict(sales_with_future(sales, tmp_path))
    assert list(ahead["time"].astype(str)) == ["2024-06-09", "2024-06-10", "2024-06-11"]
    assert ((ahead["a_lower"] <= ahead["a"]) & (ahead["a"] <= ahead["a_upper"])).all()

    capsys.readouterr()
    main(**arguments(sales, out))
    assert "its result is loaded" in capsys.readouterr().out
    again = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    for system in (*again["systems"].values(), *report["systems"].values()):
        system.pop("train_seconds")
    assert again["systems"] == report["systems"]
    assert len(results.read(tmp_path / "results.csv")) == len(rows)

    main(**arguments(sales, out, split="validation", results=None))
    assert json.loads((out / "metrics.json").read_text(encoding="utf-8"))["split"] == "validation"
    with pytest.raises(ValueError, match="`backtest` forecasts the test part"):
        main(**arguments(sales, out, split="validation", backtest=True))


def sales_with_future(sales, folder):
    frame = pd.read_csv(sales, dtype=str)
    days = [f"2024-06-{day:02}" for day in (9, 10, 11)]
    future = pd.DataFrame({"day": days, "sunday": ["1", "0", "0"]})
    path = folder / "with_future.csv"
    pd.concat([frame, future]).to_csv(path, index=False)
    return path


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"horizon": 0}, "`horizon` must be a positive integer, got 0"),
        ({"lookback": 200}, r"the train part has 96 steps, fewer than `lookback` \+ `horizon`, 203"),
        ({"model": "forecast_gur"}, "Did you mean 'forecast_gru'"),
        ({"target": ("c",)}, "no column 'c'"),
        ({"refit": 1}, "`refit` needs `backtest`"),
        ({"coverage": 1.0}, r"`coverage` must be a number in \(0, 1\)"),
    ],
)
def test_bad_arguments_before_anything_is_trained(sales, tmp_path, changed, message):
    with pytest.raises(ValueError, match=message):
        load_recipe("forecasting").main(**arguments(sales, tmp_path / "run", **changed))
    assert not (tmp_path / "run").exists()
