"""The network that writes music, and the model that trains it."""

import keras

from rnn_zoo.layers import Chords, Labels, Recurrent, StepLoss, Vectors
from rnn_zoo.layers.losses.identity import compile_with_own_loss
from rnn_zoo.tasks.music.batches import PADDING
from rnn_zoo.tasks.music.data import KEYS
from rnn_zoo.topologies import Writer, one_to_many
from rnn_zoo.types import Model


def chord_writer(
    cell: str = "gru",
    units: int = 200,
    depth: int = 1,
    *,
    hidden: int = 48,
    dropout: float = 0.3,
    seed: int | None = None,
) -> Writer:
    """A network that predicts the keys of the next step from those of all steps before.

    Args:
        cell: name of the recurrent cell.
        units: size of the state.
        depth: layers of the recurrence.
        hidden: width of `Chords`, whose keys depend on each other (an RNN-NADE); 0: independent keys (`Labels`).
        dropout: fraction of the features dropped before the head and, in deeper networks, between the layers.
        seed: of the initial weights and of the dropout.
    Returns:
        the network, keys <float>[batch, time, 88] to those of the next step.
    Reference: Boulanger-Lewandowski et al. 2012, "Modeling temporal dependencies in high-dimensional sequences".
    """
    return one_to_many(
        Vectors(KEYS, mask_value=PADDING),
        Recurrent(cell, units, depth, dropout=dropout if depth > 1 else 0.0, seed=seed),
        Chords(KEYS, hidden) if hidden else Labels(KEYS),
        dropout=dropout,
        seed=seed,
        name="chorales",
    )


def loss_model(writer: Writer) -> Model:
    """The compiled model that trains a writer, with the same weights.

    Its inputs are [previous steps, steps], its output is the loss of each step <float>[batch, time].
    """
    inputs = [keras.Input((None, KEYS), name=name) for name in ("previous", "steps")]
    return compile_with_own_loss(keras.Model(inputs, StepLoss(writer.generator.decoder)(inputs)))
