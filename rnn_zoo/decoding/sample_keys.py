"""sample_keys: several keys at a step, drawn as the head tells them."""

import numpy as np
import tensorflow as tf

from rnn_zoo.decoding.sample import check_drawing, checked_temperature
from rnn_zoo.decoding.written import checked_length


def sample_keys(generator, beginning, source=None, *, max_length, temperature=1.0, seed=0):
    """Writes steps of which each number is 0 or 1; the same seed draws the same.

        P(y = 1) = sigmoid(logit(p) / temperature)

    Args:
        generator: as of `write`, with a `draw_keys` too: each key by its own probability where the head is `Labels`,
            by that and by the keys below it where it is `Chords`.
        beginning: <float>[batch, time, keys], such as one chord.
        source: what the encoder reads, or None.
        max_length: int > 0, steps to write.
        temperature: float >= 0 or <float>[]; below 1 the likely becomes likelier, 0 draws the likelier of both.
        seed: int of 32 bits or <int>[].
    Returns:
        <float32>[batch, max_length, keys], the steps after the beginning.
    Raises:
        ValueError: an argument is out of its range.
    Reference: Boulanger-Lewandowski et al. 2012, "Modeling temporal dependencies in high-dimensional sequences".
    """
    max_length = checked_length(max_length)
    check_drawing(temperature, seed=seed)
    temperature = checked_temperature(temperature)
    predicted, state = generator.start(beginning, source)
    shape = tf.shape(beginning[:, 0])
    steps = tf.TensorArray(tf.float32, max_length)

    def turn(step, predicted, state, steps):
        uniform = tf.random.stateless_uniform(shape, seed=tf.stack([tf.cast(seed, tf.int32), step]))
        keys = generator.draw_keys(predicted, tempered(uniform, temperature))
        predicted, state = generator.step(keys, state)
        return step + 1, predicted, state, steps.write(step, keys)

    *_, steps = tf.while_loop(lambda step, *_: step < max_length, turn, (0, predicted, state, steps))
    return tf.transpose(steps.stack(), [1, 0, 2])


def after_silence(steps):
    """Steps <float>[batch, time, keys] with one of silence before them: from it the first of a piece is foretold."""
    return tf.pad(steps, [[0, 0], [1, 0], [0, 0]])


def tempered(uniform, temperature):
    """Numbers that lie below a chance just as those given, from [0, 1), lie below what temperature makes of it.

    u < sigmoid(logit(p) / temperature)  <=>  sigmoid(temperature logit(u)) < p
    """
    least, most = np.finfo("float32").tiny, np.nextafter(1, 0, dtype="float32")
    uniform = tf.maximum(uniform, least)
    logit = tf.math.log(uniform) - tf.math.log1p(-uniform)
    return tf.minimum(tf.sigmoid(temperature * logit), most)
