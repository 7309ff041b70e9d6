import numpy as np
import pytest
from helpers import run_layer_test
from keras import ops

from rnn_zoo.layers import OneHot

IDS = np.array([[1, 3, 2], [2, 0, 0], [0, 0, 0]], "int32")


def test_layer_contract():
    _, outputs = run_layer_test(OneHot, {"vocabulary_size": 4}, input_data=IDS, expected_output_shape=(3, 3, 4))
    expected = np.eye(4, dtype="float32")[IDS]
    expected[IDS == 0] = 0
    np.testing.assert_array_equal(outputs, expected)


def test_padding_is_masked():
    np.testing.assert_array_equal(OneHot(4).compute_mask(ops.convert_to_tensor(IDS)), IDS != 0)
    assert OneHot(4).make_input().shape == (None, None)


def test_an_impossible_size_raises():
    with pytest.raises(ValueError, match="`vocabulary_size` must be a positive integer, got -3"):
        OneHot(-3)
