"""encoder_decoder: a sequence in, a sequence of another length out."""

from rnn_zoo.layers.decoder import Decoder
from rnn_zoo.layers.encoder import Encoder
from rnn_zoo.topologies.writer import compiled_writer, front_input


def encoder_decoder(
    source_front,
    encoder,
    front,
    recurrence,
    head,
    *,
    attention="multiplicative",
    dropout=0.0,
    sampling=0.0,
    sampling_steps=0,
    sampling_passes=1,
    seed=None,
    optimizer="adam",
    name=None,
):
    """A model that reads a whole sequence and writes another, ready for `fit`.

        m, s = encoder(source_front(x))
        p_t = head(attention(recurrence(front(y_(t-1)), s_(t-1)), m)),    s_0 = bridge(s)

    Args:
        source_front: a front (`Tokens`, `Vectors`, ...): what reads the source.
        encoder: `Recurrent` of any cell, depth and direction. Its last states are handed over by name; where depth,
            direction or size differ from those of `recurrence`, through dense layers.
        front: a front: what reads the steps written so far; the same as `source_front` where both sides read one
            vocabulary with the same vectors.
        recurrence: `Recurrent` forwards in time, any cell and depth.
        head: `NextToken`, ..., whose loss and metrics compile the model; or any layer, which leaves it uncompiled.
        attention: "multiplicative" (Luong), "additive" (Bahdanau) or None, see `MemoryAttention`.
        dropout, sampling, sampling_steps, sampling_passes, seed: see `Decoder`.
        optimizer: name or `keras.optimizers.Optimizer`.
        name: str or None, the model's name.

    Returns:
        `Writer`: `.training`, from [source, previous steps] to <float>[batch, time, count], and `.generator`, which
        writes with the same weights.

    Raises:
        ValueError: as `Encoder` and `Decoder`, a front makes no input, or one `Recurrent` is to read and to write.

    Reference: Sutskever et al. 2014; Cho et al. 2014; Bahdanau et al. 2015; Luong et al. 2015.
    """
    if recurrence is encoder:
        raise ValueError(
            f"`recurrence` must be another layer than `encoder`, got {encoder.name!r} for both: each side has weights "
            "of its own; make a second `Recurrent`."
        )
    source = front_input("source_front", source_front, "read")
    previous = front_input("front", front, "previous")
    decoder = Decoder(
        front, recurrence, head, attention, dropout, sampling, sampling_steps, sampling_passes, seed, name="decoder"
    )
    outputs = decoder(previous, Encoder(source_front, encoder, name="source")(source))
    return compiled_writer([source, previous], outputs, head, optimizer, name)
