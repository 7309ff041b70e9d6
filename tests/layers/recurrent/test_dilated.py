"""Dilated recurrences: every n-th step, against runs of the recurrence on each of the n sequences."""

import numpy as np
import pytest
from keras import ops

from rnn_zoo.layers import Dilated, Recurrent


@pytest.mark.parametrize("cell", ["vanilla", "gru", "lstm"])
@pytest.mark.parametrize(("time", "dilation"), [(12, 1), (12, 3), (11, 4), (3, 5)])
def test_each_state_comes_from_n_steps_before(cell, time, dilation):
    recurrence = Recurrent(cell, 5, seed=0)
    layer = Dilated(recurrence, dilation)
    inputs = np.random.default_rng(0).standard_normal((2, time, 3)).astype("float32")
    outputs = ops.convert_to_numpy(layer(inputs))
    assert outputs.shape == layer.compute_output_shape(inputs.shape) == (2, time, 5)
    missing = -time % dilation
    padded = np.concatenate([np.zeros((2, missing, 3), "float32"), inputs], axis=1)
    for first in range(dilation):
        alone = ops.convert_to_numpy(recurrence(padded[:, first::dilation]))
        places = np.arange(first, len(padded[0]), dilation) - missing
        seen = places >= 0
        np.testing.assert_allclose(outputs[:, places[seen]], alone[:, seen], atol=1e-5)


def test_config_and_errors():
    again = Dilated.from_config(Dilated(Recurrent("gru", 4, seed=0), 2, name="d").get_config())
    assert (again.dilation, again.recurrence.cell, again.name) == (2, "gru", "d")
    with pytest.raises(ValueError, match="one direction"):
        Dilated(Recurrent("gru", 4, bidirectional=True))
    with pytest.raises(ValueError, match="`dilation`"):
        Dilated(Recurrent("gru", 4), 0)
