"""The loop that writes, one token a row at a time, and what it returns."""

import typing

import tensorflow as tf

from rnn_zoo.checks import positive_integer
from rnn_zoo.text.symbols import END, PADDING, START, UNKNOWN

# Never written unless asked for: they stand for what the model could not read, or for no token at all.
BANNED = (PADDING, UNKNOWN, START)
IMPOSSIBLE = -1e9


class Written(typing.NamedTuple):
    """What was written.

    Attributes:
        ids: <int32>[batch, time], the tokens after the beginning, up to and with the end, then padding; of a beam
            search <int32>[batch, width, time], the best first.
        scores: <float32>[batch], the log-probability of these tokens in nats; of a beam search [batch, width], the
            scores by which it ranks.
    """

    ids: tf.Tensor
    scores: tf.Tensor


def write(generator, beginning, source, choose, *, max_length, end=END, banned=BANNED):
    """Writes until every row has ended or is `max_length` long.

    Args:
        generator: `rnn_zoo.topologies.Generator`, or anything with its `start` and `step`.
        beginning: <int>[batch, time], padding on the right: the start, or what to go on from.
        source: what the encoder reads, or None.
        choose: function from (log-probabilities <float32>[batch, vocabulary_size], step <int>[]) to <int32>[batch].
        max_length: int > 0 or <int>[], tokens written at most.
        end: int, the token with which a row ends; None: rows do not end, and the usual one is banned.
        banned: ints, tokens never written.
    Returns:
        Written
    """
    if end is None:
        banned = (*banned, END)
    scores, state = generator.start(beginning, source)
    batch = tf.shape(scores)[0]

    def go_on(step, finished, *_):
        return (step < max_length) & ~tf.reduce_all(finished)

    def turn(step, finished, scores, state, total, ids):
        chances = log_probabilities(scores, banned)
        chosen = tf.where(finished, PADDING, choose(chances, step))
        total += tf.where(finished, 0.0, tf.gather(chances, chosen, batch_dims=1))
        ids = ids.write(step, chosen)
        if end is not None:
            finished |= chosen == end
        # A row that has ended reads its end again, not padding: nothing it gives is used.
        scores, state = generator.step(chosen if end is None else tf.where(finished, end, chosen), state)
        return step + 1, finished, scores, state, total, ids

    max_length = checked_length(max_length)
    ids = tf.TensorArray(tf.int32, 0, dynamic_size=True, element_shape=[None])
    none = tf.zeros([batch], tf.bool)
    start = (0, none, scores, state, tf.zeros([batch]))
    shapes = (*any_batch(start), tf.TensorShape(None))
    step, *_, total, ids = tf.while_loop(go_on, turn, (*start, ids), shape_invariants=shapes)
    return Written(tf.reshape(tf.transpose(ids.stack()), [batch, step]), total)


def log_probabilities(scores, banned):
    """Scores <float>[..., vocabulary_size] as natural logarithms of a distribution without the banned tokens."""
    if banned:
        kept = tf.reduce_all(tf.range(scores.shape[-1])[:, None] != tf.constant(banned), axis=1)
        scores = tf.where(kept, scores, IMPOSSIBLE)
    return tf.nn.log_softmax(scores)


def any_batch(nest):
    """The shapes of the tensors of a loop, whose first axis may be of any length."""
    return tf.nest.map_structure(
        lambda part: tf.TensorShape([None, *part.shape[1:]] if tf.is_tensor(part) else []), nest
    )


def checked_length(max_length):
    """`max_length`; ValueError unless it is an integer > 0 or a tensor."""
    return max_length if tf.is_tensor(max_length) else positive_integer("max_length", max_length)
