"""sample_keys: random sampling of several keys (binary labels) at each step."""

from typing import Any

import numpy as np
import tensorflow as tf

from rnn_zoo.decoding.loop import checked_length
from rnn_zoo.decoding.sample import check_sampling, temperature_tensor
from rnn_zoo.types import Model, Tensor


def sample_keys(
    generator: Model,
    beginning: Tensor,
    source: Any = None,
    *,
    max_length: int | Tensor,
    temperature: float | Tensor = 1.0,
    seed: int | Tensor = 0,
) -> Tensor:
    """Samples steps of zeros and ones; the same seed gives the same steps.

        P(y = 1) = sigmoid(logit(p) / temperature)

    Args:
        generator: as in `generate_tokens`, with a method `sample_keys`: the head `Labels` samples each key
            independently, `Chords` each key given those below it.
        beginning: <float>[batch, time, keys], such as one chord.
        source: the encoder's input, or None.
        max_length: > 0 or <int>[], the number of steps.
        temperature: >= 0 or <float>[]; below 1 sharpens the probabilities, 0 takes the more likely value.
        seed: 32-bit int or <int>[].
    Returns:
        <float32>[batch, max_length, keys], the steps after the beginning.
    Raises:
        ValueError: an argument is out of its range.
    Reference: Boulanger-Lewandowski et al. 2012, "Modeling temporal dependencies in high-dimensional sequences".
    """
    max_length = checked_length(max_length)
    check_sampling(temperature, seed=seed)
    temperature = temperature_tensor(temperature)
    predicted, state = generator.start(beginning, source)
    shape = tf.shape(beginning[:, 0])
    steps = tf.TensorArray(tf.float32, max_length)

    def body(step, predicted, state, steps):
        uniform = tf.random.stateless_uniform(shape, seed=tf.stack([tf.cast(seed, tf.int32), step]))
        keys = generator.sample_keys(predicted, scale_by_temperature(uniform, temperature))
        predicted, state = generator.step(keys, state)
        return step + 1, predicted, state, steps.write(step, keys)

    *_, steps = tf.while_loop(lambda step, *_: step < max_length, body, (0, predicted, state, steps))
    return tf.transpose(steps.stack(), [1, 0, 2])


def prepend_silence(steps: Tensor) -> Tensor:
    """Adds a silent step before steps <float>[batch, time, keys], from which the model predicts the first one."""
    return tf.pad(steps, [[0, 0], [1, 0], [0, 0]])


def scale_by_temperature(uniform: Tensor, temperature: Tensor) -> Tensor:
    """Transforms uniform numbers from [0, 1) so that comparing them with p applies the temperature to p.

    u < sigmoid(logit(p) / temperature)  <=>  sigmoid(temperature logit(u)) < p
    """
    smallest, largest = np.finfo("float32").tiny, np.nextafter(1, 0, dtype="float32")
    uniform = tf.maximum(uniform, smallest)
    logit = tf.math.log(uniform) - tf.math.log1p(-uniform)
    return tf.minimum(tf.sigmoid(temperature * logit), largest)
