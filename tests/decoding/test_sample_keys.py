import numpy as np
import pytest
import tensorflow as tf

from rnn_zoo.decoding import sample_keys


class FixedKeys:
    """Three keys: one always on, one always off, one that alternates."""

    def start(self, beginning, source=None):
        return self.step(beginning[:, -1], {})

    def sample_keys(self, predicted, uniform):
        return tf.cast(uniform < predicted, tf.float32)

    def step(self, previous, state):
        ones = tf.ones_like(previous[:, 0])
        return tf.stack([ones, 0 * ones, 1 - previous[:, 2]], axis=1), state


def test_each_key_is_sampled_with_its_probability():
    for run in (sample_keys, tf.function(sample_keys, autograph=False)):
        keys = run(FixedKeys(), tf.zeros([2, 1, 3]), max_length=4)
        np.testing.assert_array_equal(keys[0], [[1, 0, 1], [1, 0, 0], [1, 0, 1], [1, 0, 0]])
        np.testing.assert_array_equal(keys[0], keys[1])


def test_the_same_seed_gives_the_same_keys():
    class Half(FixedKeys):
        def step(self, previous, state):
            return tf.fill(tf.shape(previous), 0.5), state

    one, again, other = (
        sample_keys(Half(), tf.zeros([2, 1, 3]), max_length=9, seed=seed).numpy() for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, again)
    assert (one != other).any() and (one[0] != one[1]).any()
    assert 0.2 < one.mean() < 0.8


def test_temperature_sharpens_or_flattens():
    class Unequal(FixedKeys):
        def step(self, previous, state):
            return tf.fill(tf.shape(previous), 0.8), state

    def fraction(temperature):
        return sample_keys(Unequal(), tf.zeros([500, 1, 4]), max_length=1, temperature=temperature).numpy().mean()

    for temperature in (0.5, 1.0, 3.0, tf.constant(3.0)):
        expected = 1 / (1 + 0.25 ** (1 / float(temperature)))
        assert fraction(temperature) == pytest.approx(expected, abs=0.04)
    assert fraction(0) == 1
    for temperature in (0, 1e-3, 50.0):  # probabilities 0 and 1 do not change
        keys = sample_keys(FixedKeys(), tf.zeros([300, 1, 3]), max_length=1, temperature=temperature).numpy()
        assert keys[..., 0].all() and not keys[..., 1].any()
    with pytest.raises(ValueError, match="`temperature` must be a number >= 0, got -1"):
        fraction(-1)
