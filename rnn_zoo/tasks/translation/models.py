"""The network for translation: encoder-decoder with attention."""

from rnn_zoo.layers import NextToken, Recurrent, Tokens
from rnn_zoo.topologies import encoder_decoder
from rnn_zoo.topologies.writer import Writer

ATTENTIONS = ("multiplicative", "additive", "none")


def translation_model(
    source_size: int,
    target_size: int,
    *,
    cell: str,
    units: int,
    dim: int,
    attention: str,
    dropout: float,
    sampling: float,
    sampling_steps: int,
    seed: int,
) -> Writer:
    """A bidirectional encoder and a decoder with tied embeddings, compiled.

    Args:
        source_size, target_size: numbers of ids.
        cell, units: of the recurrences; the encoder has this size in each direction.
        dim: embedding size.
        attention: one of `ATTENTIONS`.
        dropout: fraction dropped of the embeddings and before the last layer.
        sampling, sampling_steps: scheduled sampling, see `Decoder`.
        seed: of initial weights, dropout and sampling.
    """
    return encoder_decoder(
        Tokens(source_size, dim, dropout=dropout, seed=seed),
        Recurrent(cell, units, bidirectional=True, seed=seed),
        Tokens(target_size, dim, dropout=dropout, seed=seed + 1),
        Recurrent(cell, units, seed=seed + 1),
        NextToken(target_size, tied=True),
        attention=None if attention == "none" else attention,
        dropout=dropout,
        sampling=sampling,
        sampling_steps=sampling_steps,
        seed=seed,
        name="translation",
    )
