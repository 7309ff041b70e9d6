import numpy as np
import pytest
from helpers import random_inputs, run_layer_test
from keras import ops

from rnn_zoo.layers import Vectors


def test_layer_contract():
    inputs = random_inputs((2, 4, 3))
    inputs[0, 2:] = -1
    inputs[1, :, 0] = -1  # a single feature is not padding
    layer, outputs = run_layer_test(
        Vectors, {"features": 3, "mask_value": -1.0}, input_data=inputs, expected_output_shape=(2, 4, 3)
    )
    valid = np.array([[1, 1, 0, 0], [1, 1, 1, 1]], bool)
    np.testing.assert_array_equal(layer.compute_mask(ops.convert_to_tensor(inputs)), valid)
    np.testing.assert_array_equal(outputs, np.where(valid[..., None], inputs, 0))


def test_without_a_mask_value_every_step_is_valid():
    inputs = ops.convert_to_tensor(np.zeros((2, 4, 3), "float32"))
    assert Vectors(3).compute_mask(inputs) is None
    np.testing.assert_array_equal(Vectors(3)(inputs), inputs)


def test_input_has_the_features():
    assert Vectors(3).make_input().shape == (None, None, 3)


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [({"features": 0}, "`features` must be a positive integer, got 0"), ({"mask_value": float("nan")}, "`mask_value`")],
)
def test_errors_name_the_argument(kwargs, message):
    with pytest.raises(ValueError, match=message):
        Vectors(**{"features": 3, **kwargs})
