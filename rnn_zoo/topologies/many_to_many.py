"""many_to_many: predict at every step."""

import keras

from rnn_zoo.checks import fraction
from rnn_zoo.topologies.parts import check_sequences, make_input


def many_to_many(front, recurrence, head, *, dropout=0.0, inputs=None, optimizer="adam", name=None):
    """A model that reads a sequence and predicts at each of its steps, ready for `fit`.

        y_t = head(drop(recurrence(front(x))_t))

    Padding counts neither in the loss, the mean over the valid steps of a batch, nor in the metrics, to which every
    valid step is an example; targets at padded steps are never read.

    Args:
        front: a front (`Tokens`, `OneHot`, `Vectors`, `Frames`) or any layer that gives <float>[batch, time, dim].
        recurrence: `Recurrent`, or any layer that gives <float>[batch, time, width]. One direction knows at a step what
            came before, and can be fed as the steps come (`Stream`); with both, a step knows the whole sequence.
        head: a head (`Classes`, `Labels`, `Values`), whose loss and metrics compile the model; or any layer, which
            leaves it uncompiled. It is called once on all steps; one that needs the mask takes `mask` in its call.
        dropout: in [0, 1), before the head.
        inputs: `keras.Input`; needed where `front` is a plain layer.
        optimizer: name or `keras.optimizers.Optimizer`.
        name: str or None, the model's name.

    Returns:
        `keras.Model`, from the front's input to the head's output: [batch, time, ...] -> <float>[batch, time, count],
        with the mask of the front. Targets are <int>[batch, time] for `Classes`, else <float>[batch, time, count], of
        one number also <float>[batch, time].

    Raises:
        ValueError: the recurrence returns states or one step only, `inputs` is missing, or `dropout` is out of its
            range.
    """
    fraction("dropout", dropout)
    check_sequences(recurrence, "the head")
    inputs = make_input(front, inputs)
    features = recurrence(front(inputs))
    if dropout:
        features = keras.layers.Dropout(dropout, name="dropout")(features)
    model = keras.Model(inputs, head(features), name=name)
    if hasattr(head, "make_step_loss"):
        model.compile(optimizer, loss=head.make_step_loss(), metrics=head.make_step_metrics())
    elif hasattr(head, "make_loss"):
        model.compile(optimizer, loss=head.make_loss(), metrics=head.make_metrics())
    return model
