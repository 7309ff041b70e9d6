"""one_to_many: one input, a sequence out."""

import keras

from rnn_zoo.layers.decoder import Decoder
from rnn_zoo.topologies.writer import compiled_writer, front_input


def one_to_many(
    front,
    recurrence,
    head,
    *,
    source=None,
    attention=None,
    dropout=0.0,
    sampling=0.0,
    sampling_steps=0,
    sampling_passes=1,
    seed=None,
    optimizer="adam",
    name=None,
):
    """A model that writes a sequence from a seed, a vector or an image, ready for `fit`.

        p_t = head(recurrence(front(y_(t-1)), s_(t-1))),    s_0 = bridge(source), or zeros

    Without a source it is a language model: it goes on from the steps it is given.

    Args:
        front: a front (`Tokens`, `OneHot`, `Vectors`): what reads the steps written so far.
        recurrence: `Recurrent` forwards in time, any cell and depth.
        head: `NextToken`, `Labels` (several keys of a piano at a time), ..., whose loss and metrics compile the model;
            or any layer, which leaves it uncompiled.
        source: None; or a `keras.Input`, or what layers make of one or several: <float>[batch, features], a vector, or
            <float>[batch, cells, features], such as the cells of an image, with or without attention.
        attention, dropout, sampling, sampling_steps, sampling_passes, seed: see `Decoder`.
        optimizer: name or `keras.optimizers.Optimizer`.
        name: str or None, the model's name.

    Returns:
        `Writer`: `.training`, from (source and) previous steps [batch, time, ...] to <float>[batch, time, count], and
        `.generator`, which writes with the same weights.

    Raises:
        ValueError: as `Decoder`, or the front makes no input.
    """
    previous = front_input("front", front, "previous")
    decoder = Decoder(
        front, recurrence, head, attention, dropout, sampling, sampling_steps, sampling_passes, seed, name="decoder"
    )
    if source is None:
        return compiled_writer(previous, decoder(previous), head, optimizer, name)
    inputs = keras.utils.get_source_inputs(source)
    return compiled_writer([*inputs, previous], decoder(previous, source), head, optimizer, name)
