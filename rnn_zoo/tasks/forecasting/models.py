"""Named models for forecasting: scaled values <float>[batch, lookback, features], the targets first, to quantiles
<float>[batch, horizon, targets, levels].

With `known` > 0, a model has a second input "known" <float>[batch, horizon, known]: the known values ahead.
"""

from collections.abc import Sequence

import keras

from rnn_zoo.checks import one_of, positive_integer
from rnn_zoo.layers import (
    Dilated,
    FutureSteps,
    InstanceNorm,
    JoinSegments,
    Quantiles,
    Recurrent,
    SeasonalSmoothing,
    SegRNN,
)
from rnn_zoo.layers.fronts.instance_norm import KINDS
from rnn_zoo.layers.heads.quantiles import LEVELS
from rnn_zoo.layers.seeds import derive
from rnn_zoo.layers.time_pooling import TimePooling
from rnn_zoo.tasks.named_models import register_model
from rnn_zoo.topologies import many_to_one
from rnn_zoo.types import Model


@register_model
def forecast_segrnn(
    *,
    lookback: int = 720,
    horizon: int = 96,
    features: int = 7,
    targets: int = 7,
    known: int = 0,
    cell: str = "gru",
    units: int = 128,
    segment: int = 48,
    dropout: float = 0.5,
    norm: str = "last",
    season: int = 1,
    levels: Sequence[float] = LEVELS,
    seed: int | None = None,
) -> Model:
    """SegRNN: a GRU over segments, shared by all targets, that forecasts all segments ahead in parallel.

    Reference: Lin et al. 2023, "SegRNN: segment recurrent neural network for long-term time series forecasting".
    """
    if positive_integer("segment", segment) > lookback:
        raise ValueError(f"`segment` must be at most the `lookback`, {lookback} steps, got {segment}; make it shorter.")
    inputs, ahead = _inputs(lookback, horizon, features, known)
    norm_layer = _norm(features, norm, targets, season)
    recurrence = Recurrent(cell, units, return_sequences=False, return_state=True, seed=seed)
    head = Quantiles(segment, levels)
    segments = SegRNN(recurrence, segment, horizon, targets, dropout, seed=seed)(norm_layer(inputs), known=ahead)
    outputs = norm_layer.undo(JoinSegments(horizon)(head(segments)), inputs)
    return _compiled(inputs, ahead, outputs, head, "forecast_segrnn")


def _last_state(cell):
    """Registers and returns a model: one recurrence over the look-back, whose last state predicts all steps ahead."""

    def build(
        *,
        lookback=96,
        horizon=96,
        features=7,
        targets=7,
        known=0,
        units=128,
        dropout=0.0,
        norm="none",
        season=1,
        levels=LEVELS,
        seed=None,
    ):
        norm_layer = _norm(features, norm, targets, season)
        recurrence = Recurrent(cell, units, seed=seed)
        head = Quantiles((horizon, targets), levels)
        if not known:
            return many_to_one(norm_layer, recurrence, head, dropout=dropout, name=build.__name__)
        inputs, ahead = _inputs(lookback, horizon, features, known)
        last = TimePooling("last", name="pooling")(recurrence(norm_layer(inputs)))
        joined = keras.layers.Concatenate()([last, keras.layers.Flatten()(ahead)])
        outputs = norm_layer.undo(head(keras.layers.Dropout(dropout, name="dropout")(joined)), inputs)
        return _compiled(inputs, ahead, outputs, head, build.__name__)

    build.__name__ = f"forecast_{cell}"
    build.__doc__ = f"""One {cell.upper()} over the look-back, whose last state predicts all steps ahead.

    By default it has no instance normalisation, as is usual for this baseline.
    """
    return register_model(build)


forecast_lstm, forecast_gru = map(_last_state, ("lstm", "gru"))


