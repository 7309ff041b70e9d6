"""SegRNN: a forecaster with one recurrent step per segment, which decodes all future segments in parallel."""

from typing import Any

import keras
from keras import ops

from rnn_zoo.checks import positive_integer
from rnn_zoo.layers.seeds import derive
from rnn_zoo.types import Model, Shape, Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
class SegRNN(keras.layers.Layer):
    """Encodes each series in segments, one recurrent step per segment, and decodes all future segments in parallel.

        e_s = relu([x_t W + z_t V over steps t of segment s] + b)          s = 1 ... lookback / length
        h_s = recurrence(h_(s-1), e_s)
        y_(c, m) = recurrence(h_last, [position_m, channel_c] + known_m K)    m = 1 ... horizon / length

    Series x share all weights except the channel embeddings. The recurrence has lookback / length steps instead of
    lookback, and no forecast depends on a previous one, so errors do not accumulate. If the look-back is not a multiple
    of the length, its first steps are ignored. Covariates z of the past and known covariates of the future enter by
    segments too (our addition; the paper has neither).

    Args:
        recurrence: `Recurrent` in one direction, with return_sequences=False and return_state=True.
        length: int > 0, steps per segment.
        horizon: int > 0, steps to forecast.
        targets: int > 0, number of first features that are series to forecast; None: all.
        dropout: in [0, 1), on the outputs.
        seed: seed of the embeddings and the dropout.

    Call arguments:
        inputs: <float>[batch, lookback, features], without padding.
        known: <float>[batch, horizon, known], covariates known ahead; None: none.
        training: whether dropout is on.

    Returns:
        <float>[batch, segments, targets, units], segments = ceil(horizon / length); a head of `length`
        numbers maps each segment to its steps (see `JoinSegments`).

    Raises:
        ValueError: an argument is out of its range, the look-back is shorter than a segment, or there are fewer
            features than `targets`.

    Reference: Lin et al. 2023, "SegRNN: segment recurrent neural network for long-term time series forecasting",
        section 4 (parallel multi-step forecasting).
    """

    def __init__(
        self,
        recurrence: Model,
        length: int,
        horizon: int,
        targets: int | None = None,
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if recurrence.bidirectional or recurrence.return_sequences or not recurrence.return_state:
            raise ValueError(
                "`recurrence` must run in one direction and return its last output and its states: set "
                "bidirectional=False, return_sequences=False and return_state=True in it."
            )
        self.recurrence = recurrence
        self.length = positive_integer("length", length)
        self.horizon = positive_integer("horizon", horizon)
        self.segments = -(-self.horizon // self.length)
        self.targets = None if targets is None else positive_integer("targets", targets)
        self.seed = seed
        self.embed = self._dense("embed", activation="relu")
        self.drop = keras.layers.Dropout(dropout, seed=derive(seed, "segrnn/dropout"), dtype=self.dtype_policy)
        self.dropout = self.drop.rate

    def _dense(self, name, **options):
        kernel = keras.initializers.GlorotUniform(derive(self.seed, f"segrnn/{name}"))
        width = self.recurrence.units[0]
        return keras.layers.Dense(width, kernel_initializer=kernel, dtype=self.dtype_policy, name=name, **options)

    def build(self, inputs_shape: Shape, known_shape: Shape | None = None) -> None:
        features: Any
        lookback, features = inputs_shape[1:]
        if lookback is not None and lookback < self.length:
            raise ValueError(
                f"`length` must be at most the look-back, {lookback} steps, got {self.length}; use shorter segments."
            )
        channels = features if self.targets is None else self.targets
        if channels > features:
            raise ValueError(f"`targets` must be at most the number of features, {features}, got {channels}.")
        width = self.recurrence.units[0]
        self.embed.build((None, self.length))
        if features > channels:
            self.beside = self._dense("beside", use_bias=False)
            self.beside.build((None, self.length * (features - channels)))
        if known_shape is not None:
            self.ahead = self._dense("ahead", use_bias=False)
            known: Any = known_shape[-1]
            self.ahead.build((None, self.length * known))
        if not self.recurrence.built:
            self.recurrence.build((None, None, width))
        half = width // 2

        def embedding(name, count, size):
            initializer = keras.initializers.RandomNormal(stddev=1.0, seed=derive(self.seed, f"segrnn/{name}"))
            return self.add_weight(shape=(count, size), initializer=initializer, name=name)

        self.position = embedding("position", self.segments, half)
        self.channel = embedding("channel", channels, width - half)

    def call(self, inputs: Tensor, known: Tensor | None = None, training: bool | None = None) -> Tensor:
        channels = self.channel.shape[0]
        _, states = self.recurrence(self._embed_segments(inputs, channels), training=training)
        queries = self._queries(inputs, known, channels)
        starts = {name: self._repeat_for_segments(state, channels) for name, state in states.items()}
        outputs, _ = self.recurrence(ops.expand_dims(queries, 1), initial_state=starts, training=training)
        outputs = self.drop(outputs, training=training)
        return ops.reshape(outputs, (-1, self.segments, channels, outputs.shape[-1]))

    def _embed_segments(self, inputs, channels):
        """<float>[batch, lookback, features] -> <float>[batch * channels, lookback / length, width]."""
        lookback, features = inputs.shape[1:]
        segments = lookback // self.length
        inputs = inputs[:, lookback - segments * self.length :]
        series = ops.transpose(inputs[:, :, :channels], (0, 2, 1))
        series = ops.reshape(series, (-1, segments, self.length))
        if features == channels:
            return self.embed(series)
        beside = ops.reshape(inputs[:, :, channels:], (-1, segments, self.length * (features - channels)))
        beside = ops.repeat(self.beside(beside), channels, axis=0)
        return self.embed.activation(ops.matmul(series, self.embed.kernel) + self.embed.bias + beside)

    def _queries(self, inputs, known, channels):
        """<float>[batch * segments * channels, width], decoder inputs, one per future segment and channel."""
        position, channel = (ops.cast(weight, self.compute_dtype) for weight in (self.position, self.channel))
        queries = ops.concatenate(
            [ops.repeat(position, channels, axis=0), ops.tile(channel, (self.segments, 1))], axis=-1
        )
        if known is None:
            return ops.tile(queries, (ops.shape(inputs)[0], 1))
        missing = self.segments * self.length - self.horizon
        known = ops.pad(known, ((0, 0), (0, missing), (0, 0)))
        ahead = self.ahead(ops.reshape(known, (-1, self.segments, self.length * known.shape[-1])))
        queries = queries + ops.repeat(ahead, channels, axis=1)
        return ops.reshape(queries, (-1, queries.shape[-1]))

    def _repeat_for_segments(self, state, channels):
        """<float>[batch * channels, units] -> <float>[batch * segments * channels, units]."""
        units = state.shape[-1]
        state = ops.reshape(state, (-1, 1, channels, units))
        return ops.reshape(ops.tile(state, (1, self.segments, 1, 1)), (-1, units))

    def compute_output_shape(self, inputs_shape: Shape, known_shape: Shape | None = None) -> Shape:
        channels = inputs_shape[2] if self.targets is None else self.targets
        return (inputs_shape[0], self.segments, channels, self.recurrence.units[-1])

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "recurrence": keras.saving.serialize_keras_object(self.recurrence),
            "length": self.length,
            "horizon": self.horizon,
            "targets": self.targets,
            "dropout": self.dropout,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Model:
        return cls(keras.saving.deserialize_keras_object(config.pop("recurrence")), **config)


@keras.saving.register_keras_serializable(package="rnn_zoo")
class JoinSegments(keras.layers.Layer):
    """Joins the forecasts of segments in the order of time.

        y_(m length + t, c) = x_(m, c, t)

    Args:
        horizon: int > 0, steps to keep.

    Call arguments:
        inputs: <float>[batch, segments, channels, length, levels].

    Returns:
        <float>[batch, horizon, channels, levels].

    Raises:
        ValueError: `horizon` is not a positive integer.
    """

    def __init__(self, horizon: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.horizon = positive_integer("horizon", horizon)

    def call(self, inputs: Tensor) -> Tensor:
        _, segments, channels, length, levels = inputs.shape
        steps = ops.transpose(inputs, (0, 1, 3, 2, 4))
        return ops.reshape(steps, (-1, segments * length, channels, levels))[:, : self.horizon]

    def compute_output_shape(self, inputs_shape: Shape) -> Shape:
        return (inputs_shape[0], self.horizon, inputs_shape[2], inputs_shape[4])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "horizon": self.horizon}
