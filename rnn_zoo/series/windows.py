"""Windows: the examples of one series or many, each a look-back and the values after it."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np
import pandas as pd

from rnn_zoo.checks import one_of, positive_integer
from rnn_zoo.series.series import PARTS, Scale, Series
from rnn_zoo.series.transform import Transform
from rnn_zoo.types import Model, Tensor

_MINUTE = 60
_FLAT = 1e-6  # a look-back whose deviation is this fraction of its level is constant


@dataclasses.dataclass(frozen=True)
class Windows:
    """Series cut into windows of look-back and horizon, scaled.

    One series is scaled by its training part. With many series each window is scaled by its own look-back, so that
    series of every size, also new ones, look alike; their inputs and known columns are scaled by all training parts.

    Args:
        series: the series.
        lookback: number of past steps that a forecast reads, > 0.
        horizon: number of steps that it predicts, > 0.
        time_features: layer from <int32>[batch, time], minutes since 1970, to <float32>[batch, time, count], such as
            `rnn_zoo.layers.TimeFeatures`; None for no time features.
        transform: of the targets before they are scaled: "none", "log" or "box-cox".
    Raises:
        ValueError: a length is not a positive integer, or a part of the series is too short.
    """

    series: Series
    lookback: int
    horizon: int
    time_features: Model | None = None
    transform: str = "none"

    def __post_init__(self) -> None:
        positive_integer("lookback", self.lookback)
        positive_integer("horizon", self.horizon)
        for name, (starts, stops) in self.series.member_parts.items():
            needed = self.horizon + (self.lookback if name == "train" else 0)
            longest = int((stops - starts).max())
            if longest < needed and (name != "validation" or longest):
                what = "`lookback` + `horizon`" if name == "train" else "`horizon`"
                raise ValueError(
                    f"{self.series.name}: the {name} part has {longest} steps, fewer than {what}, {needed}; give "
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

    @property
    def targets(self) -> int:
        """The number of targets."""
        return len(self.series.targets)

    @functools.cached_property
    def power(self) -> Transform:
        """The transform of the targets, fitted on the training part."""
        values = self._training()[:, : self.targets]
        return Transform.fit(self.transform, values, self.series.targets)

    @functools.cached_property
    def levels(self) -> Tensor:
        """<float64>[steps, targets], the targets, transformed and not scaled."""
        return self.power.apply(self.series.values[:, : self.targets])

    @functools.cached_property
    def scale(self) -> Scale:
        """The scale of the columns in the training part, the targets transformed."""
        training = self._training()
        targets = self.power.apply(training[:, : self.targets])
        return Scale.fit(np.concatenate([targets, training[:, self.targets :]], axis=1))

    @functools.cached_property
    def clock(self) -> Tensor:
        """<float32>[steps, count], the time features."""
        if self.time_features is None:
            return np.zeros((len(self.series), 0), "float32")
        return np.asarray(self.time_features(minutes(self.series.times)[None]))[0]

    @functools.cached_property
    def values(self) -> Tensor:
        """<float32>[steps, features], scaled by `scale`."""
        columns = np.concatenate([self.levels, self.series.values[:, self.targets :]], axis=1)
        return np.concatenate([self.scale.apply(columns).astype("float32"), self.clock], axis=1)

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks for the reader: series that are too short to train on."""
        firsts, stops = self.series.member_parts["train"]
        short = np.flatnonzero(stops - firsts < self.lookback + self.horizon)
        if not len(short):
            return ()
        number, needed = f"{len(short):,} of {len(self.series.ids):,} series", self.lookback + self.horizon
        first = self.series.ids[short[0]]
        return (f"{number} train nothing: their training part has fewer than {needed} steps, the first is {first!r}.",)

    def known_until(self, step: int) -> Windows:
        """The windows of one series as of an earlier step: training and validation part end before it.

        The validation part keeps its length. The scale, and everything fitted, come from the new parts.

        Args:
            step: the first step that is not known yet.
        """
        first, stop = self.series.parts["validation"]
        cuts = (step - (stop - first), step, len(self.series))
        return dataclasses.replace(self, series=dataclasses.replace(self.series, cuts=cuts))

    def all_known(self) -> Windows:
        """The windows, scaled as they are, with the validation part joined to the training part."""
        cuts = np.atleast_2d(self.series.cuts)[:, [1, 1, 2]]
        return self.with_cuts(cuts if self.series.many else tuple(cuts[0].tolist()))

    def with_cuts(self, cuts: Any) -> Windows:
        """The windows, scaled as they are, with other parts; `cuts` as those of `Series`."""
        windows = dataclasses.replace(self, series=dataclasses.replace(self.series, cuts=cuts))
        for name in ("power", "levels", "scale", "clock", "values", "deviations"):
            windows.__dict__[name] = getattr(self, name)
        return windows

    def starts(self, part: str) -> Tensor:
        """<int>[windows], the first step ahead of each window whose steps ahead all lie in a part."""
        firsts, stops = self.series.member_parts[one_of("part", part, PARTS)]
        firsts = np.maximum(firsts, self.series.bounds[:-1] + self.lookback)
        ends = stops - self.horizon + 1
        return np.concatenate([np.arange(first, end) for first, end in zip(firsts, ends, strict=True)])

    def members(self, starts: Tensor) -> Tensor:
        """<int>[windows], the number of the series of each window."""
        return np.searchsorted(self.series.bounds, starts, side="right") - 1

    def past(self, starts: Tensor) -> Tensor:
        """<float32>[windows, lookback, features] before the steps `starts`."""
        rows = starts[:, None] + np.arange(-self.lookback, 0)
        past = self.values[rows]
        if self.series.many:
            past[:, :, : self.targets] = self.scaled(self.levels[rows], starts)
        return past

    def past_of(self, starts: Tensor, target: int) -> Tensor:
        """<float32>[windows, lookback], one target of `past`."""
        rows = starts[:, None] + np.arange(-self.lookback, 0)
        if not self.series.many:
            return self.values[:, target][rows]
        mean, deviation = (numbers[:, :, target] for numbers in self._level(starts))
        return ((self.levels[:, target][rows] - mean) / deviation).astype("float32")

    def future(self, starts: Tensor) -> Tensor:
        """<float32>[windows, horizon, targets] from the steps `starts` on."""
        rows = starts[:, None] + np.arange(self.horizon)
        if not self.series.many:
            return self.values[rows, : self.targets]
        return self.scaled(self.levels[rows], starts)

    def ahead(self, starts: Tensor) -> Tensor:
        """<float32>[windows, horizon, known], the known values of these steps."""
        return self.values[starts[:, None] + np.arange(self.horizon), self.features - self.known :]

    def scaled(self, levels: Tensor, starts: Tensor) -> Tensor:
        """Transformed values <float64>[windows, steps, targets] -> <float32>, scaled as each window is."""
        mean, deviation = self._level(starts)
        return ((levels - mean) / deviation).astype("float32")

    def units(self, values: Tensor, starts: Tensor) -> Tensor:
        """Scaled values <float>[windows, steps, targets] -> <float64>, in units."""
        mean, deviation = self._level(starts)
        return self.power.undo(values * deviation + mean)

    def actual(self, starts: Tensor) -> Tensor:
        """<float64>[windows, horizon, targets], the observations in units."""
        return self.series.values[starts[:, None] + np.arange(self.horizon), : self.targets]

    @functools.cached_property
    def deviations(self) -> Tensor:
        """<float64>[series, targets], the standard deviation of each training part in units."""
        firsts, stops = self.series.member_parts["train"]
        parts = [self.series.values[first:stop, : self.targets] for first, stop in zip(firsts, stops, strict=True)]
        return np.stack([Scale.fit(part).deviation if len(part) else np.ones(self.targets) for part in parts])

    def _level(self, starts):
        """(mean, deviation) of each window, <float64>[windows, 1, targets] or of one window for all."""
        if not self.series.many:
            return self.scale.mean[: self.targets], self.scale.deviation[: self.targets]
        rows = np.asarray(starts)[:, None] + np.arange(-self.lookback, 0)
        return window_level(self.levels[rows])

    def _training(self):
        """<float64>[steps, columns], the training parts one after the other."""
        firsts, stops = self.series.member_parts["train"]
        return np.concatenate([self.series.values[start:stop] for start, stop in zip(firsts, stops, strict=True)])


def window_level(past: Tensor) -> tuple[Tensor, Tensor]:
    """The mean and the deviation by which a window is scaled.

    Args:
        past: <float64>[windows, lookback, targets].
    Returns:
        (mean, deviation), each <float64>[windows, 1, targets]; the deviation of a constant window is its level, or 1.
    """
    mean, deviation = past.mean(axis=1, keepdims=True), past.std(axis=1, keepdims=True)
    level = np.abs(mean)
    flat = np.where(level > 0, level, 1.0)
    return mean, np.where(deviation > _FLAT * level, deviation, flat)


def minutes(times: pd.DatetimeIndex) -> Tensor:
    """<int32>[steps], the whole minutes since 1970."""
    return (times.as_unit("s").asi8 // _MINUTE).astype("int32")
