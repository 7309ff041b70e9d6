"""beam_search: the most probable whole sequences, of the few best followed at a time."""

import numpy as np
import tensorflow as tf

from rnn_zoo.checks import not_negative, positive_integer
from rnn_zoo.decoding.written import BANNED, IMPOSSIBLE, Written, any_batch, checked_length, log_probabilities
from rnn_zoo.text.symbols import END, PADDING


def beam_search(
    generator, beginning, source=None, *, width, max_length, length_penalty=0.0, n_best=1, end=END, banned=BANNED
):
    """Follows the `width` best sequences of each row, and ranks them, longer ones made up for their length.

        score(y) = log p(y) / ((5 + |y|) / 6)^length_penalty

    A row stops when `width` sequences have ended, or when no open one can still become one of the `n_best`.

    Args:
        generator, beginning, source, max_length, end, banned: as of `write`.
        width: int > 0, sequences followed; 1 writes what `greedy` does.
        length_penalty: float >= 0; 0 (default): none, 0.6 to 1 favours longer sequences.
        n_best: int from 1 (default) to width, how many sequences are wanted. What comes after them is as far as it was
            when the row stopped: perhaps a beginning only.
    Returns:
        Written: ids <int32>[batch, width, time] and scores <float32>[batch, width], the best first. Where there are
            fewer sequences than `width`, the rest is padding, with a score of minus infinity.
    Raises:
        ValueError: `width` or `n_best` is not positive, `n_best` is above `width`, or `length_penalty` is negative.
    Reference: Wu et al. 2016, "Google's neural machine translation system", equation 14, without coverage.
    """
    positive_integer("width", width)
    if positive_integer("n_best", n_best) > width:
        raise ValueError(f"`n_best` must be `width`, which is {width}, at most, got {n_best}; follow more sequences.")
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

    def impossible(total):
        return total <= IMPOSSIBLE / 2

    def normalised(total, length):
        return tf.where(impossible(total), IMPOSSIBLE, total / _made_up(length, length_penalty))

    def settled(finished, total, lengths):
        """<bool>[batch, width]: the sequence has ended or cannot be, or its row has stopped."""
        ended = tf.where(finished, normalised(total, lengths), IMPOSSIBLE)
        last_wanted = tf.math.top_k(ended, n_best).values[:, -1]
        # What is written only lowers log p, and no length makes up for more than the greatest.
        best_open = tf.reduce_max(tf.where(finished, IMPOSSIBLE, normalised(total, max_length)), axis=1)
        return finished | impossible(total) | (last_wanted >= best_open)[:, None]

    def go_on(step, finished, total, lengths, *_):
        return (step < max_length) & ~tf.reduce_all(settled(finished, total, lengths))

    def turn(step, finished, total, lengths, scores, state, ids):
        chances = tf.reshape(log_probabilities(scores, banned), [batch, width, size])
        # A sequence that is settled goes on as itself alone, by padding that costs nothing.
        stays = settled(finished, total, lengths)
        itself = tf.one_hot(PADDING, size, on_value=0.0, off_value=IMPOSSIBLE)
        reached = total[..., None] + tf.where(stays[..., None], itself, chances)
        length = tf.where(stays, lengths, step + 1)
        ranks = tf.reshape(normalised(reached, length[..., None]), [batch, width * size])
        kept = tf.math.top_k(ranks, width).indices
        parent, chosen = kept // size, kept % size
        total = tf.gather(tf.reshape(reached, [batch, width * size]), kept, batch_dims=1)
        lengths = tf.gather(length, parent, batch_dims=1)
        finished = tf.gather(finished, parent, batch_dims=1)
        if end is not None:
            finished |= chosen == end
        rows = tf.reshape(first_rows + parent, [-1])
        ids = tf.concat([tf.gather(ids, parent, batch_dims=1), chosen[..., None]], axis=2)
        read = tf.reshape(chosen if end is None else tf.where(finished, end, chosen), [-1])
        state = tf.nest.map_structure(lambda part: tf.gather(part, rows), state)
        scores, state = generator.step(read, state)
        return step + 1, finished, total, lengths, scores, state, ids

    nothing = tf.zeros([batch, width, 0], tf.int32)
    # All start alike: but for the first, they would be found again as often as there are.
    total = tf.tile(tf.constant([[0.0] + [IMPOSSIBLE] * (width - 1)]), [batch, 1])
    start = (0, tf.zeros([batch, width], tf.bool), total, tf.zeros([batch, width], tf.int32), scores, state, nothing)
    shapes = (*any_batch(start[:-1]), tf.TensorShape([None, width, None]))
    _, _, total, lengths, _, _, ids = tf.while_loop(go_on, turn, start, shape_invariants=shapes)
    ids = tf.where(impossible(total)[..., None], PADDING, ids)
    ranks, order = tf.math.top_k(tf.where(impossible(total), -np.inf, normalised(total, lengths)), width)
    return Written(tf.gather(ids, order, batch_dims=1), ranks)


def log_probability(scores, lengths, length_penalty):
    """Nats of sequences of so many tokens that a beam search gave these scores; arguments as of `beam_search`."""
    return scores * _made_up(lengths, length_penalty)


def _made_up(lengths, length_penalty):
    return tf.pow((5.0 + tf.cast(lengths, tf.float32)) / 6.0, float(length_penalty))
