import numpy as np
import pytest
from linear_reference import FEATURES, INPUTS, UNITS, close, numpy, reference, weights, with_weights

from rnn_zoo.cells import MinLSTM, MinLSTMCell


@pytest.mark.parametrize("scan", ["sequential", "parallel"])
def test_equals_numpy(scan):
    rnn = with_weights(MinLSTM(UNITS, return_sequences=True, return_state=True, scan=scan))
    close(rnn(INPUTS), reference(MinLSTM, INPUTS, *weights(MinLSTM)))


def test_one_step_by_hand():
    """f = sigmoid(log 3) = 3/4, i = sigmoid(0) = 1/2, so f' = 3/5, i' = 2/5; g(1) = 3/2: h = 3/5 * 1/2 + 2/5 * 3/2."""
    cell = MinLSTMCell(1, use_bias=False)
    cell.build((1, 1))
    cell.set_weights([np.array([[np.log(3.0), 0.0, 1.0]])])
    output, _ = cell(np.ones((1, 1), "float32"), cell.get_initial_state(1))
    close(output, [[0.9]])


def test_weights():
    rnn = MinLSTM(UNITS)
    rnn.build((None, None, FEATURES))
    assert [(w.name, w.shape) for w in rnn.weights] == [("kernel", (FEATURES, 3 * UNITS)), ("bias", (3 * UNITS,))]
    rnn = with_weights(MinLSTM(UNITS, use_bias=False), weights(MinLSTM)[:1])
    close(rnn(INPUTS), reference(MinLSTM, INPUTS, *weights(MinLSTM)[:1])[1])


def test_the_gates_sum_to_one_in_both_scans():
    projected = np.meshgrid(*[np.linspace(-80, 80, 17, dtype="float32")] * 3)
    logs = numpy(MinLSTMCell.log_gates(projected))
    assert np.isfinite(logs).all()
    close([np.exp(log) for log in logs], MinLSTMCell.gates(projected), tolerance=2e-5)
    keep, new = numpy(MinLSTMCell.gates([*projected[:2], np.full_like(projected[2], 0.5)]))  # g(1/2) = 1
    close(keep + new, np.ones_like(keep))


def test_gates_that_underflow_still_have_a_ratio():
    """sigmoid(-1000) is zero in float32: f / (f + i) would be 0 / 0."""
    small = np.full((1, 1), -1000.0, "float32")
    keep, new = numpy(MinLSTMCell.gates([small, small + 1, np.full((1, 1), 0.5, "float32")]))
    close([keep, new], [[[1 / (1 + np.e)]], [[np.e / (1 + np.e)]]])
