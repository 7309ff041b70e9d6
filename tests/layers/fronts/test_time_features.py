import numpy as np
import pandas as pd
import pytest
from helpers import run_layer_test
from keras import ops

from rnn_zoo.layers import TimeFeatures

TIMES = pd.DatetimeIndex(
    ["1969-12-31 23:59", "1970-01-01 00:00", "2000-02-29 12:30", "2001-03-01 06:01", "2024-12-31 23:59", "2100-03-01"]
)
MINUTES = (TIMES.as_unit("s").asi8 // 60).astype("int32")


def test_layer_contract():
    run_layer_test(
        TimeFeatures,
        {"calendar": True, "fourier": 2, "periods": ("day", "year")},
        input_data=MINUTES[None],
        expected_output_shape=(1, 6, 13),
        mixed_output_dtype="float32",
        atol=1e-4,  # a graph rounds the position in the 400-year cycle differently, by 3e-5 at most
    )


def test_the_calendar_equals_pandas():
    outputs = ops.convert_to_numpy(TimeFeatures()(MINUTES[None]))[0]
    expected = [TIMES.minute / 59, TIMES.hour / 23, TIMES.dayofweek / 6, (TIMES.day - 1) / 30, (TIMES.month - 1) / 11]
    np.testing.assert_allclose(outputs, np.stack(expected, axis=1) - 0.5, atol=1e-6)


def test_every_day_of_many_years_equals_pandas():
    days = pd.date_range("1960-01-01", "2110-01-01", freq="D")
    outputs = ops.convert_to_numpy(TimeFeatures()((days.as_unit("s").asi8 // 60).astype("int32")[None]))[0]
    np.testing.assert_allclose(outputs[:, 3], (days.day - 1) / 30 - 0.5, atol=1e-6)
    np.testing.assert_allclose(outputs[:, 4], (days.month - 1) / 11 - 0.5, atol=1e-6)


def test_harmonics_have_their_periods():
    hours = np.arange(0, 60 * 24 * 14, 60, "int32")[None]
    outputs = ops.convert_to_numpy(TimeFeatures(False, 1, ("day", "week"))(hours))[0]
    np.testing.assert_allclose(outputs[24:, :2], outputs[:-24, :2], atol=1e-5)
    np.testing.assert_allclose(outputs[168:, 2:], outputs[:-168, 2:], atol=1e-5)
    np.testing.assert_allclose(np.hypot(outputs[:, 0], outputs[:, 1]), 1, atol=1e-5)


def test_the_yearly_harmonic_repeats():
    times = pd.DatetimeIndex(["1975-07-01", "2019-07-01"])
    outputs = TimeFeatures(False, 1, ("year",))((times.as_unit("s").asi8 // 60).astype("int32")[None])
    np.testing.assert_allclose(*ops.convert_to_numpy(outputs)[0], atol=0.02)


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"calendar": False}, "there would be no feature"),
        ({"fourier": -1}, "`fourier` must be an integer >= 0, got -1"),
        ({"periods": ("month",)}, "`periods` must be some of day, week, year"),
    ],
)
def test_errors_name_the_argument(kwargs, message):
    with pytest.raises(ValueError, match=message):
        TimeFeatures(**kwargs)
