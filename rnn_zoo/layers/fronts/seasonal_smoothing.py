"""SeasonalSmoothing: exponential smoothing with seasons, whose rates are learned jointly with a network."""

import itertools
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from rnn_zoo.checks import positive_integer
from rnn_zoo.layers.seeds import derive
from rnn_zoo.types import Shape, Tensor

_HIDDEN = 16
_FIRST_RATE = -1.5  # logit of the rates before training: 0.18


class _Step(keras.layers.Layer):
    """One step of the smoothing. Its state is one tensor: the level, then each season from its next step on."""

    def __init__(self, seasons: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ends = [1, *(1 + sum(seasons[: place + 1]) for place in range(len(seasons)))]
        self.state_size = self.ends[-1]
        self.output_size = 1

    def call(self, inputs: Tensor, states: Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]:
        value, rates, state = inputs[:, :1], inputs[:, 1:], states[0]
        now = [state[:, end : end + 1] for end in self.ends[:-1]]
        expected = sum(now, start=ops.zeros_like(value))
        error = value - state[:, :1] - expected
        parts = [state[:, :1] + rates[:, :1] * error]
        for place, first in enumerate(now):
            renewed = first + rates[:, place + 1 : place + 2] * error
            parts += [state[:, self.ends[place] + 1 : self.ends[place + 1]], renewed]
        return value - expected, [ops.concatenate(parts, axis=1)]


@keras.saving.register_keras_serializable(package="rnn_zoo")
class SeasonalSmoothing(keras.layers.Layer):
    """Takes level and seasons out of a series by exponential smoothing, and says how the seasons go on.

        e_t = x_t - l_(t-1) - sum_k s_k,(t-m_k)
        l_t = l_(t-1) + a e_t,    s_k,t = s_k,(t-m_k) + g_k e_t
        outputs: x_t - sum_k s_k,(t-m_k) - l_T,   l_T,   sum_k s_k,(T+h-j m_k)

    On logarithms this is smoothing with multiplicative seasons. The rates a and g_k are those of each series: a small
    network reads them off how much the series changes from step to step and from season to season, so that a series
    that was not there in training has rates too. In the paper they are free parameters of each series.

    Args:
        seasons: periods in steps, ascending, such as (24, 168); () for none.
        horizon: int > 0, steps ahead for which the seasons are continued.
        seed: seed of the weights of the rates.

    Call arguments:
        inputs: <float>[batch, time, series], at least as long as the longest season.

    Returns:
        (<float>[batch, time, series] without seasons and last level, <float>[batch, 1, series] the last level,
        <float>[batch, horizon, series] the seasons ahead).

    Raises:
        ValueError: an argument is out of its range, or the inputs are shorter than a season.

    Reference: Smyl 2020, "A hybrid method of exponential smoothing and recurrent neural networks for time series
        forecasting", equations 1 to 4.
    """

    def __init__(self, seasons: Sequence[int] = (), horizon: int = 1, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seasons = tuple(positive_integer("seasons", season) for season in seasons)
        if list(self.seasons) != sorted(set(self.seasons)):
            raise ValueError(f"`seasons` must ascend, got {self.seasons}.")
        self.horizon = positive_integer("horizon", horizon)
        self.seed = seed
        kernels = [keras.initializers.GlorotUniform(derive(seed, f"smoothing/{name}")) for name in ("hidden", "rates")]
        first = keras.initializers.Constant(_FIRST_RATE)
        self.hidden = keras.layers.Dense(_HIDDEN, "tanh", kernel_initializer=kernels[0], name="hidden")
        self.rates = keras.layers.Dense(
            1 + len(self.seasons), "sigmoid", kernel_initializer=kernels[1], bias_initializer=first, name="rates"
        )

        self.loop = keras.layers.RNN(_Step(self.seasons), return_sequences=True, return_state=True, name="loop")

    def build(self, inputs_shape: Shape) -> None:
        time = inputs_shape[1]
        if time is not None and self.seasons and time < self.seasons[-1]:
            raise ValueError(f"`seasons` must be at most the {time} steps of a window, got {self.seasons[-1]}.")
        self.hidden.build((None, 1 + len(self.seasons)))
        self.rates.build((None, _HIDDEN))
        self.loop.build((None, time, 2 + len(self.seasons)))

    def call(self, inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        batch, (time, series) = ops.shape(inputs)[0], inputs.shape[1:]
        values = ops.reshape(ops.transpose(inputs, (0, 2, 1)), (-1, time))
        rates = self.rates(self.hidden(self._changes(values)))
        width = rates.shape[1]
        steps = ops.concatenate([values[..., None], ops.repeat(rates[:, None], time, axis=1)], axis=-1)
        steps = ops.reshape(steps, (-1, time, 1 + width))
        deseasonalised, state = self.loop(steps, initial_state=self._first_state(values))
        level = state[:, 0]
        seasons = [state[:, first:end] for first, end in itertools.pairwise(self.loop.cell.ends)]
        ahead = ops.zeros_like(values[:, :1]) * ops.ones((1, self.horizon), values.dtype)
        for length, season in zip(self.seasons, seasons, strict=True):
            ahead = ahead + ops.tile(season, (1, -(-self.horizon // length)))[:, : self.horizon]
        plain = deseasonalised[:, :, 0] - level[:, None]
        outputs = (plain, level[:, None], ahead)
        return tuple(  # type: ignore[return-value]
            ops.transpose(ops.reshape(part, (batch, series, part.shape[1])), (0, 2, 1)) for part in outputs
        )

    def _changes(self, values):
        """<float>[series, 1 + seasons], the mean changes from step to step and from season to season, as logarithms."""
        lags = (1, *self.seasons)
        changes = [
            ops.mean(ops.absolute(values[:, lag:] - values[:, :-lag]), axis=1)
            if lag < values.shape[1]
            else ops.zeros_like(values[:, 0])
            for lag in lags
        ]
        size = ops.std(values, axis=1)
        return ops.stack([ops.log((change + 1e-3) / (size + 1e-3)) for change in changes], axis=1)

    def _first_state(self, values):
        """Level and seasons from the first steps: means by the place in the season, the shorter seasons taken out."""
        if not self.seasons:
            return values[:, :1]
        first = values[:, : self.seasons[-1]]
        level = ops.mean(first, axis=1)
        rest, seasons = first - level[:, None], []
        for length in self.seasons:
            repeats = self.seasons[-1] // length
            season = ops.mean(ops.reshape(rest[:, : repeats * length], (-1, repeats, length)), axis=1)
            seasons.append(season)
            rest = rest - ops.tile(season, (1, repeats + 1))[:, : self.seasons[-1]]
        return ops.concatenate([level[:, None], *seasons], axis=1)

    def compute_output_shape(self, inputs_shape: Shape) -> tuple[Shape, Shape, Shape]:
        batch, _, series = inputs_shape
        return tuple(inputs_shape), (batch, 1, series), (batch, self.horizon, series)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "seasons": list(self.seasons), "horizon": self.horizon, "seed": self.seed}
