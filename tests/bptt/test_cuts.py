import keras
import numpy as np
import pytest
from bptt_reference import TOLERANCES, Problem, assert_close, uncompiled, with_gradients
from helpers import needs_tensorflow

from rnn_zoo.bptt import backend

TIME = 11  # in pieces of 3, 4 and 4 steps


@needs_tensorflow
@pytest.mark.parametrize("truncate", [None, 2])
@pytest.mark.parametrize(
    ("kind", "batch", "reverse"), [("tanh", 17, False), ("lstm", 5, True), ("gru", 5, False), ("tanh", 5, True)]
)
def test_pieces_equal_the_whole(monkeypatch, kind, batch, reverse, truncate):
    problem = Problem(kind, (batch, TIME, 3, 4), reverse=reverse)
    with uncompiled():
        expected = with_gradients(problem.ours(truncate=truncate), problem.arrays)
        monkeypatch.setattr(backend, "_STEPS_A_PIECE", 3)
        actual = with_gradients(problem.ours(truncate=truncate), problem.arrays)
    assert_close(actual, expected)


@needs_tensorflow
def test_pieces_in_a_graph_without_sequences_and_mask(monkeypatch):
    import tensorflow as tf

    problem = Problem("lstm", (3, TIME, 2, 3), masked=False, dtype="float32")
    monkeypatch.setattr(backend, "_STEPS_A_PIECE", 3)
    with_pieces = tf.function(problem.ours(sequences=False))
    actual = with_gradients(with_pieces, problem.arrays)
    nodes = with_pieces.get_concrete_function(*problem.arrays).graph.get_operations()
    assert sum("PartitionedCall" in node.type for node in nodes) == 3, "one loop a piece"
    monkeypatch.undo()
    with uncompiled():
        expected = with_gradients(problem.ours(sequences=False), problem.arrays)
    assert_close(actual, expected, TOLERANCES["float32"])


@pytest.mark.parametrize(
    ("time", "ranges"),
    [(1999, [(0, 1999)]), (2000, [(0, 1000), (1000, 2000)]), (2999, [(0, 1499), (1499, 2999)]), (None, [(0, None)])],
)
def test_only_long_sequences_of_known_length_are_cut(time, ranges):
    inputs = keras.KerasTensor((2, time, 3))
    assert backend.piece_ranges(inputs) == (ranges if keras.backend.backend() == "tensorflow" else [(0, time)])


def test_pieces_cover_every_step_once():
    for time in np.random.default_rng(0).integers(2000, 20000, 20).tolist():
        ranges = backend.piece_ranges(keras.KerasTensor((2, time, 3)))
        steps = np.concatenate([np.arange(*piece) for piece in ranges])
        np.testing.assert_array_equal(steps, np.arange(time))
        assert len({stop - start for start, stop in ranges}) <= 2
