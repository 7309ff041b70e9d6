"""one_to_many: one input, a sequence out."""

from typing import Any

import keras

from rnn_zoo.layers.seq2seq.decoder import Decoder
from rnn_zoo.topologies.writer import Writer, compiled_writer, front_input
from rnn_zoo.types import Model, Tensor


def one_to_many(
    front: Model,
    recurrence: Model,
    head: Model,
    *,
    source: Tensor | None = None,
    attention: str | None = None,
    dropout: float = 0.0,
    sampling: float = 0.0,
    sampling_steps: int = 0,
    sampling_passes: int = 1,
    seed: int | None = None,
    optimizer: Any = "adam",
    name: str | None = None,
) -> Writer:
    """Builds a model that generates a sequence from a start token, a vector or an image, ready for `fit`.

        p_t = head(recurrence(front(y_(t-1)), s_(t-1))),    s_0 = bridge(source), or zeros

    Without a source it is a language model: it continues the given steps.

    Args:
        front: the front (`Tokens`, `OneHot`, `Vectors`) of the generated steps.
        recurrence: `Recurrent` forwards in time, any cell and depth.
        head: `NextToken`, `Labels` (several keys at a time), ..., whose loss and metrics compile the model; or any
            layer, which leaves it uncompiled.
        source: None; or a `keras.Input`, or the output of layers on one or several: a vector <float>[batch, features],
            or <float>[batch, cells, features], such as the cells of an image, with or without attention.
        attention, dropout, sampling, sampling_steps, sampling_passes, seed: see `Decoder`.
        optimizer: name or `keras.optimizers.Optimizer`.
        name: the model's name.

    Returns:
        The `Writer`: `.training` maps (source and) previous steps [batch, time, ...] to <float>[batch, time, count],
        `.generator` generates with the same weights.

    Raises:
        ValueError: as in `Decoder`; or the front has no `make_input`.
    """
    previous = front_input("front", front, "previous")
    decoder = Decoder(
        front, recurrence, head, attention, dropout, sampling, sampling_steps, sampling_passes, seed, name="decoder"
    )
    if source is None:
        return compiled_writer(previous, decoder(previous), head, optimizer, name)
    inputs = keras.utils.get_source_inputs(source)
    return compiled_writer([*inputs, previous], decoder(previous, source), head, optimizer, name)
