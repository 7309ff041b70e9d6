"""Models of images; each reads pixels <float>[batch, height, width, channels] and gives <float>[batch, classes]."""

import keras

from rnn_zoo.layers import Classes, Frames, Recurrent
from rnn_zoo.topologies import many_to_one, one_to_one
from rnn_zoo.zoo import register_model


@register_model
def digit_images(
    *, shape=(8, 8, 1), classes=10, filters=(32, 64), dim=128, cell="vanilla", units=64, dropout=0.5, seed=None
):
    """The whole image at once: a small convolution, and one step through the cell."""
    return one_to_one(
        Frames(shape, dim, filters=filters, scale=1 / 255),
        Recurrent(cell, units, seed=seed),
        Classes(classes),
        dropout=dropout,
        name="digit_images",
    )


@register_model
def digit_rows(*, shape=(8, 8, 1), classes=10, cell="lstm", units=128, dropout=0.5, seed=None):
    """The image row by row from top to bottom, and from bottom to top: each row a step, its pixels the features."""
    height, width, channels = shape
    rows = keras.Sequential(
        [keras.layers.Rescaling(1 / 255), keras.layers.Reshape((height, width * channels))], name="rows"
    )
    return many_to_one(
        rows,
        Recurrent(cell, units, bidirectional=True, seed=seed),
        Classes(classes),
        pooling="last",
        dropout=dropout,
        inputs=keras.Input(shape, name="images"),
        name="digit_rows",
    )
