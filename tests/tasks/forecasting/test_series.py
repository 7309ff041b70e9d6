import numpy as np
import pandas as pd
import pytest
from series_files import series

from rnn_zoo.series.frequency import next_times, season_of
from rnn_zoo.series.series import Scale


def test_scale_and_the_way_back():
    values = np.array([[1.0, 5.0, 0.1], [3.0, 5.0, 0.1], [5.0, 5.0, 0.1]])
    scale = Scale.fit(values)
    scaled = scale.apply(values)
    np.testing.assert_allclose(scaled[:, 0].std(), 1)
    np.testing.assert_allclose(scaled[:, 1:], 0, atol=1e-9)  # constant: not divided by 0
    np.testing.assert_allclose(scale.undo(scaled), values)
    np.testing.assert_allclose(scale.undo(scaled[:, :1]), values[:, :1])


def test_the_scale_knows_the_training_part_alone():
    one = series()
    values = one.values.copy()
    values[one.cuts[0] :] += 1_000
    assert np.abs(one.scale().mean - type(one)(**{**vars(one), "values": values}).scale().mean).max() == 0


def test_parts_follow_each_other():
    parts = series(100).parts
    assert parts == {"train": (0, 50), "validation": (50, 80), "test": (80, 100)}


def test_the_digest_is_that_of_the_numbers():
    assert series().digest == series().digest != series(noise=0.2).digest


@pytest.mark.parametrize(
    ("frequency", "season"),
    [("h", 24), ("15min", 96), ("D", 7), ("B", 5), ("7D", 52), ("MS", 12), ("QS", 4), ("YS", 1), ("30s", 120)],
)
def test_season_of_a_frequency(frequency, season):
    assert season_of(frequency) == season


def test_times_ahead_keep_to_the_calendar():
    assert list(next_times(pd.Timestamp("2024-01-31"), "ME", 2)) == [
        pd.Timestamp("2024-02-29"),
        pd.Timestamp("2024-03-31"),
    ]
    assert str(next_times(series().times[-1], series().frequency, 1)[0]) == "2024-04-30 00:00:00"