@register_model
def forecast_encoder_decoder(
    *,
    lookback: int = 56,
    horizon: int = 14,
    features: int = 3,
    targets: int = 1,
    known: int = 0,
    cell: str = "gru",
    units: int = 64,
    dropout: float = 0.2,
    norm: str = "revin",
    season: int = 1,
    levels: Sequence[float] = LEVELS,
    seed: int | None = None,
) -> Model:
    """Encoder-decoder (sequence-to-sequence).

    The encoder reads the look-back. The decoder starts from the states of the encoder and reads the known values ahead.
    """
    inputs, ahead = _inputs(lookback, horizon, features, known)
    norm_layer = _norm(features, norm, targets, season)
    encoder = Recurrent(cell, units, return_sequences=False, return_state=True, seed=seed, name="encoder")
    decoder = Recurrent(cell, units, seed=seed, name="decoder")
    head = Quantiles(targets, levels)
    encoded, states = encoder(norm_layer(inputs))
    steps = FutureSteps(horizon, seed=seed, name="future_steps")(encoded, known=ahead)
    decoded = keras.layers.Dropout(dropout, name="dropout")(decoder(steps, initial_state=states))
    outputs = norm_layer.undo(head(decoded), inputs)
    return _compiled(inputs, ahead, outputs, head, "forecast_encoder_decoder")


@register_model
def forecast_esrnn(
    *,
    lookback: int = 504,
    horizon: int = 48,
    features: int = 1,
    targets: int = 1,
    known: int = 0,
    cell: str = "lstm",
    units: int = 64,
    seasons: Sequence[int] = (24, 168),
    dilations: Sequence[int] = (1, 2, 7),
    segment: int = 24,
    dropout: float = 0.1,
    levels: Sequence[float] = LEVELS,
    seed: int | None = None,
) -> Model:
    """ES-RNN: exponential smoothing takes the seasons out, a dilated recurrence over segments forecasts what is left.

    Each step of the recurrence reads a segment of steps without seasons, relative to the last level, and the other
    features of the segment. Train it on logarithms (`transform="log"`), where seasons and growth are factors.
    Reference: Smyl 2020, "A hybrid method of exponential smoothing and recurrent neural networks for time series
    forecasting", the winner of the M4 competition.
    """
    if positive_integer("segment", segment) > lookback:
        raise ValueError(f"`segment` must be at most the `lookback`, {lookback} steps, got {segment}; make it shorter.")
    inputs, ahead = _inputs(lookback, horizon, features, known)
    smoothing = SeasonalSmoothing(seasons, horizon, seed=seed, name="smoothing")
    plain, level, seasonal = smoothing(inputs[:, :, :targets])
    steps = lookback // segment
    whole = keras.layers.Concatenate()([plain, inputs])[:, lookback - steps * segment :]
    sequence = keras.layers.Reshape((steps, segment * (targets + features)), name="segments")(whole)
    for place, dilation in enumerate(dilations):
        recurrence = Recurrent(cell, units, seed=derive(seed, f"esrnn/{place}"), name=f"recurrence_{place}")
        outputs = Dilated(recurrence, dilation, name=f"dilated_{place}")(sequence)
        sequence = outputs if place == 0 else keras.layers.Add()([sequence, outputs])
    state = keras.layers.Dropout(dropout, name="dropout")(TimePooling("last", name="pooling")(sequence))
    if ahead is not None:
        state = keras.layers.Concatenate()([state, keras.layers.Flatten()(ahead)])
    head = Quantiles((horizon, targets), levels)
    base = keras.layers.Reshape((horizon, targets, 1))(keras.layers.Add()([level, seasonal]))
    outputs = keras.layers.Add(name="with_level_and_seasons")([head(state), base])
    return _compiled(inputs, ahead, outputs, head, "forecast_esrnn")


def _inputs(lookback, horizon, features, known):
    """The input of the look-back, and the input of the known values ahead; None if there are no known values."""
    past = keras.Input((lookback, features), name="past")
    return past, keras.Input((horizon, known), name="known") if known else None


def _norm(features, kind, targets, season):
    return InstanceNorm(features, one_of("norm", kind, KINDS), targets=targets, season=season, name="instance_norm")


def _compiled(past, ahead, outputs, head, name):
    model = keras.Model(past if ahead is None else [past, ahead], outputs, name=name)
    model.compile("adam", loss=head.make_loss(), metrics=head.make_metrics())
    return model
