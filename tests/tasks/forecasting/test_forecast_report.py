import io
import json
import struct

import numpy as np
import pytest
from rich.console import Console
from waves import waves

from rnn_zoo.evaluation import results
from rnn_zoo.tasks.forecasting.forecasters import Drift, LastValue, Ridge, SeasonalNaive
from rnn_zoo.tasks.forecasting.report import forecast_report, forecast_rows


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    out = tmp_path_factory.mktemp("report")
    windows = waves(noise=0.3)
    console = Console(file=io.StringIO(), width=160)
    forecasters = [one().fit(windows) for one in (Ridge, LastValue, SeasonalNaive, Drift)]
    return forecast_report(forecasters, windows, out=out, console=console), out, console.file.getvalue(), windows


def test_every_system_is_scored_on_all_windows_of_the_part(reported):
    report, _, _, windows = reported
    assert list(report["systems"]) == ["ridge", "baseline:last_value", "baseline:seasonal_naive", "baseline:drift"]
    assert report["windows"] == len(windows.starts("test")) == 38
    starts = windows.starts("test")
    expected = np.mean((LastValue().guess(windows, starts)[0] - windows.future(starts)) ** 2)
    np.testing.assert_allclose(report["systems"]["baseline:last_value"]["mse"], expected, rtol=1e-5)
    assert all(0 <= system["coverage"] <= 1 for system in report["systems"].values())


def test_the_verdict_is_said_and_printed(reported):
    report, _, printed, _ = reported
    assert report["verdict"][0].startswith("ridge beats the best baseline, baseline:seasonal_naive, by ")
    held = f"{report['systems']['ridge']['coverage']:.1%}"
    assert f"Its 90% intervals cover {held} of the observations" in report["verdict"][-1]
    assert held in printed and "MASE" in printed


def test_a_loss_is_called_one():
    windows = waves(noise=0)
    forecasters = [one().fit(windows) for one in (LastValue, SeasonalNaive)]
    report = forecast_report(forecasters, windows, console=Console(file=io.StringIO()))
    assert "last_value LOSES to the best baseline, baseline:seasonal_naive" in report["verdict"][0]
    assert "the baseline is the better model" in report["verdict"][0]


def test_the_same_error_is_neither_a_win_nor_a_loss():
    windows = waves(noise=0.3)
    model, baseline = Ridge().fit(windows), Ridge().fit(windows)
    model.name = "model"
    report = forecast_report([model, baseline], windows, console=Console(file=io.StringIO()))
    assert "model equals the best baseline, baseline:ridge, in MSE" in report["verdict"][0]
    assert "better" not in report["verdict"][0]


def test_files_of_the_report(reported):
    report, out, _, _ = reported
    assert json.loads((out / "metrics.json").read_text(encoding="utf-8")) == report
    picture = (out / "report.png").read_bytes()
    assert picture.startswith(b"\x89PNG") and min(struct.unpack(">II", picture[16:24])) > 800


def test_rows_name_the_horizon(reported, tmp_path):
    report = reported[0]
    rows = forecast_rows(report, recipe="forecasting", data="waves", seed=0, command="c", hardware="h", versions="v")
    results.append(tmp_path / "rows.csv", rows)
    read = {(row["model"], row["metric"]): float(row["value"]) for row in results.read(tmp_path / "rows.csv")}
    assert {metric for _, metric in read} == {
        "mse@3",
        "mae@3",
        "mase@3",
        "smape@3",
        "msis@3",
        "pinball@3",
        "coverage90@3",
    }
    np.testing.assert_allclose(read["ridge", "mse@3"], report["systems"]["ridge"]["mse"], rtol=1e-5)


def test_two_of_one_name_are_refused():
    windows = waves()
    with pytest.raises(ValueError, match="`forecasters` must have different names"):
        forecast_report([Ridge().fit(windows), LastValue().fit(windows), LastValue().fit(windows)], windows)
