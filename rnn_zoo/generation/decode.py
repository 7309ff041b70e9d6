"""Decoding of a whole data set: one TensorFlow graph, and batches of sources."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from rnn_zoo.decoding import beam_search, greedy
from rnn_zoo.text import Symbols, TokenIds
from rnn_zoo.text.symbols import START
from rnn_zoo.topologies.writer import Generator
from rnn_zoo.types import Tensor

Decode = Callable[[Tensor], Tensor]


def decoding_graph(
    generator: Generator,
    max_length: int | Callable[[Tensor], Tensor],
    *,
    width: int | None = None,
    length_penalty: float = 0.0,
    input_signature: Sequence[Any] | None = None,
) -> Decode:
    """The graph from sources [batch, ...] to the ids <int32>[batch, time] of a text each.

    Args:
        generator: of a network with a source.
        max_length: > 0, symbols generated at most; or a function that computes it from the sources.
        width: width of the beam search. Default None: greedy decoding.
        length_penalty: of the beam search, see `rnn_zoo.decoding.beam_search`.
        input_signature: tf.TensorSpec of the sources. Default None: a graph for each shape.
    """

    @tf.function(autograph=False, input_signature=input_signature)
    def decode(source):
        beginning = tf.fill([tf.shape(source)[0], 1], START)
        most = max_length(source) if callable(max_length) else max_length
        if width is None:
            return greedy(generator, beginning, source, max_length=most).ids
        options = {"width": width, "length_penalty": length_penalty}
        return beam_search(generator, beginning, source, max_length=most, **options).ids[:, 0]

    return decode


def beam_and_greedy(
    name: str, generator: Generator, max_length: int | Callable[[Tensor], Tensor], *, width: int, **options: Any
) -> dict[str, Decode]:
    """Two systems of one network: beam search under its name, and greedy decoding as "NAME greedy".

    Args:
        name: the network's name in the report.
        generator, max_length, width: see `decoding_graph`.
        options: `length_penalty` and `input_signature`.
    """
    signature = {"input_signature": options.pop("input_signature", None)}
    return {
        name: decoding_graph(generator, max_length, width=width, **options, **signature),
        f"{name} greedy": decoding_graph(generator, max_length, **signature),
    }


def decode_tokens(decode: Decode, symbols: Symbols, sources: TokenIds, batch_size: int = 50) -> list[str]:
    """Tokenised texts for sources of token ids; sources of similar length share a batch."""
    order = np.argsort(sources.lengths, kind="stable")
    written = [""] * len(order)
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        source = np.zeros((len(rows), max(1, sources.lengths[rows].max())), "int32")
        for place, row in enumerate(rows):
            source[place, : sources.lengths[row]] = sources[row]
        for row, text in zip(rows, symbols.decode(decode(source).numpy()), strict=True):
            written[row] = text
    return written


def decode_vectors(decode: Decode, symbols: Symbols, sources: np.ndarray, batch_size: int = 100) -> list[str]:
    """Tokenised texts for sources <float>[rows, ...]."""
    written: list[str] = []
    for start in range(0, len(sources), batch_size):
        written += symbols.decode(decode(tf.constant(sources[start : start + batch_size])).numpy())
    return written
