"""Windows: the examples of a series, each a look-back and the values after it."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import pandas as pd

from rnn_zoo.checks import one_of, positive_integer
from rnn_zoo.series.series import PARTS, Scale, Series
from rnn_zoo.types import Model, Tensor

_MINUTE = 60


@dataclasses.dataclass(frozen=True)
class Windows:
    """A series cut into windows of look-back and horizon, scaled by its training part.

    Args:
        series: the series.
        lookback: number of past steps that a forecast reads, > 0.
        horizon: number of steps that it predicts, > 0.
        time_features: layer from <int32>[batch, time], minutes since 1970, to <float32>[batch, time, count], such as
            `rnn_zoo.layers.TimeFeatures`; None for no time features.
    Raises:
        ValueError: a length is not a positive integer, or a part of the series is too short.
    """

    series: Series
    lookback: int
    horizon: int
    time_features: Model | None = None

    def __post_init__(self) -> None:
        positive_integer("lookback", self.lookback)
        positive_integer("horizon", self.horizon)
        for name, (start, stop) in self.series.parts.items():
            needed = self.horizon + (self.lookback if name == "train" else 0)
            if stop - start < needed:
                what = "`lookback` + `horizon`" if name == "train" else "`horizon`"
                raise ValueError(
                    f"{self.series.name}: the {name} part has {stop - start} steps, fewer than {what}, {needed}; give "
                    "a longer series, shorter windows, or other fractions `validation` and `test`."
                )

    @property
    def features(self) -> int:
        """The number of values per step of the look-back: columns and time features."""
        return len(self.series.columns) + self.clock.shape[1]

    @property
    def known(self) -> int:
        """The number of values known for each step ahead: known columns and time features."""
        return len(self.series.known) + self.clock.shape[1]

    @functools.cached_property
    def scale(self) -> Scale:
        """The scale of the training part."""
        return self.series.scale()

    @functools.cached_property
    def clock(self) -> Tensor:
        """<float32>[steps, count], the time features."""
        if self.time_features is None:
            return np.zeros((len(self.series), 0), "float32")
        return np.asarray(self.time_features(minutes(self.series.times)[None]))[0]

    @functools.cached_property
    def values(self) -> Tensor:
        """<float32>[steps, features], scaled."""
        return np.concatenate([self.scale.apply(self.series.values).astype("float32"), self.clock], axis=1)

    def known_until(self, step: int) -> Windows:
        """The windows as of an earlier step: training and validation part end before it.

        The validation part keeps its length. The scale, and everything fitted, come from the new parts.

        Args:
            step: the first step that is not known yet.
        """
        first, stop = self.series.parts["validation"]
        cuts = (step - (stop - first), step, len(self.series))
        return dataclasses.replace(self, series=dataclasses.replace(self.series, cuts=cuts))

    def starts(self, part: str) -> Tensor:
        """<int>[windows], the first step ahead of each window whose steps ahead all lie in a part."""
        first, stop = self.series.parts[one_of("part", part, PARTS)]
        return np.arange(max(first, self.lookback), stop - self.horizon + 1)

    def past(self, starts: Tensor) -> Tensor:
        """<float32>[windows, lookback, features] before the steps `starts`."""
        return self.values[starts[:, None] + np.arange(-self.lookback, 0)]

    def future(self, starts: Tensor) -> Tensor:
        """<float32>[windows, horizon, targets] from the steps `starts` on."""
        return self.values[starts[:, None] + np.arange(self.horizon), : len(self.series.targets)]

    def ahead(self, starts: Tensor) -> Tensor:
        """<float32>[windows, horizon, known], the known values of these steps."""
        return self.values[starts[:, None] + np.arange(self.horizon), self.features - self.known :]


def minutes(times: pd.DatetimeIndex) -> Tensor:
    """<int32>[steps], the whole minutes since 1970."""
    return (times.as_unit("s").asi8 // _MINUTE).astype("int32")
