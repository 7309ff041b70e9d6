"""Models of series: they read <float>[batch, lookback, features], the targets first, all scaled, and forecast quantiles
<float>[batch, horizon, targets, levels].

With `known` > 0 a model has two inputs, "past" and "known" <float>[batch, horizon, known]: what is known of the steps
ahead.
"""

from collections.abc import Sequence
from typing import Any

import keras

from rnn_zoo.layers import FutureSteps, InstanceNorm, JoinSegments, Quantiles, Recurrent, SegRNN
from rnn_zoo.layers.heads.quantiles import LEVELS
from rnn_zoo.layers.time_pooling import TimePooling
from rnn_zoo.tasks.named_models import register_model
from rnn_zoo.topologies import many_to_one


@register_model
def forecast_segrnn(
    *,
    lookback: int = 720,
    horizon: int = 96,
    features: int = 7,
    targets: Any = 7,
    known: Any = 0,
    cell: str = "gru",
    units: int = 128,
    segment: int = 48,
    dropout: float = 0.5,
    norm: str = "last",
    levels: Sequence[float] = LEVELS,
    seed: int | None = None,
) -> Any:
    """A GRU over segments, one for all targets, that forecasts all segments ahead side by side (Lin et al. 2023)."""
    inputs, ahead = _inputs(lookback, horizon, features, known)
    front = InstanceNorm(features, norm, targets=targets, name="instance_norm")
    recurrence = Recurrent(cell, units, return_sequences=False, return_state=True, seed=seed)
    head = Quantiles(segment, levels)
    segments = SegRNN(recurrence, segment, horizon, targets, dropout, seed=seed)(front(inputs), known=ahead)
    outputs = front.undo(JoinSegments(horizon)(head(segments)), inputs)
    return _compiled(inputs, ahead, outputs, head, "forecast_segrnn")


def _last_state(cell):
    """Registers and returns the model of one recurrence over the steps, whose last state gives all steps ahead."""

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
        levels=LEVELS,
        seed=None,
    ):
        front = InstanceNorm(features, norm, targets=targets, name="instance_norm")
        recurrence = Recurrent(cell, units, seed=seed)
        head = Quantiles((horizon, targets), levels)
        if not known:
            return many_to_one(front, recurrence, head, dropout=dropout, name=build.__name__)
        inputs, ahead = _inputs(lookback, horizon, features, known)
        last = TimePooling("last", name="pooling")(recurrence(front(inputs)))
        read = keras.layers.Concatenate()([last, keras.layers.Flatten()(ahead)])
        outputs = front.undo(head(keras.layers.Dropout(dropout, name="dropout")(read)), inputs)
        return _compiled(inputs, ahead, outputs, head, build.__name__)

    build.__name__ = f"forecast_{cell}"
    build.__doc__ = f"""One {cell.upper()} over the steps, whose last state gives all steps ahead.

    As it is often compared with: without a norm.
    """
    return register_model(build)


forecast_lstm, forecast_gru = map(_last_state, ("lstm", "gru"))


@register_model
def forecast_encoder_decoder(
    *,
    lookback: int = 56,
    horizon: int = 14,
    features: int = 3,
    targets: Any = 1,
    known: Any = 0,
    cell: str = "gru",
    units: int = 64,
    dropout: float = 0.2,
    norm: str = "revin",
    levels: Sequence[float] = LEVELS,
    seed: int | None = None,
) -> Any:
    """One recurrence reads the past, another, which starts with its states, reads what is known of the steps ahead."""
    inputs, ahead = _inputs(lookback, horizon, features, known)
    front = InstanceNorm(features, norm, targets=targets, name="instance_norm")
    encoder = Recurrent(cell, units, return_sequences=False, return_state=True, seed=seed, name="encoder")
    decoder = Recurrent(cell, units, seed=seed, name="decoder")
    head = Quantiles(targets, levels)
    read, states = encoder(front(inputs))
    steps = FutureSteps(horizon, seed=seed, name="future_steps")(read, known=ahead)
    written = keras.layers.Dropout(dropout, name="dropout")(decoder(steps, initial_state=states))
    outputs = front.undo(head(written), inputs)
    return _compiled(inputs, ahead, outputs, head, "forecast_encoder_decoder")


def _inputs(lookback, horizon, features, known):
    """The input of the past and that of what is known ahead, None where there is nothing."""
    past = keras.Input((lookback, features), name="past")
    return past, keras.Input((horizon, known), name="known") if known else None


def _compiled(past, ahead, outputs, head, name):
    model = keras.Model(past if ahead is None else [past, ahead], outputs, name=name)
    model.compile("adam", loss=head.make_loss(), metrics=head.make_metrics())
    return model
