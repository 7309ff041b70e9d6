import numpy as np
import pytest
from helpers import random_inputs, run_layer_test
from keras import ops

from rnn_zoo.layers import FutureSteps


def test_layer_contract():
    run_layer_test(
        FutureSteps,
        {"horizon": 4, "dim": 3, "seed": 0},
        input_shape=(2, 5),
        expected_output_shape=(2, 4, 3),
        lengths=(),
    )


def test_known_features_are_concatenated():
    layer = FutureSteps(4, 3)
    known = random_inputs((2, 4, 2))
    outputs = ops.convert_to_numpy(layer(random_inputs((2, 5)), known=known))
    assert outputs.shape == layer.compute_output_shape((2, 5), known.shape) == (2, 4, 5)
    np.testing.assert_array_equal(outputs[:, :, 3:], known)
    np.testing.assert_array_equal(outputs[0, :, :3], outputs[1, :, :3])


@pytest.mark.parametrize("name", ["horizon", "dim"])
def test_errors_name_the_argument(name):
    with pytest.raises(ValueError, match=f"`{name}` must be a positive integer, got 0"):
        FutureSteps(**{"horizon": 2, name: 0})
