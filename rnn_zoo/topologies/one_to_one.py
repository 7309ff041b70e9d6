"""one_to_one: the feed-forward case, one step through the cell."""

import keras
from keras import ops

from rnn_zoo.checks import fraction
from rnn_zoo.topologies.parts import check_sequences, make_input


def one_to_one(front, recurrence, head, *, dropout=0.0, inputs=None, optimizer="adam", name=None):
    """A model that reads one step and predicts once, ready for `fit`.

        y = head(drop(recurrence(front(x))_1)),  x the only step

    From the state it starts with, a vanilla cell is then the layer f(x W + b) of a feed-forward network, and depth is
    its depth. `Vectors` reads a vector of features so, `Frames` an image, `Tokens` a word.

    Args:
        front: a front (`Vectors`, `Frames`, `Tokens`, `OneHot`) or any layer that gives <float>[batch, time, dim].
        recurrence: `Recurrent`, or any layer that gives <float>[batch, time, width].
        head: a head (`Classes`, `Labels`, `Values`), whose loss and metrics compile the model; or any layer, which
            leaves it uncompiled.
        dropout: in [0, 1), before the head.
        inputs: `keras.Input` of one step, without an axis of time; needed where `front` is a plain layer.
        optimizer: name or `keras.optimizers.Optimizer`.
        name: str or None, the model's name.

    Returns:
        `keras.Model`, from one step of the front's input to the head's output: [batch, ...] -> <float>[batch, count].

    Raises:
        ValueError: the recurrence returns states or one step only, `inputs` is missing, or `dropout` is out of its
            range.
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
