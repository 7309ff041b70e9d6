"""sample: tokens drawn from their distribution, or from its likely part."""

import math

import numpy as np
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
        temperature: float >= 0 or <float>[]; below 1 the likely becomes likelier, above 1 all grow alike, and 0 writes
            what `greedy` does.
        top_k: int > 0 or None: all; or <int>[], of which 0 is all.
        top_p: float in (0, 1] or None: all; or <float>[]. The most probable token is always kept.
        seed: int of 32 bits or <int>[].
    Returns:
        Written; its scores are those of the whole distribution at temperature 1.
    Raises:
        ValueError: an argument is out of its range.
        tf.errors.InvalidArgumentError: a `temperature` that is a tensor is negative.
    Reference: Fan et al. 2018 (top k); Holtzman et al. 2020, "The curious case of neural text degeneration" (top p).
    """
    check_drawing(temperature, top_k, top_p, seed)
    temperature = checked_temperature(temperature)

    def choose(chances, step):
        scores = likely(tempered(chances, temperature), top_k, top_p)
        drawn = tf.random.stateless_categorical(scores, 1, tf.stack([tf.cast(seed, tf.int32), step]), tf.int32)
        return tf.where(temperature < _COLDEST, tf.argmax(chances, axis=-1, output_type=tf.int32), drawn[:, 0])

    return write(generator, beginning, source, choose, max_length=max_length, end=end, banned=banned)


def check_drawing(temperature=1.0, top_k=None, top_p=None, seed=0):
    """ValueError unless tokens can be drawn so; arguments as of `sample`, of which tensors are not looked at."""
    number = not isinstance(temperature, bool) and isinstance(temperature, (int, float))
    if not tf.is_tensor(temperature) and not (number and 0 <= temperature < math.inf):
        raise ValueError(
            f"`temperature` must be a number >= 0, got {temperature!r}; give 0 for the likeliest token at each step."
        )
    if top_k is not None and not tf.is_tensor(top_k):
        positive_integer("top_k", top_k)
    if top_p is not None and not tf.is_tensor(top_p) and positive_number("top_p", top_p) > 1:
        raise ValueError(f"`top_p` must be a number in (0, 1], got {top_p}.")
    if not tf.is_tensor(seed) and not (hasattr(seed, "__index__") and -(2**31) <= seed.__index__() < 2**31):
        raise ValueError(f"`seed` must be an integer from -2**31 to 2**31 - 1, got {seed!r}.")


def checked_temperature(temperature):
    """The temperature as <float32>[], which stops the graph where it is negative."""
    temperature = tf.convert_to_tensor(temperature, tf.float32)
    told = "`temperature` must be a number >= 0; give 0 for the likeliest."
    with tf.control_dependencies([tf.debugging.assert_non_negative(temperature, told)]):
        return tf.identity(temperature)


def tempered(scores, temperature):
    """Scores <float>[batch, vocabulary_size] at another temperature, impossible ones as they are; see `sample`."""
    warm = tf.maximum(temperature, _COLDEST)
    best = tf.reduce_max(scores, axis=-1, keepdims=True)
    return tf.where(scores <= IMPOSSIBLE / 2, IMPOSSIBLE, (scores - best) / warm)


def likely(scores, top_k=None, top_p=None):
    """Scores <float>[batch, vocabulary_size] with all but the likely tokens made impossible; see `sample`."""
    if top_k is None and top_p is None:
        return scores
    count = scores.shape[-1]
    if top_k is not None:
        count = tf.where(top_k > 0, tf.minimum(top_k, count), count)
    kept = tf.math.top_k(scores, count).values
    if top_p is not None:
        before = tf.cumsum(tf.nn.softmax(kept), axis=-1, exclusive=True)  # what the more probable ones hold
        # Of the whole, rounding could leave out the least probable.
        kept = tf.where((before < top_p) | (top_p >= 1), kept, kept[:, :1])
    return tf.where(scores < tf.reduce_min(kept, axis=-1, keepdims=True), IMPOSSIBLE, scores)


# The least that a float divides by.
_COLDEST = np.finfo("float32").tiny
