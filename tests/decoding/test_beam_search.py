import numpy as np
import pytest
import tensorflow as tf
from toy_generator import TableGenerator, random_writer

from rnn_zoo.decoding import beam_search, greedy
from rnn_zoo.text.symbols import END, START

BANNED = (0, 1, 2)


@pytest.mark.parametrize("penalty", [0.0, 0.7, 2.0])
@pytest.mark.parametrize("seed", [0, 1])
def test_wide_enough_it_equals_exhaustive_search(penalty, seed):
    toy, length = TableGenerator(6, seed), 4
    beginnings = [4, 5]
    found = beam_search(
        toy, tf.constant([[token] for token in beginnings]), width=40, max_length=length, length_penalty=penalty
    )
    for row, beginning in enumerate(beginnings):
        scored = [
            (toy.log_probability(beginning, ids, BANNED) / ((5 + len(ids)) / 6) ** penalty, ids)
            for ids in toy.all_sequences(length, END, BANNED)
        ]
        score, best = max(scored)
        assert tuple(int(token) for token in found.ids[row, 0] if token) == best
        assert float(found.scores[row, 0]) == pytest.approx(score, abs=1e-4)


def test_a_width_of_one_is_greedy():
    generator = random_writer("multiplicative").generator
    source = np.array([[4, 5, 6, 7], [7, 4, 0, 0], [0, 0, 0, 0]], "int32")
    beginning = np.full((3, 1), START, "int32")
    expected = tf.function(greedy, autograph=False)(generator, beginning, source, max_length=6)
    found = tf.function(beam_search, autograph=False)(generator, beginning, source, width=1, max_length=6)
    np.testing.assert_array_equal(found.ids[:, 0], expected.ids)
    np.testing.assert_allclose(found.scores[:, 0], expected.scores, atol=1e-4)


def test_a_row_is_found_whatever_shares_its_batch():
    toy = TableGenerator(7, seed=2)
    beginnings = tf.constant([[3], [4], [5], [6]])
    together = beam_search(toy, beginnings, width=3, max_length=6, length_penalty=0.6)
    for row in range(4):
        alone = beam_search(toy, beginnings[row : row + 1], width=3, max_length=6, length_penalty=0.6)
        time = alone.ids.shape[2]
        np.testing.assert_array_equal(together.ids[row, :, :time], alone.ids[0])
        assert not together.ids[row, :, time:].numpy().any()
        np.testing.assert_allclose(together.scores[row], alone.scores[0], atol=1e-5)


def test_it_finds_what_greedy_misses():
    """The likelier first step leads to worse ones."""
    toy = TableGenerator(6)
    toy.table[:] = 0
    toy.table[0, 4, 4], toy.table[0, 4, 5] = 1.0, 0.9
    toy.table[4, 5, END] = 9
    beginning = tf.constant([[4]])
    assert greedy(toy, beginning, max_length=2).ids.numpy()[0, 0] == 4
    np.testing.assert_array_equal(beam_search(toy, beginning, width=2, max_length=2).ids[0, 0], [5, END])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"width": 0}, "`width` must be a positive integer, got 0"),
        ({"width": 2, "length_penalty": -1}, "`length_penalty` must be a number >= 0, got -1"),
    ],
)
def test_errors_name_the_argument(options, message):
    with pytest.raises(ValueError, match=message):
        beam_search(TableGenerator(6), tf.constant([[4]]), max_length=3, **options)
