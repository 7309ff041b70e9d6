"""one_to_one: one step in, one prediction out, the feed-forward case."""

from typing import Any

import keras
from keras import ops

from rnn_zoo.checks import fraction
from rnn_zoo.topologies.parts import check_sequences, make_input
from rnn_zoo.types import Model, Tensor


def one_to_one(
    front: Model,
    recurrence: Model,
    head: Model,
    *,
    dropout: float = 0.0,
    inputs: Tensor | None = None,
    optimizer: Any = "adam",
    name: str | None = None,
) -> Model:
    """Builds a model that predicts from one step, ready for `fit`.

        y = head(drop(recurrence(front(x))_1)),  x the only step

    A vanilla cell is then a feed-forward layer f(x W + b), because its state starts at zero; `depth` is the number of
    layers. The input is a feature vector with `Vectors`, an image with `Frames`, a word with `Tokens`.

    Args:
        front: a front (`Vectors`, `Frames`, `Tokens`, `OneHot`) or any layer with output <float>[batch, time, dim].
        recurrence: `Recurrent`, or any layer with output <float>[batch, time, width].
        head: a head (`Classes`, `Labels`, `Values`), whose loss and metrics compile the model; or any layer, which
            leaves it uncompiled.
        dropout: in [0, 1), before the head.
        inputs: `keras.Input` of one step, without a time axis; required if `front` is a plain layer.
        optimizer: name or `keras.optimizers.Optimizer`.
        name: the model's name.

    Returns:
        A `keras.Model` from one step of the front's input to the head's output, [batch, ...] -> <float>[batch, count].

    Raises:
        ValueError: the recurrence returns states or one step only, `inputs` is missing, or `dropout` is out of range.
    """
    fraction("dropout", dropout)
    check_sequences(recurrence, "the head")
    if inputs is None:
        steps = make_input(front)
        inputs = keras.Input(steps.shape[2:], dtype=steps.dtype, name="step")
    features = recurrence(front(ops.expand_dims(inputs, 1)))[:, 0]
    if dropout:
        features = keras.layers.Dropout(dropout, name="dropout")(features)
    model = keras.Model(inputs, head(features), name=name)
    if hasattr(head, "make_loss"):
        model.compile(optimizer, loss=head.make_loss(), metrics=head.make_metrics())
    return model
