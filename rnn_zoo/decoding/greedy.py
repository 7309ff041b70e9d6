"""greedy: always the most probable token."""

import tensorflow as tf

from rnn_zoo.decoding.written import BANNED, write
from rnn_zoo.text.symbols import END


def greedy(generator, beginning, source=None, *, max_length, end=END, banned=BANNED):
    """Writes the most probable token at each step; of two that are, that of the lower id.

    Arguments and returns as of `write`.
    """

    def choose(chances, step):
        return tf.argmax(chances, axis=-1, output_type=tf.int32)

    return write(generator, beginning, source, choose, max_length=max_length, end=end, banned=banned)
