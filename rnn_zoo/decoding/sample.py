"""sample: tokens drawn from their distribution, or from its likely part."""

import tensorflow as tf

from rnn_zoo.checks import positive_integer, positive_number
from rnn_zoo.decoding.written import BANNED, IMPOSSIBLE, write
from rnn_zoo.text.symbols import END


def sample(
    generator,
    beginning,
    source=None,
    *,
    max_length,
    temperature=1.0,
    top_k=None,
    top_p=None,
    seed=0,
    end=END,
    banned=BANNED,
):
    """Draws a token at each step; the same seed draws the same.

        p ~ exp(s / temperature), among the top_k most probable, and of these among the fewest that hold top_p of p

    Args:
        generator, beginning, source, max_length, end, banned: as of `write`.
        temperature: float > 0 or <float>[]; below 1 the likely becomes likelier, above 1 all grow alike.
        top_k: int > 0 or None: all.
        top_p: float in (0, 1] or None: all. The most probable token is always kept.
        seed: int or <int>[].
    Returns:
        Written; its scores are those of the whole distribution at temperature 1.
    Raises:
        ValueError: an argument is out of its range.
    Reference: Fan et al. 2018 (top k); Holtzman et al. 2020, "The curious case of neural text degeneration" (top p).
    """
    if not tf.is_tensor(temperature):
        positive_number("temperature", temperature)
    if top_k is not None:
        positive_integer("top_k", top_k)
    if top_p is not None and positive_number("top_p", top_p) > 1:
        raise ValueError(f"`top_p` must be a number in (0, 1], got {top_p}.")

    def choose(chances, step):
        chances = likely(chances / temperature, top_k, top_p)
        drawn = tf.random.stateless_categorical(chances, 1, seed=tf.stack([tf.cast(seed, tf.int32), step]))
        return tf.cast(drawn[:, 0], tf.int32)

    return write(generator, beginning, source, choose, max_length=max_length, end=end, banned=banned)


def likely(scores, top_k=None, top_p=None):
    """Scores <float>[batch, vocabulary_size] with all but the likely tokens made impossible; see `sample`."""
    if top_k is not None:
        least = tf.math.top_k(scores, min(top_k, scores.shape[-1])).values[:, -1:]
        scores = tf.where(scores < least, IMPOSSIBLE, scores)
    if top_p is not None:
        ordered = tf.sort(scores, axis=-1, direction="DESCENDING")
        before = tf.cumsum(tf.nn.softmax(ordered), axis=-1, exclusive=True)  # what the more probable ones hold
        least = tf.reduce_min(tf.where(before < top_p, ordered, tf.float32.max), axis=-1, keepdims=True)
        scores = tf.where(scores < least, IMPOSSIBLE, scores)
    return scores
