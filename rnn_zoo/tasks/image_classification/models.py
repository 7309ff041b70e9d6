"""Named models for images: pixels <float>[batch, height, width, channels] to probabilities <float>[batch, classes]."""

from collections.abc import Sequence

import keras

from rnn_zoo.layers import Classes, Frames, Recurrent
from rnn_zoo.tasks.named_models import register_model
from rnn_zoo.topologies import many_to_one, one_to_one
from rnn_zoo.types import Model


@register_model
def digit_images(
    *,
    shape: tuple[int, int, int] = (8, 8, 1),
    classes: int = 10,
    filters: Sequence[int] = (32, 64),
    dim: int = 128,
    cell: str = "vanilla",
    units: int = 64,
    dropout: float = 0.5,
    seed: int | None = None,
) -> Model:
    """One-to-one: a small convolution of the whole image, then one step of the cell."""
    return one_to_one(
        Frames(shape, dim, filters=filters, scale=1 / 255),
        Recurrent(cell, units, seed=seed),
        Classes(classes),
        dropout=dropout,
        name="digit_images",
    )


@register_model
def digit_rows(
    *,
    shape: tuple[int, int, int] = (8, 8, 1),
    classes: int = 10,
    cell: str = "lstm",
    units: int = 128,
    dropout: float = 0.5,
    seed: int | None = None,
) -> Model:
    """Bidirectional recurrence over the rows of the image: each row is a step, its pixels are the features."""
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
