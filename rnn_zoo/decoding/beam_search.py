"""beam_search: approximate search for the most probable sequences."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from rnn_zoo.checks import not_negative, positive_integer
from rnn_zoo.decoding.loop import BANNED, IMPOSSIBLE, Generated, any_batch, checked_length, log_probabilities
from rnn_zoo.text.symbols import END, PADDING
from rnn_zoo.types import Model, Tensor


def beam_search(
    generator: Model,
    beginning: Tensor,
    source: Any = None,
    *,
    width: int,
    max_length: int | Tensor,
    length_penalty: float = 0.0,
    n_best: int = 1,
    end: int | None = END,
    banned: Sequence[int] = BANNED,
) -> Generated:
    """Beam search with length-normalised scores.

    Keeps the `width` best partial sequences of each row.

        score(y) = log p(y) / ((5 + |y|) / 6)^length_penalty

    A row stops when `width` sequences have ended, or when no unfinished one can still reach the `n_best`.

    Args:
        generator, beginning, source, max_length, end, banned: as in `generate_tokens`.
        width: > 0, the beam width; 1 is greedy decoding.
        length_penalty: >= 0; 0: none, 0.6 to 1 favours longer sequences.
        n_best: from 1 to `width`, the number of sequences to complete. Those ranked below them may be unfinished.
    Returns:
        ids <int32>[batch, width, time] and scores <float32>[batch, width], the best first. If there are fewer than
        `width` sequences, the rest is padding with a score of minus infinity.
    Raises:
        ValueError: `width` or `n_best` is not positive, `n_best` is above `width`, or `length_penalty` is negative.
    Reference: Wu et al. 2016, "Google's neural machine translation system", equation 14, without coverage.
    """
    positive_integer("width", width)
    if positive_integer("n_best", n_best) > width:
        raise ValueError(f"`n_best` must be at most `width` ({width}), got {n_best}; increase `width`.")
    not_negative("length_penalty", length_penalty)
    max_length = checked_length(max_length)
    if end is None:
        banned = (*banned, END)

    scores, state = generator.start(beginning, source)
    batch, size = tf.shape(scores)[0], scores.shape[-1]
    scores, state = (
        tf.nest.map_structure(lambda part: tf.repeat(part, width, axis=0), part) for part in (scores, state)
    )
    first_rows = tf.range(batch)[:, None] * width

    def is_impossible(total):
        return total <= IMPOSSIBLE / 2

    def normalised(total, length):
        return tf.where(is_impossible(total), IMPOSSIBLE, total / _length_norm(length, length_penalty))

    def settled(finished, total, lengths):
        """Returns <bool>[batch, width]: the sequence has ended or is impossible, or its row has stopped."""
        ended = tf.where(finished, normalised(total, lengths), IMPOSSIBLE)
        nth_best = tf.math.top_k(ended, n_best).values[:, -1]
        # More tokens only lower log p, and the normalisation is largest at the maximum length.
        best_open = tf.reduce_max(tf.where(finished, IMPOSSIBLE, normalised(total, max_length)), axis=1)
        return finished | is_impossible(total) | (nth_best >= best_open)[:, None]

    def not_done(step, finished, total, lengths, *_):
        return (step < max_length) & ~tf.reduce_all(settled(finished, total, lengths))

    def body(step, finished, total, lengths, scores, state, ids):
        log_probs = tf.reshape(log_probabilities(scores, banned), [batch, width, size])
        # A settled sequence has one continuation, padding with log-probability 0.
        stays = settled(finished, total, lengths)
        padding_only = tf.one_hot(PADDING, size, on_value=0.0, off_value=IMPOSSIBLE)
        reached = total[..., None] + tf.where(stays[..., None], padding_only, log_probs)
        length = tf.where(stays, lengths, step + 1)
        ranks = tf.reshape(normalised(reached, length[..., None]), [batch, width * size])
        best = tf.math.top_k(ranks, width).indices
        parent, chosen = best // size, best % size
        total = tf.gather(tf.reshape(reached, [batch, width * size]), best, batch_dims=1)
        lengths = tf.gather(length, parent, batch_dims=1)
        finished = tf.gather(finished, parent, batch_dims=1)
        if end is not None:
            finished |= chosen == end
        rows = tf.reshape(first_rows + parent, [-1])
        ids = tf.concat([tf.gather(ids, parent, batch_dims=1), chosen[..., None]], axis=2)
        previous = tf.reshape(chosen if end is None else tf.where(finished, end, chosen), [-1])
        state = tf.nest.map_structure(lambda part: tf.gather(part, rows), state)
        scores, state = generator.step(previous, state)
        return step + 1, finished, total, lengths, scores, state, ids

    no_ids = tf.zeros([batch, width, 0], tf.int32)
    # The beams start equal; if all were possible, each sequence would occur `width` times.
    total = tf.tile(tf.constant([[0.0] + [IMPOSSIBLE] * (width - 1)]), [batch, 1])
    start = (0, tf.zeros([batch, width], tf.bool), total, tf.zeros([batch, width], tf.int32), scores, state, no_ids)
    shapes = (*any_batch(start[:-1]), tf.TensorShape([None, width, None]))
    _, _, total, lengths, _, _, ids = tf.while_loop(not_done, body, start, shape_invariants=shapes)
    ids = tf.where(is_impossible(total)[..., None], PADDING, ids)
    ranks, order = tf.math.top_k(tf.where(is_impossible(total), -np.inf, normalised(total, lengths)), width)
    return Generated(tf.gather(ids, order, batch_dims=1), ranks)


def log_probability(scores: Tensor, lengths: Tensor, length_penalty: float) -> Tensor:
    """Log-probability (nats) of sequences from their beam-search scores and lengths, both <any>[...]."""
    return scores * _length_norm(lengths, length_penalty)


def _length_norm(lengths, length_penalty):
    return tf.pow((5.0 + tf.cast(lengths, tf.float32)) / 6.0, float(length_penalty))
