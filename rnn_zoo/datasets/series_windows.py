"""Windows: the examples of a series, each a look-back and what came after it."""

import dataclasses
import functools

import numpy as np

from rnn_zoo.checks import one_of, positive_integer
from rnn_zoo.datasets.series import PARTS, Series

_MINUTE = 60


@dataclasses.dataclass(frozen=True)
class Windows:
    """A series as windows of two lengths, scaled by its training part.

    Args:
        series: Series.
        lookback: int > 0, the steps that a forecast reads.
        horizon: int > 0, the steps that it forecasts.
        time_features: layer from <int32>[batch, time], minutes since 1970, to <float32>[batch, time, count], such as
            `rnn_zoo.layers.TimeFeatures`; None: none.
    Raises:
        ValueError: a length is no positive integer, or a part of the series is shorter than it needs to be.
    """

    series: Series
    lookback: int
    horizon: int
    time_features: object = None

    def __post_init__(self):
        positive_integer("lookback", self.lookback)
        positive_integer("horizon", self.horizon)
        for name, (start, stop) in self.series.parts.items():
            needed = self.horizon + (self.lookback if name == "train" else 0)
            if stop - start < needed:
                what = "`lookback` + `horizon`" if name == "train" else "`horizon`"
                raise ValueError(
                    f"{self.series.name}: the {name} part has {stop - start} steps, fewer than {what}, {needed}; give "
                    "a longer series, ask for shorter windows, or set the shares `validation` and `test`."
                )

    @property
    def features(self):
        """int, the numbers a step of the look-back: columns and time features."""
        return len(self.series.columns) + self.clock.shape[1]

    @property
    def known(self):
        """int, the numbers that are known of a step ahead: known columns and time features."""
        return len(self.series.known) + self.clock.shape[1]

    @functools.cached_property
    def scale(self):
        """Scale of the training part."""
        return self.series.scale()

    @functools.cached_property
    def clock(self):
        """<float32>[steps, count], the time features."""
        if self.time_features is None:
            return np.zeros((len(self.series), 0), "float32")
        return np.asarray(self.time_features(minutes(self.series.times)[None]))[0]

    @functools.cached_property
    def values(self):
        """<float32>[steps, features], scaled."""
        return np.concatenate([self.scale.apply(self.series.values).astype("float32"), self.clock], axis=1)

    def known_until(self, step):
        """The same windows at the time of a step: training and validation end before it, the validation as long as it
        was; scale and all that is learned come from these parts anew.

        Args:
            step: int, the first step that is not known yet.
        """
        first, stop = self.series.parts["validation"]
        cuts = (step - (stop - first), step, len(self.series))
        return dataclasses.replace(self, series=dataclasses.replace(self.series, cuts=cuts))

    def starts(self, part):
        """<int>[windows], the first step ahead of each window whose steps ahead all lie in a part."""
        first, stop = self.series.parts[one_of("part", part, PARTS)]
        return np.arange(max(first, self.lookback), stop - self.horizon + 1)

    def past(self, starts):
        """<float32>[windows, lookback, features] before the steps `starts`."""
        return self.values[starts[:, None] + np.arange(-self.lookback, 0)]

    def future(self, starts):
        """<float32>[windows, horizon, targets] from the steps `starts` on."""
        return self.values[starts[:, None] + np.arange(self.horizon), : len(self.series.targets)]

    def ahead(self, starts):
        """<float32>[windows, horizon, known], what is known of those steps."""
        return self.values[starts[:, None] + np.arange(self.horizon), self.features - self.known :]

    def dataset(self, starts, batch_size=32, *, with_known=False, shuffle=False, seed=0):
        """tf.data.Dataset of (past, future) or, with_known, ((past, known), future), batch by batch.

        Args:
            starts: <int>[windows].
            batch_size: int > 0; the last batch holds what is left.
            with_known: bool.
            shuffle: bool, another order in every epoch.
            seed: int, of the order.
        """
        import tensorflow as tf

        values = tf.constant(self.values)
        targets, from_known = len(self.series.targets), self.features - self.known

        def cut(starts):
            past = tf.gather(values, starts[:, None] + tf.range(-self.lookback, 0))
            ahead = tf.gather(values, starts[:, None] + tf.range(self.horizon))
            inputs = (past, ahead[:, :, from_known:]) if with_known else past
            return inputs, ahead[:, :, :targets]

        data = tf.data.Dataset.from_tensor_slices(np.asarray(starts, "int32"))
        if shuffle:
            data = data.shuffle(len(starts), seed=seed, reshuffle_each_iteration=True)
        batches = data.batch(positive_integer("batch_size", batch_size))
        return batches.map(cut, num_parallel_calls=1).prefetch(2)


def minutes(times):
    """<int32>[steps], the whole minutes since 1970 of a pandas.DatetimeIndex."""
    return (times.as_unit("s").asi8 // _MINUTE).astype("int32")
