"""encoder_decoder: sequence in, sequence of another length out."""

from typing import Any

from rnn_zoo.layers.seq2seq.decoder import Decoder
from rnn_zoo.layers.seq2seq.encoder import Encoder
from rnn_zoo.topologies.writer import Writer, compiled_writer, front_input
from rnn_zoo.types import Model


def encoder_decoder(
    source_front: Model,
    encoder: Model,
    front: Model,
    recurrence: Model,
    head: Model,
    *,
    attention: str | None = "multiplicative",
    dropout: float = 0.0,
    sampling: float = 0.0,
    sampling_steps: int = 0,
    sampling_passes: int = 1,
    seed: int | None = None,
    optimizer: Any = "adam",
    name: str | None = None,
) -> Writer:
    """Builds a model that encodes a sequence and generates another, ready for `fit`.

        m, s = encoder(source_front(x))
        p_t = head(attention(recurrence(front(y_(t-1)), s_(t-1)), m)),    s_0 = bridge(s)

    Args:
        source_front: the front (`Tokens`, `Vectors`, ...) of the source.
        encoder: `Recurrent`, any cell, depth and direction. Its last states, matched by name, initialise the decoder;
            dense layers connect them where depth, direction or size differ from those of `recurrence`.
        front: the front of the generated steps; the same object as `source_front` if both share one vocabulary and its
            embedding.
        recurrence: `Recurrent` forwards in time, any cell and depth.
        head: `NextToken`, ..., whose loss and metrics compile the model; or any layer, which leaves it uncompiled.
        attention: "multiplicative" (Luong), "additive" (Bahdanau) or None, see `MemoryAttention`.
        dropout, sampling, sampling_steps, sampling_passes, seed: see `Decoder`.
        optimizer: name or `keras.optimizers.Optimizer`.
        name: the model's name.

    Returns:
        The `Writer`: `.training` maps [source, previous steps] to <float>[batch, time, count], `.generator` generates
        with the same weights.

    Raises:
        ValueError: as in `Encoder` and `Decoder`; a front has no `make_input`; or `encoder` is also `recurrence`.

    Reference: Sutskever et al. 2014; Cho et al. 2014; Bahdanau et al. 2015; Luong et al. 2015.
    """
    if recurrence is encoder:
        raise ValueError(
            f"`recurrence` must be another layer than `encoder`, got {encoder.name!r} for both: each side needs its "
            "own weights; create a second `Recurrent`."
        )
    source = front_input("source_front", source_front, "read")
    previous = front_input("front", front, "previous")
    decoder = Decoder(
        front, recurrence, head, attention, dropout, sampling, sampling_steps, sampling_passes, seed, name="decoder"
    )
    outputs = decoder(previous, Encoder(source_front, encoder, name="source")(source))
    return compiled_writer([source, previous], outputs, head, optimizer, name)
