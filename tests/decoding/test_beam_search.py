import numpy as np
import pytest
import tensorflow as tf
from toy_generator import TableGenerator, random_writer

from rnn_zoo.decoding import beam_search, greedy
from rnn_zoo.text.symbols import END, START

BANNED = (0, 1, 2)
SOURCE = np.array([[4, 5, 6, 7], [7, 4, 0, 0], [0, 0, 0, 0]], "int32")
BEGINNING = np.full((3, 1), START, "int32")


@pytest.fixture(scope="module")
def network():
    """The generator of an encoder-decoder."""
    return random_writer("multiplicative").generator


def every_sequence(generator, row, max_length):
    """Returns all sequences of one source row, the best first: list of (log-probability, ids)."""
    found = []

    def extend(ids, nats, scores, state):
        scores = scores.numpy()[0].astype("float64")
        scores[list(BANNED)] = -np.inf
        log_probs = scores - np.logaddexp.reduce(scores)
        for token in range(END, len(scores)):
            longer, reached = (*ids, token), nats + log_probs[token]
            if token == END or len(longer) == max_length:
                found.append((reached, longer))
            else:
                extend(longer, reached, *generator.step(tf.constant([token]), state))

    extend((), 0.0, *generator.start(BEGINNING[:1], SOURCE[row : row + 1]))
    return sorted(found, reverse=True)


@pytest.mark.parametrize("penalty", [0.0, 0.7, 2.0])
@pytest.mark.parametrize("seed", [0, 1])
def test_a_wide_beam_equals_exhaustive_search(penalty, seed):
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


def test_the_n_best_of_a_network_equal_exhaustive_search(network):
    """There are 31 sequences; a search for fewer stops earlier."""
    searched = [every_sequence(network, row, 2) for row in range(3)]
    for n_best, penalty in ((31, 0.0), (4, 0.0), (31, 0.9)):
        options = {"width": 31, "n_best": n_best, "length_penalty": penalty}
        found = beam_search(network, BEGINNING, SOURCE, max_length=2, **options)
        for row, expected in enumerate(searched):
            expected = sorted(((nats / ((5 + len(ids)) / 6) ** penalty, ids) for nats, ids in expected), reverse=True)
            ids = [tuple(int(token) for token in rank if token) for rank in found.ids[row].numpy()]
            assert ids[:n_best] == [ids for _, ids in expected[:n_best]]
            np.testing.assert_allclose(found.scores[row, :n_best], [score for score, _ in expected][:n_best], rtol=1e-4)


def test_a_search_for_one_stops_earlier():
    toy = TableGenerator(6)
    toy.table[..., END] += 9
    beginning = tf.constant([[4]])
    assert beam_search(toy, beginning, width=4, max_length=30).ids.shape[2] == 1
    found = beam_search(toy, beginning, width=4, max_length=30, n_best=4).ids.numpy()[0]
    assert (found == END).any(axis=1).all()


def test_a_width_of_one_is_greedy(network):
    expected = tf.function(greedy, autograph=False)(network, BEGINNING, SOURCE, max_length=6)
    found = tf.function(beam_search, autograph=False)(network, BEGINNING, SOURCE, width=1, max_length=6)
    np.testing.assert_array_equal(found.ids[:, 0], expected.ids)
    np.testing.assert_allclose(found.scores[:, 0], expected.scores, atol=1e-4)


def test_without_an_end_all_have_the_full_length():
    toy = TableGenerator(6)
    toy.table[..., END] += 99
    found = beam_search(toy, tf.constant([[4], [5]]), width=4, max_length=2, end=None)
    for row, beginning in enumerate((4, 5)):
        every = [(first, second) for first in (4, 5) for second in (4, 5)]
        expected = sorted(every, key=lambda ids: -toy.log_probability(beginning, ids, (*BANNED, END)))
        assert [tuple(ids) for ids in found.ids[row].numpy()] == expected


def test_a_row_does_not_depend_on_its_batch():
    toy = TableGenerator(7, seed=2)
    beginnings = tf.constant([[3], [4], [5], [6]])
    together = beam_search(toy, beginnings, width=3, max_length=6, length_penalty=0.6)
    for row in range(4):
        alone = beam_search(toy, beginnings[row : row + 1], width=3, max_length=6, length_penalty=0.6)
        time = alone.ids.shape[2]
        np.testing.assert_array_equal(together.ids[row, :, :time], alone.ids[0])
        assert not together.ids[row, :, time:].numpy().any()
        np.testing.assert_allclose(together.scores[row], alone.scores[0], atol=1e-5)


@pytest.mark.parametrize("penalty", [0.0, 9.0])
def test_missing_sequences_are_padding(penalty):
    toy = TableGenerator(6)
    found = beam_search(toy, tf.constant([[4], [0]]), width=9, max_length=2, n_best=9, length_penalty=penalty)
    assert len(list(toy.all_sequences(2, END, BANNED))) == 7
    assert np.isfinite(found.scores[:, :7]).all() and (found.ids[:, :7].numpy() > 1).any(axis=2).all()
    assert np.isneginf(found.scores[:, 7:]).all() and not found.ids[:, 7:].numpy().any()
    one = beam_search(toy, tf.constant([[4]]), width=9, max_length=30, end=END, banned=(0, 1, 2, 4, 5), n_best=9)
    np.testing.assert_array_equal(one.ids.numpy()[0], [[END]] + [[0]] * 8)


def test_it_finds_a_better_sequence_than_greedy():
    """The more likely first step leads to less likely ones."""
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
        ({"width": 2, "n_best": 3}, r"`n_best` must be at most `width` \(2\), got 3"),
        ({"width": 2, "length_penalty": -1}, "`length_penalty` must be a number >= 0, got -1"),
    ],
)
def test_errors_name_the_argument(options, message):
    with pytest.raises(ValueError, match=message):
        beam_search(TableGenerator(6), tf.constant([[4]]), max_length=3, **options)
