"""many_to_one: read all steps, predict once."""

import inspect

import keras

from rnn_zoo.checks import fraction
from rnn_zoo.layers.time_pooling import TimePooling
from rnn_zoo.topologies.parts import check_sequences, make_input


def many_to_one(
    front,
    recurrence,
    head,
    *,
    pooling="last",
    dropout=0.0,
    evidence=None,
    inputs=None,
    optimizer="adam",
    name=None,
):
    """A model that reads a whole sequence and predicts once, ready for `fit`.

        y = head(drop(pool(recurrence(front(x)))))
        y = head(drop(pool(recurrence(front(x)))), evidence(x))    with evidence
        y = undo(head(drop(pool(recurrence(front(x))))), x)        where the front has an `undo`, as `InstanceNorm`

    Args:
        front: a front (`Tokens`, `OneHot`, `Vectors`) or any layer that gives <float>[batch, time, dim].
        recurrence: `Recurrent`, or any layer that gives <float>[batch, time, width]; "last" then reads its last step.
        head: a head (`Classes`, `Labels`, `Values`), whose loss and metrics compile the model; or any layer, which
            leaves it uncompiled.
        pooling: how steps become one vector: "last", "max", "mean", "attention", or several, concatenated.
        dropout: in [0, 1), before the head.
        evidence: None, or a layer from the inputs to <float>[batch, count], such as `NGramEvidence`: a second
            opinion, which the head weighs in once the rest is trained (see `Head`).
        inputs: `keras.Input`; needed where `front` is a plain layer.
        optimizer: name or `keras.optimizers.Optimizer`.
        name: str or None, the model's name.

    Returns:
        `keras.Model`, from the front's input to the head's output: [batch, time, ...] -> <float>[batch, count].

    Raises:
        ValueError: the recurrence returns states or one step only, `inputs` is missing, `dropout` is out of its range,
            the head takes no `evidence`, or "last" is to read two directions, which end at different steps, from
            their sum.
    """
    fraction("dropout", dropout)
    check_sequences(recurrence, "`pooling`")
    inputs = make_input(front, inputs)
    if evidence is not None and "evidence" not in inspect.signature(head.call).parameters:
        raise ValueError(
            f"`evidence` must be None where the head takes none, as {type(head).__name__} does not; use "
            "`Classes`, `Labels` or `Values`."
        )

    backward_features = getattr(recurrence, "backward_features", 0)
    if backward_features is None and "last" in pooling:
        raise ValueError(f"`pooling` cannot read the last step after merge={recurrence.merge!r}; merge with 'concat'.")

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
