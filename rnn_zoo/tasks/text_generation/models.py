"""Networks for language modelling: of characters, and of words with tied embeddings."""

import keras

from rnn_zoo.layers import NextToken, Recurrent, StreamLoss, Tokens
from rnn_zoo.layers.losses.identity import compile_with_own_loss
from rnn_zoo.topologies import one_to_many
from rnn_zoo.topologies.writer import Writer
from rnn_zoo.types import Model


def character_model(size: int, *, cell: str, units: int, depth: int, dim: int, dropout: float, seed: int) -> Writer:
    """A language model of characters, compiled.

    Args:
        size: number of ids.
        cell, units, depth: of the recurrence.
        dim: embedding size.
        dropout: fraction dropped before the last layer and, in deeper networks, between the layers.
        seed: of initial weights and dropout.
    """
    return one_to_many(
        Tokens(size, dim, seed=seed),
        Recurrent(cell, units, depth, dropout=dropout if depth > 1 else 0.0, seed=seed),
        NextToken(size),
        dropout=dropout,
        seed=seed,
        name="shakespeare",
    )


def word_model(
    size: int, *, cell: str, units: int, depth: int, dim: int, input_dropout: float, dropout: float, seed: int
) -> Writer:
    """A language model of words, whose softmax uses the embeddings as weights.

    Args:
        size: number of ids.
        cell, units, depth: of the recurrence.
        dim: embedding size.
        input_dropout: fraction dropped of the inputs of each layer, the same at all steps of a chunk.
        dropout: fraction dropped before the last layer.
        seed: of initial weights and dropout.
    """
    return one_to_many(
        Tokens(size, dim, seed=seed),
        Recurrent(cell, units, depth, dropout=input_dropout, seed=seed),
        NextToken(size, tied=True),
        dropout=dropout,
        seed=seed,
        name="next_word",
    )


def stream_loss_model(writer: Writer, rows: int, often: int = 0, share: int = 1, seed: int | None = None) -> Model:
    """The model that trains a language model on parallel streams; its output is its loss <float>[rows, time].

    Args:
        writer: the language model, with a tied head; the weights are shared.
        rows: > 0, streams per batch.
        often, share, seed: see `StreamLoss`.
    """
    decoder = writer.generator.decoder
    loss = StreamLoss(decoder, rows, min(often, decoder.head.vocabulary_size - 1), share, seed=seed)
    ids = [keras.Input(batch_shape=(rows, None), dtype="int32", name=name) for name in ("previous", "following")]
    continues = keras.Input(batch_shape=(rows, 1), name="goes_on")
    return compile_with_own_loss(keras.Model([*ids, continues], loss([*ids, continues])))
