import numpy as np
import pytest
import tensorflow as tf
from toy_generator import TableGenerator

from rnn_zoo.decoding import greedy, sample
from rnn_zoo.decoding.sample import keep_top

START_WITH = tf.constant([[4], [5], [4]])


def test_the_same_seed_gives_the_same_tokens():
    toy = TableGenerator(9)
    one, again, other = (sample(toy, START_WITH, max_length=12, end=None, seed=seed).ids.numpy() for seed in (3, 3, 4))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()
    assert (one[0] != one[2]).any(), "equal rows are sampled independently"
    in_a_graph = tf.function(sample, autograph=False)(toy, START_WITH, max_length=12, end=None, seed=3)
    np.testing.assert_array_equal(in_a_graph.ids, one)


@pytest.mark.parametrize(
    "options",
    [{"temperature": 1e-3}, {"temperature": 1e-40}, {"temperature": 0}, {"top_k": 1}, {"top_p": 1e-6}],
    ids=str,
)
def test_the_narrowest_choice_is_greedy(options):
    toy = TableGenerator(9)
    sampled = sample(toy, START_WITH, max_length=8, **options)
    np.testing.assert_array_equal(sampled.ids, greedy(toy, START_WITH, max_length=8).ids)
    np.testing.assert_allclose(sampled.scores, greedy(toy, START_WITH, max_length=8).scores, atol=1e-4)


def test_it_samples_from_the_distribution():
    toy = TableGenerator(8)
    sampled = sample(toy, tf.fill([4000, 1], 4), max_length=1, seed=1).ids.numpy()[:, 0]
    expected = [np.exp(toy.log_probability(4, (token,), (0, 1, 2))) for token in range(3, 8)]
    np.testing.assert_allclose(np.bincount(sampled, minlength=8)[3:] / 4000, expected, atol=0.03)
    assert sampled.min() > 2


def test_options_may_be_tensors():
    """top_k = 0 and top_p = 1 keep all tokens; with temperature 0 ties go to the lower id."""
    toy = TableGenerator(9)
    toy.table[:, 4] = 0

    @tf.function(autograph=False)
    def run(temperature, top_k, top_p):
        options = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
        return sample(toy, START_WITH, max_length=6, end=None, **options).ids

    for given in ((0.0, 0, 1.0), (0.0, 3, 0.5)):
        np.testing.assert_array_equal(
            run(*map(tf.constant, given)), greedy(toy, START_WITH, max_length=6, end=None).ids
        )
    for top_k, top_p in ((None, None), (3, None), (5, 0.6)):
        expected = sample(toy, START_WITH, max_length=6, end=None, temperature=0.7, top_k=top_k, top_p=top_p).ids
        np.testing.assert_array_equal(run(*map(tf.constant, (0.7, top_k or 0, top_p or 1.0))), expected)
    with pytest.raises(tf.errors.InvalidArgumentError, match="`temperature` must be a number >= 0"):
        run(*map(tf.constant, (-1.0, 0, 1.0)))


def test_banned_tokens_are_never_sampled_at_any_temperature():
    sampled = sample(TableGenerator(8), tf.fill([3000, 1], 4), max_length=1, temperature=1e9, seed=1).ids.numpy()[:, 0]
    np.testing.assert_allclose(np.bincount(sampled, minlength=8) / 3000, [0, 0, 0, *[0.2] * 5], atol=0.03)


def test_keep_top_keeps_the_fewest_tokens():
    scores = tf.math.log(tf.constant([[0.5, 0.3, 0.15, 0.05]]))

    def kept(*options):
        return (keep_top(scores, *options).numpy()[0] > -100).tolist()

    assert kept(2) == [True, True, False, False]
    assert kept(99) == [True] * 4
    assert kept(None, 0.79) == [True, True, False, False]
    assert kept(None, 0.81) == [True, True, True, False]
    assert kept(None, 1.0) == [True] * 4
    assert kept(1, 0.9) == [True, False, False, False]


@pytest.mark.parametrize(
    "options",
    [{"temperature": -1}, {"temperature": np.inf}, {"top_k": 0}, {"top_p": 1.5}, {"top_p": 0}, {"seed": 2**31}],
    ids=str,
)
def test_errors_name_the_argument(options):
    with pytest.raises(ValueError, match=f"`{next(iter(options))}` must be"):
        sample(TableGenerator(6), START_WITH, max_length=3, **options)
