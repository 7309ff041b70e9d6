"""many_to_many: one prediction per step."""

from typing import Any

import keras

from rnn_zoo.checks import fraction
from rnn_zoo.layers.heads.classes import Classes
from rnn_zoo.layers.heads.next_token import NextToken
from rnn_zoo.layers.heads.tags import Tags
from rnn_zoo.layers.losses.step_model import StepModel
from rnn_zoo.topologies.parts import check_sequences, make_input
from rnn_zoo.types import Model, Tensor


def many_to_many(
    front: Model,
    recurrence: Model,
    head: Model,
    *,
    dropout: float = 0.0,
    inputs: Tensor | None = None,
    optimizer: Any = "adam",
    name: str | None = None,
) -> Model:
    """Builds a model that predicts at each step of a sequence, ready for `fit`.

        y_t = head(drop(recurrence(front(x))_t))

    Padding is excluded from the loss, the mean over the valid steps of a batch, and from the metrics, for which every
    valid step is an example; targets at padded steps are ignored. `sample_weight` is <float>[batch], of sequences, or
    <float>[batch, time], of steps; `class_weight` weights steps, see `StepModel`.

    Args:
        front: a front (`Tokens`, `OneHot`, `Vectors`, `Frames`) or any layer with output <float>[batch, time, dim].
        recurrence: `Recurrent`, or any layer with output <float>[batch, time, width]. A forward recurrence depends on
            earlier steps only and can process a live stream (`Stream`); a bidirectional one sees the whole sequence.
        head: a head (`Classes`, `Labels`, `Values`), whose loss and metrics compile the model; or any layer, which
            leaves it uncompiled. It is called once on all steps; a head that needs the mask has a `mask` argument.
        dropout: in [0, 1), before the head.
        inputs: `keras.Input`; required if `front` is a plain layer.
        optimizer: name or `keras.optimizers.Optimizer`.
        name: the model's name.

    Returns:
        A `keras.Model` from the front's input to the head's output: [batch, time, ...] -> <float>[batch, time, count]
        with the mask of the front. Targets are <int>[batch, time] for `Classes`, else <float>[batch, time, count], or
        <float>[batch, time] if count is 1.

    Raises:
        ValueError: the recurrence returns states or one step only, `inputs` is missing, or `dropout` is out of range.
    """
    fraction("dropout", dropout)
    check_sequences(recurrence, "the head")
    inputs = make_input(front, inputs)
    features = recurrence(front(inputs))
    if dropout:
        features = keras.layers.Dropout(dropout, name="dropout")(features)
    kind = StepModel if isinstance(head, (Classes, Tags, NextToken)) else keras.Model
    model = kind(inputs, head(features), name=name)
    if hasattr(head, "make_step_loss"):
        model.compile(optimizer, loss=head.make_step_loss(), metrics=head.make_step_metrics())
    elif hasattr(head, "make_loss"):
        model.compile(optimizer, loss=head.make_loss(), metrics=head.make_metrics())
    return model
