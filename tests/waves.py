"""A short series of weekly waves and its windows, for every test of forecasters."""

import numpy as np
import pandas as pd

from rnn_zoo.series.series import Series
from rnn_zoo.series.windows import Windows


def waves(steps=160, noise=0.1, lookback=14, horizon=3, slope=0.0):
    """Windows of two targets and a column that is known ahead."""
    generator = np.random.default_rng(0)
    place = np.arange(steps)
    values = [5 * (index + 1) + np.sin(2 * np.pi * (place + index) / 7) + slope * place for index in range(2)]
    values = [column + noise * generator.standard_normal(steps) for column in values]
    series = Series(
        name="waves",
        times=pd.date_range("2024-01-01", periods=steps, freq="D").as_unit("s"),
        values=np.stack([*values, (place % 7 == 6).astype(float)], axis=1),
        targets=("a", "b"),
        inputs=(),
        known=("sunday",),
        frequency="D",
        season=7,
        cuts=(80, 120, steps),
        licence="none",
        source="made here",
    )
    return Windows(series, lookback, horizon)
