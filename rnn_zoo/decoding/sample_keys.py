"""sample_keys: several keys at a step, each drawn by its own chance."""

import tensorflow as tf

from rnn_zoo.decoding.written import checked_length


def sample_keys(generator, beginning, source=None, *, max_length, seed=0):
    """Writes steps of which each number is 0 or 1, drawn by its own probability; the same seed draws the same.

    Args:
        generator: as of `write`; it predicts a probability for each key, as `Labels` does.
        beginning: <float>[batch, time, keys], such as one chord.
        source: what the encoder reads, or None.
        max_length: int > 0, steps to write.
        seed: int or <int>[].
    Returns:
        <float32>[batch, max_length, keys], the steps after the beginning.
    Reference: Boulanger-Lewandowski et al. 2012, "Modeling temporal dependencies in high-dimensional sequences".
    """
    max_length = checked_length(max_length)
    chances, state = generator.start(beginning, source)
    steps = tf.TensorArray(tf.float32, max_length)

    def turn(step, chances, state, steps):
        draws = tf.random.stateless_uniform(tf.shape(chances), seed=tf.stack([tf.cast(seed, tf.int32), step]))
        keys = tf.cast(draws < chances, tf.float32)
        chances, state = generator.step(keys, state)
        return step + 1, chances, state, steps.write(step, keys)

    *_, steps = tf.while_loop(lambda step, *_: step < max_length, turn, (0, chances, state, steps))
    return tf.transpose(steps.stack(), [1, 0, 2])
