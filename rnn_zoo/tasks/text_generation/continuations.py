"""Continuations of a text: sampled, or ranked by beam search."""

import numpy as np
import tensorflow as tf

from rnn_zoo.decoding import beam_search, sample
from rnn_zoo.text import Symbols
from rnn_zoo.text.symbols import END
from rnn_zoo.topologies.writer import Generator


def sample_continuation(
    generator: Generator, symbols: Symbols, text: str, *, temperature: float, seed: int, length: int = 600
) -> str:
    """Samples the symbols that follow a text.

    Args:
        generator: of a language model.
        symbols: the symbols that it reads and generates.
        text: the beginning.
        temperature: >= 0, see `rnn_zoo.decoding.sample`.
        seed: of the sampling.
        length: > 0, symbols to sample.
    """
    beginning = symbols.from_text(tf.constant([text]))
    sampling = tf.function(sample, autograph=False)
    ids, _ = sampling(generator, beginning, max_length=length, temperature=temperature, seed=seed, end=None)
    return symbols.decode(ids.numpy())[0]


def rank_continuations(
    generator: Generator, symbols: Symbols, text: str, *, width: int, max_length: int
) -> list[tuple[str, float]]:
    """The most probable continuations of a text with their probabilities, best first.

    Args:
        generator: of a language model whose sentences start after END.
        symbols: the symbols that it reads and generates.
        text: the beginning of a sentence.
        width: > 0, width of the beam search, and continuations at most.
        max_length: > 0, symbols of a continuation at most.
    """
    beginning = tf.concat([[[END]], symbols.from_text(tf.constant([text]))], axis=1)
    search = tf.function(beam_search, autograph=False)
    ids, scores = search(generator, beginning, width=width, n_best=width, max_length=max_length)
    return [
        (text.decode(), float(np.exp(score)))
        for text, score in zip(symbols.to_text(ids[0]).numpy(), scores[0].numpy(), strict=True)
        if np.isfinite(score)
    ]
