"""many_to_one: one prediction per sequence."""

import inspect
from collections.abc import Sequence
from typing import Any

import keras

from rnn_zoo.checks import fraction, one_of
from rnn_zoo.layers.time_pooling import MODES, TimePooling
from rnn_zoo.topologies.parts import check_sequences, make_input
from rnn_zoo.types import Model, Tensor


def many_to_one(
    front: Model,
    recurrence: Model,
    head: Model,
    *,
    pooling: str | Sequence[str] = "last",
    dropout: float = 0.0,
    evidence: Model | None = None,
    inputs: Tensor | None = None,
    optimizer: Any = "adam",
    name: str | None = None,
) -> Model:
    """Builds a model that predicts once per sequence, ready for `fit`.

        y = head(drop(pool(recurrence(front(x)))))
        y = head(drop(pool(recurrence(front(x)))), evidence(x))    with evidence
        y = undo(head(drop(pool(recurrence(front(x))))), x)        if the front has an `undo`, as `InstanceNorm`

    Args:
        front: a front (`Tokens`, `OneHot`, `Vectors`) or any layer with output <float>[batch, time, dim].
        recurrence: `Recurrent`, or any layer with output <float>[batch, time, width]; "last" then takes its last step.
        head: a head (`Classes`, `Labels`, `Values`), whose loss and metrics compile the model; or any layer, which
            leaves it uncompiled.
        pooling: over time: "last", "max", "mean", "attention", or several, concatenated.
        dropout: in [0, 1), before the head.
        evidence: None, or a layer from the inputs to <float>[batch, count], such as `NGramEvidence`: a second
            prediction that the head combines with its own after training (see `Head`).
        inputs: `keras.Input`; required if `front` is a plain layer.
        optimizer: name or `keras.optimizers.Optimizer`.
        name: the model's name.

    Returns:
        The `keras.Model` from the front's input to the head's output: [batch, time, ...] -> <float>[batch, count].

    Raises:
        ValueError: the recurrence returns states or one step only, `inputs` is missing, `dropout` is out of range, the
            head takes no `evidence`, or `pooling` is "last" with the sum of two directions, which end at different
            steps.
    """
    fraction("dropout", dropout)
    for mode in [pooling] if isinstance(pooling, str) else pooling:
        one_of("pooling", mode, MODES)
    check_sequences(recurrence, "`pooling`")
    inputs = make_input(front, inputs)
    if evidence is not None and "evidence" not in inspect.signature(head.call).parameters:
        raise ValueError(
            f"`evidence` must be None, because {type(head).__name__} takes no evidence; use `Classes`, `Labels` or "
            "`Values`."
        )

    backward_features = getattr(recurrence, "backward_features", 0)
    if backward_features is None and "last" in pooling:
        raise ValueError(f"`pooling` cannot take the last step after merge={recurrence.merge!r}; use merge='concat'.")

    vectors = front(inputs)
    pool = TimePooling(pooling, backward_features=backward_features or 0, name="pooling")
    features = pool(recurrence(vectors))
    if dropout:
        features = keras.layers.Dropout(dropout, name="dropout")(features)
    outputs = head(features) if evidence is None else head(features, evidence=evidence(inputs))
    if hasattr(front, "undo"):
        outputs = front.undo(outputs, inputs)
    model = keras.Model(inputs, outputs, name=name)
    if hasattr(head, "make_loss"):
        model.compile(optimizer, loss=head.make_loss(), metrics=head.make_metrics())
    return model
