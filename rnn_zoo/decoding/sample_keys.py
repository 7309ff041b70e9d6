"""sample_keys: several keys at a step, drawn as the head tells them."""

import tensorflow as tf

from rnn_zoo.decoding.written import checked_length


def sample_keys(generator, beginning, source=None, *, max_length, seed=0):
    """Writes steps of which each number is 0 or 1; the same seed draws the same.

    Args:
        generator: as of `write`, with a `draw_keys` too: each key by its own probability where the head is `Labels`,
            by that and by the keys below it where it is `Chords`.
        beginning: <float>[batch, time, keys], such as one chord.
        source: what the encoder reads, or None.
        max_length: int > 0, steps to write.
        seed: int or <int>[].
    Returns:
        <float32>[batch, max_length, keys], the steps after the beginning.
    Reference: Boulanger-Lewandowski et al. 2012, "Modeling temporal dependencies in high-dimensional sequences".
    """
    max_length = checked_length(max_length)
    predicted, state = generator.start(beginning, source)
    shape = tf.shape(beginning[:, 0])
    steps = tf.TensorArray(tf.float32, max_length)

    def turn(step, predicted, state, steps):
        uniform = tf.random.stateless_uniform(shape, seed=tf.stack([tf.cast(seed, tf.int32), step]))
        keys = generator.draw_keys(predicted, uniform)
        predicted, state = generator.step(keys, state)
        return step + 1, predicted, state, steps.write(step, keys)

    *_, steps = tf.while_loop(lambda step, *_: step < max_length, turn, (0, predicted, state, steps))
    return tf.transpose(steps.stack(), [1, 0, 2])
