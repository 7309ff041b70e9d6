"""Networks behind the verbs of every forecaster."""

import json

import keras
import numpy as np
import pytest
from waves import waves

from rnn_zoo.layers import Quantiles
from rnn_zoo.tasks.forecasting.forecasters import Network

LEVELS = (0.1, 0.5, 0.9)


def build(windows):
    """The smallest network that forecasts quantiles."""
    past = keras.Input((windows.lookback, windows.features))
    head = Quantiles((windows.horizon, 2), LEVELS)
    model = keras.Model(past, head(past[:, -1]))
    model.compile("adam", loss=head.make_loss(), metrics=head.make_metrics())
    return model


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    keras.utils.set_random_seed(0)
    out = tmp_path_factory.mktemp("network") / "run"
    return Network("tiny", build, LEVELS, out, batch_size=16, stride=3, epochs=2, patience=1, seed=3).fit(waves())


def test_fit_trains_and_calibrates(network):
    assert network.coverage == 0.8 and network.margins.shape == (3, 2)
    assert network.parameters == network.model.count_params() and network.train_seconds > 0
    assert json.loads((network.out / "history.json").read_text())["finished"]
    # Of 64 training windows every third: 22 in batches of 16.
    assert json.loads((network.out / "config.json").read_text())["training"]["batches"] == 2


def test_predict_gives_the_median_between_calibrated_ends(network):
    windows = waves()
    starts = windows.starts("test")[:5]
    forecast = network.predict(windows, starts)
    quantiles = network.model.predict(windows.past(starts), verbose=0)
    np.testing.assert_allclose(forecast.value, quantiles[..., 1], atol=1e-6)
    for row, start in enumerate(starts):
        upper = quantiles[row, ..., 2] + network.margins_at(windows, start)
        np.testing.assert_allclose(forecast.upper[row], np.maximum(upper, quantiles[row, ..., 1]), atol=1e-5)


def test_a_refit_trains_anew_in_a_folder_of_its_own(network):
    windows = waves()
    table = network.backtest(windows, stride=20, refit=1)
    assert table["origin"].nunique() == 2
    assert {path.name for path in network.out.glob("refit_*")} == {"refit_1", "refit_2"}
    plain = network.backtest(windows, stride=20)
    assert np.abs(table["forecast"] - plain["forecast"]).max() > 1e-4
