import numpy as np
import tensorflow as tf

from rnn_zoo.decoding import sample_keys


class Chances:
    """Three keys: one that always sounds, one that never does, one that sounds where it did not."""

    def start(self, beginning, source=None):
        return self.step(beginning[:, -1], {})

    def draw_keys(self, predicted, uniform):
        return tf.cast(uniform < predicted, tf.float32)

    def step(self, written, state):
        ones = tf.ones_like(written[:, 0])
        return tf.stack([ones, 0 * ones, 1 - written[:, 2]], axis=1), state


def test_each_key_is_drawn_by_its_chance():
    for run in (sample_keys, tf.function(sample_keys, autograph=False)):
        keys = run(Chances(), tf.zeros([2, 1, 3]), max_length=4)
        np.testing.assert_array_equal(keys[0], [[1, 0, 1], [1, 0, 0], [1, 0, 1], [1, 0, 0]])
        np.testing.assert_array_equal(keys[0], keys[1])


def test_the_same_seed_draws_the_same():
    class Half(Chances):
        def step(self, written, state):
            return tf.fill(tf.shape(written), 0.5), state

    one, again, other = (
        sample_keys(Half(), tf.zeros([2, 1, 3]), max_length=9, seed=seed).numpy() for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, again)
    assert (one != other).any() and (one[0] != one[1]).any()
    assert 0.2 < one.mean() < 0.8
