import numpy as np
import pytest
from linear_reference import BATCH, FEATURES, INPUTS, UNITS, close, numpy, reference, weights, with_weights

from rnn_zoo.cells import MinGRU, MinGRUCell


@pytest.mark.parametrize("scan", ["sequential", "parallel"])
def test_equals_numpy(scan):
    rnn = with_weights(MinGRU(UNITS, return_sequences=True, return_state=True, scan=scan))
    close(rnn(INPUTS), reference(MinGRU, INPUTS, *weights(MinGRU)))


def test_one_step_by_hand():
    """x = 1: z = sigmoid(0) = 1/2, p = 1, g = 3/2: h = 1/2 * 1/2 + 1/2 * 3/2 = 1; then p = -1, g = sigmoid(-1)."""
    cell = MinGRUCell(1, use_bias=False)
    cell.build((1, 1))
    cell.set_weights([np.array([[0.0, 1.0]])])
    output, states = cell(np.ones((1, 1), "float32"), cell.get_initial_state(1))
    close(output, [[1.0]])
    output, _ = cell(-np.ones((1, 1), "float32"), states)
    close(output, [[0.5 + 0.5 / (1 + np.e)]])


def test_weights():
    rnn = MinGRU(UNITS)
    rnn.build((None, None, FEATURES))
    assert [(w.name, w.shape) for w in rnn.weights] == [("kernel", (FEATURES, 2 * UNITS)), ("bias", (2 * UNITS,))]
    rnn = with_weights(MinGRU(UNITS, use_bias=False), weights(MinGRU)[:1])
    close(rnn(INPUTS), reference(MinGRU, INPUTS, *weights(MinGRU)[:1])[1])


def test_the_state_lies_between_previous_state_and_candidate():
    rnn = with_weights(MinGRU(UNITS, return_sequences=True))
    outputs = numpy(rnn(INPUTS))[0]
    projected = INPUTS @ weights(MinGRU)[0] + weights(MinGRU)[1]
    candidate = numpy(MinGRUCell.gates([np.full((BATCH, 5, UNITS), 50.0, "float32"), projected[..., UNITS:]])[1])[0]
    before = np.concatenate([np.full((BATCH, 1, UNITS), 0.5), outputs[:, :-1]], axis=1)
    assert (outputs >= np.minimum(before, candidate) - 1e-6).all()
    assert (outputs <= np.maximum(before, candidate) + 1e-6).all()


def test_gates_in_log_space_are_the_logarithms_of_the_gates():
    projected = np.meshgrid(*[np.linspace(-80, 80, 33, dtype="float32")] * 2)
    logs = numpy(MinGRUCell.log_gates(projected))
    assert np.isfinite(logs).all()
    close([np.exp(log) for log in logs], MinGRUCell.gates(projected), tolerance=2e-5)
