"""Models of series: they read <float>[batch, lookback, features], the targets first, all scaled, and forecast quantiles
<float>[batch, horizon, targets, levels]."""

import keras

from rnn_zoo.layers import FutureSteps, InstanceNorm, JoinSegments, Quantiles, Recurrent, SegRNN
from rnn_zoo.layers.quantiles import LEVELS
from rnn_zoo.topologies import many_to_one
from rnn_zoo.zoo import register_model


@register_model
def forecast_segrnn(
    *,
    lookback=720,
    horizon=96,
    features=7,
    targets=7,
    known=0,
    cell="gru",
    units=128,
    segment=48,
    dropout=0.5,
    norm="last",
    levels=LEVELS,
    seed=None,
):
    """A GRU over segments, the same for every target, that forecasts all segments ahead side by side (Lin et al. 2023).

    It reads the targets alone, whatever else is known.
    """
    inputs = keras.Input((lookback, features), name="past")
    series = inputs[:, :, :targets]
    front = InstanceNorm(targets, norm, name="instance_norm")
    recurrence = Recurrent(cell, units, return_sequences=False, return_state=True, seed=seed)
    head = Quantiles(segment, levels)
    outputs = head(SegRNN(recurrence, segment, horizon, dropout, seed=seed)(front(series)))
    outputs = front.undo(JoinSegments(horizon)(outputs), series)
    return _compiled(inputs, outputs, head, "forecast_segrnn")


@register_model
def forecast_lstm(
    *,
    lookback=96,
    horizon=96,
    features=7,
    targets=7,
    known=0,
    units=128,
    dropout=0.0,
    norm="none",
    levels=LEVELS,
    seed=None,
):
    """One LSTM over the steps, whose last state gives all steps ahead; as it is often compared with, without a norm."""
    return _last_state("lstm", horizon, features, targets, units, dropout, norm, levels, seed, "forecast_lstm")


@register_model
def forecast_gru(
    *,
    lookback=96,
    horizon=96,
    features=7,
    targets=7,
    known=0,
    units=128,
    dropout=0.0,
    norm="none",
    levels=LEVELS,
    seed=None,
):
    """One GRU over the steps, whose last state gives all steps ahead; as it is often compared with, without a norm."""
    return _last_state("gru", horizon, features, targets, units, dropout, norm, levels, seed, "forecast_gru")


@register_model
def forecast_encoder_decoder(
    *,
    lookback=56,
    horizon=14,
    features=3,
    targets=1,
    known=0,
    cell="gru",
    units=64,
    dropout=0.2,
    norm="revin",
    levels=LEVELS,
    seed=None,
):
    """One recurrence reads the past, another, which starts with its states, the steps ahead and what is known of them.

    With `known` > 0 the model has two inputs, "past" and "known" <float>[batch, horizon, known].
    """
    inputs = keras.Input((lookback, features), name="past")
    ahead = keras.Input((horizon, known), name="known") if known else None
    front = InstanceNorm(features, norm, targets=targets, name="instance_norm")
    encoder = Recurrent(cell, units, return_sequences=False, return_state=True, seed=seed, name="encoder")
    decoder = Recurrent(cell, units, seed=seed, name="decoder")
    head = Quantiles(targets, levels)
    read, states = encoder(front(inputs))
    steps = FutureSteps(horizon, seed=seed, name="future_steps")(read, known=ahead)
    written = keras.layers.Dropout(dropout, name="dropout")(decoder(steps, initial_state=states))
    outputs = front.undo(head(written), inputs)
    return _compiled([inputs, ahead] if known else inputs, outputs, head, "forecast_encoder_decoder")


def _last_state(cell, horizon, features, targets, units, dropout, norm, levels, seed, name):
    return many_to_one(
        InstanceNorm(features, norm, targets=targets, name="instance_norm"),
        Recurrent(cell, units, seed=seed),
        Quantiles((horizon, targets), levels),
        dropout=dropout,
        name=name,
    )


def _compiled(inputs, outputs, head, name):
    model = keras.Model(inputs, outputs, name=name)
    model.compile("adam", loss=head.make_loss(), metrics=head.make_metrics())
    return model
