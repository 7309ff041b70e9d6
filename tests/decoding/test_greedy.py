import numpy as np
import pytest
import tensorflow as tf
from toy_generator import TableGenerator, random_writer

from rnn_zoo.decoding import greedy
from rnn_zoo.text.symbols import END, START

SOURCE = np.array([[4, 5, 6, 7], [7, 4, 0, 0], [0, 0, 0, 0]], "int32")
BEGINNING = np.full((3, 1), START, "int32")


def step_by_step(generator, beginning, source, max_length):
    """Greedy decoding in Python, one row and one step at a time."""
    rows = []
    for row in range(len(beginning)):
        scores, state = generator.start(beginning[row : row + 1], source[row : row + 1])
        generated = []
        while len(generated) < max_length:
            scores = scores.numpy()[0]
            scores[[0, 1, START]] = -np.inf
            generated.append(int(scores.argmax()))
            if generated[-1] == END:
                break
            scores, state = generator.step(tf.constant([generated[-1]]), state)
        rows.append(generated)
    return rows


@pytest.mark.parametrize("attention", ["additive", "multiplicative", None])
def test_it_equals_step_by_step_decoding(attention):
    generator = random_writer(attention).generator
    expected = step_by_step(generator, BEGINNING, SOURCE, 7)
    assert len({tuple(row) for row in expected}) > 1, "the rows must differ"
    generated = tf.function(greedy, autograph=False)(generator, BEGINNING, SOURCE, max_length=7)
    assert [[int(token) for token in row if token] for row in generated.ids.numpy()] == expected
    assert np.isfinite(generated.scores).all()


def test_it_stops_when_all_rows_have_ended():
    """Token 4 leads to 5, 5 to the end: two steps."""
    toy = TableGenerator(6)
    toy.table[:] = 0
    toy.table[:, 4, 5] = toy.table[:, 5, END] = 9
    generated = greedy(toy, tf.constant([[4], [5]]), max_length=50)
    np.testing.assert_array_equal(generated.ids, [[5, END], [END, 0]])
    expected = [toy.log_probability(4, (5, END), (0, 1, 2)), toy.log_probability(5, (END,), (0, 1, 2))]
    np.testing.assert_allclose(generated.scores, expected, atol=1e-5)


def test_without_an_end_rows_have_the_full_length():
    toy = TableGenerator(6)
    toy.table[..., END] += 99
    generated = greedy(toy, tf.constant([[4], [5]]), max_length=9, end=None)
    assert generated.ids.shape == (2, 9) and (generated.ids.numpy() > END).all()


def test_no_row_and_a_bad_length():
    assert greedy(TableGenerator(6), tf.zeros([0, 1], tf.int32), max_length=3).ids.shape[0] == 0
    with pytest.raises(ValueError, match="`max_length` must be a positive integer, got 0"):
        greedy(TableGenerator(6), tf.constant([[4]]), max_length=0)
