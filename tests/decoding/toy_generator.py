"""A toy generator, small enough for exhaustive search."""

import itertools

import numpy as np
import tensorflow as tf

from rnn_zoo.layers import NextToken, Recurrent, Tokens
from rnn_zoo.topologies import encoder_decoder


class TableGenerator:
    """Scores that depend on the last two tokens, from a table; its state is the token before the last."""

    def __init__(self, vocabulary_size, seed=0, scale=1.5):
        generator = np.random.default_rng(seed)
        self.table = scale * generator.standard_normal((vocabulary_size,) * 3).astype("float32")

    def start(self, beginning, source=None):
        return self.step(beginning[:, -1], {"before": tf.zeros_like(beginning[:, -1])})

    def step(self, token, state):
        scores = tf.gather_nd(tf.constant(self.table), tf.stack([state["before"], token], axis=1))
        return scores, {"before": token}

    def log_probability(self, beginning, ids, banned):
        """Log-probability (nats) of tokens after a beginning."""
        before, last, total = 0, beginning, 0.0
        for token in ids:
            scores = self.table[before, last].astype("float64")
            scores[list(banned)] = -np.inf
            total += scores[token] - np.log(np.exp(scores).sum())
            before, last = last, token
        return total

    def all_sequences(self, max_length, end, banned):
        """All possible sequences: those that end, and those truncated at `max_length`."""
        open_tokens = [token for token in range(len(self.table)) if token != end and token not in banned]
        for length in range(max_length + 1):
            for tokens in itertools.product(open_tokens, repeat=length):
                if length < max_length:
                    yield (*tokens, end)
                else:
                    yield tokens


def random_writer(attention):
    """An encoder-decoder for 8 source and 9 target tokens, with large weights, so that predictions are confident."""
    writer = encoder_decoder(
        Tokens(8, 4),
        Recurrent("gru", 5, bidirectional=True),
        Tokens(9, 4),
        Recurrent("lstm", 6, depth=2),
        NextToken(9),
        attention=attention,
    )
    generator = np.random.default_rng(0)
    for weight in writer.training.trainable_variables:
        weight.assign(1.5 * generator.standard_normal(weight.shape))
    return writer
