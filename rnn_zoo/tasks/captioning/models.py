"""The network for captioning: a decoder with attention over the features of an image."""

import keras
import numpy as np

from rnn_zoo.layers import NextToken, Recurrent, Tokens
from rnn_zoo.topologies import one_to_many
from rnn_zoo.topologies.writer import Writer

ATTENTIONS = ("multiplicative", "additive", "none")


def caption_model(
    size: int, features: np.ndarray, *, cell: str, units: int, dim: int, attention: str, dropout: float, seed: int
) -> Writer:
    """A language model conditioned on the features of an image, compiled.

    Args:
        size: number of ids.
        features: <float>[images, features] or <float>[images, cells, features], of the training images; their mean and
            variance normalise the inputs.
        cell, units: of the recurrence.
        dim: size of the embeddings, and of the projected features of a cell.
        attention: over the cells, one of `ATTENTIONS`; "none": the vector initialises the recurrence.
        dropout: fraction dropped of the features, of the embeddings and before the last layer.
        seed: of initial weights and dropout.
    """
    image = keras.Input(features.shape[1:], name="features")
    normalise = keras.layers.Normalization(name="normalise")
    normalise.adapt(features)
    cells = keras.layers.Dropout(dropout, seed=seed)(normalise(image))
    cells = keras.layers.Dense(dim, "tanh", name="cells")(cells)
    if attention != "none" and len(cells.shape) == 2:  # an image of one cell
        cells = keras.layers.Reshape((1, dim))(cells)
    return one_to_many(
        Tokens(size, dim, dropout=dropout, seed=seed),
        Recurrent(cell, units, seed=seed),
        NextToken(size, tied=True),
        source=cells,
        attention=None if attention == "none" else attention,
        dropout=dropout,
        seed=seed,
        name="image_captions",
    )
