"""greedy: decoding with the most probable token at each step."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from rnn_zoo.decoding.loop import BANNED, Generated, generate_tokens
from rnn_zoo.text.symbols import END
from rnn_zoo.types import Model, Tensor


def greedy(
    generator: Model,
    beginning: Tensor,
    source: Any = None,
    *,
    max_length: int | Tensor,
    end: int | None = END,
    banned: Sequence[int] = BANNED,
) -> Generated:
    """Generates the most probable token at each step; ties go to the lower id.

    Arguments and returns as in `generate_tokens`.
    """

    def choose(log_probs, step):
        return tf.argmax(log_probs, axis=-1, output_type=tf.int32)

    return generate_tokens(generator, beginning, source, choose, max_length=max_length, end=end, banned=banned)
