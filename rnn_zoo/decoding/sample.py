"""sample: random sampling of tokens, with temperature, top k and top p."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from rnn_zoo.checks import positive_integer, positive_number
from rnn_zoo.decoding.loop import BANNED, IMPOSSIBLE, Generated, generate_tokens
from rnn_zoo.text.symbols import END
from rnn_zoo.types import Model, Tensor


def sample(
    generator: Model,
    beginning: Tensor,
    source: Any = None,
    *,
    max_length: int | Tensor,
    temperature: float | Tensor = 1.0,
    top_k: int | Tensor | None = None,
    top_p: float | Tensor | None = None,
    seed: int | Tensor = 0,
    end: int | None = END,
    banned: Sequence[int] = BANNED,
) -> Generated:
    """Samples a token at each step; the same seed gives the same tokens.

        p ~ exp(s / temperature), restricted to the top_k most probable, and to the fewest of these that cover top_p

    Args:
        generator, beginning, source, max_length, end, banned: as in `generate_tokens`.
        temperature: >= 0 or <float>[]; below 1 sharpens the distribution, above 1 flattens it, 0 is greedy decoding.
        top_k: > 0, or None: all tokens; or <int>[], where 0 is all.
        top_p: in (0, 1], or None: all tokens; or <float>[]. The most probable token is always kept.
        seed: 32-bit int or <int>[].
    Returns:
        The tokens; their scores are those of the full distribution at temperature 1.
    Raises:
        ValueError: an argument is out of its range.
        tf.errors.InvalidArgumentError: a `temperature` tensor is negative.
    Reference: Fan et al. 2018 (top k); Holtzman et al. 2020, "The curious case of neural text degeneration" (top p).
    """
    check_sampling(temperature, top_k, top_p, seed)
    temperature = temperature_tensor(temperature)

    def choose(log_probs, step):
        scores = keep_top(scale_by_temperature(log_probs, temperature), top_k, top_p)
        sampled = tf.random.stateless_categorical(scores, 1, tf.stack([tf.cast(seed, tf.int32), step]), tf.int32)
        return tf.where(
            temperature < _MIN_TEMPERATURE, tf.argmax(log_probs, axis=-1, output_type=tf.int32), sampled[:, 0]
        )

    return generate_tokens(generator, beginning, source, choose, max_length=max_length, end=end, banned=banned)


def check_sampling(temperature: Any = 1.0, top_k: Any = None, top_p: Any = None, seed: Any = 0) -> None:
    """ValueError unless the options of `sample` are in range; tensors are not checked."""
    number = not isinstance(temperature, bool) and isinstance(temperature, (int, float))
    if not tf.is_tensor(temperature) and not (number and 0 <= temperature < math.inf):
        raise ValueError(
            f"`temperature` must be a number >= 0, got {temperature!r}; use 0 for the most likely token at each step."
        )
    if top_k is not None and not tf.is_tensor(top_k):
        positive_integer("top_k", top_k)
    if top_p is not None and not tf.is_tensor(top_p) and positive_number("top_p", top_p) > 1:
        raise ValueError(f"`top_p` must be a number in (0, 1], got {top_p}.")
    if not tf.is_tensor(seed) and not (hasattr(seed, "__index__") and -(2**31) <= seed.__index__() < 2**31):
        raise ValueError(f"`seed` must be an integer from -2**31 to 2**31 - 1, got {seed!r}.")


def temperature_tensor(temperature: float | Tensor) -> Tensor:
    """Converts the temperature to <float32>[] with a run-time check that it is not negative."""
    temperature = tf.convert_to_tensor(temperature, tf.float32)
    message = "`temperature` must be a number >= 0; use 0 for the most likely token."
    with tf.control_dependencies([tf.debugging.assert_non_negative(temperature, message)]):
        return tf.identity(temperature)


def scale_by_temperature(scores: Tensor, temperature: Tensor) -> Tensor:
    """Divides scores <float>[batch, vocabulary_size] by the temperature; impossible ones do not change."""
    divisor = tf.maximum(temperature, _MIN_TEMPERATURE)
    best = tf.reduce_max(scores, axis=-1, keepdims=True)
    return tf.where(scores <= IMPOSSIBLE / 2, IMPOSSIBLE, (scores - best) / divisor)


def keep_top(scores: Tensor, top_k: int | Tensor | None = None, top_p: float | Tensor | None = None) -> Tensor:
    """Makes all but the top tokens of scores <float>[batch, vocabulary_size] impossible; see `sample`."""
    if top_k is None and top_p is None:
        return scores
    count = scores.shape[-1]
    if top_k is not None:
        count = tf.where(top_k > 0, tf.minimum(top_k, count), count)
    kept = tf.math.top_k(scores, count).values
    if top_p is not None:
        before = tf.cumsum(tf.nn.softmax(kept), axis=-1, exclusive=True)  # probability of all more probable tokens
        # With top_p = 1 rounding could drop the least probable token.
        kept = tf.where((before < top_p) | (top_p >= 1), kept, kept[:, :1])
    return tf.where(scores < tf.reduce_min(kept, axis=-1, keepdims=True), IMPOSSIBLE, scores)


# The smallest normal float32.
_MIN_TEMPERATURE = np.finfo("float32").tiny
