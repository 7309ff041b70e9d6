import json

import keras
import numpy as np
import pytest
from helpers import random_inputs, run_layer_test
from keras import ops

from rnn_zoo.layers import Quantiles
from rnn_zoo.layers.heads.quantiles import MedianError, PinballLoss, middle_of


def test_layer_contract():
    run_layer_test(
        Quantiles,
        {"shape": (4, 2), "levels": (0.1, 0.5, 0.9)},
        input_shape=(3, 5),
        expected_output_shape=(3, 4, 2, 3),
        lengths=(),
        mixed_output_dtype="float32",
    )


def test_quantiles_do_not_cross_in_inference():
    head = Quantiles(6)
    inputs = random_inputs((4, 5, 7))
    raw, outputs = (ops.convert_to_numpy(head(inputs, training=training)) for training in (True, False))
    assert outputs.shape == (4, 5, 6, 3)
    assert (np.diff(raw) < 0).any()
    np.testing.assert_array_equal(outputs, np.sort(raw, axis=-1))


def test_pinball_loss_by_hand():
    loss = PinballLoss((0.1, 0.5))
    # y - f is 2 and -2: 0.1 * 2 and 0.5 * 2.
    value = loss(np.array([[3.0]], "float32"), np.array([[[1.0, 5.0]]], "float32"))
    np.testing.assert_allclose(value, (0.2 + 1.0) / 2, rtol=1e-6)


def test_the_loss_is_minimal_at_the_quantiles():
    sample = np.sort(random_inputs((1, 999)))
    losses = [
        float(PinballLoss((0.9,))(sample, np.full((1, 999, 1), sample[0, place], "float32")))
        for place in (700, 899, 980)
    ]
    assert losses[1] < losses[0] and losses[1] < losses[2]


def test_the_metric_is_the_median_error():
    metric = MedianError((0.05, 0.5, 0.95))
    metric.update_state(np.array([[1.0, 2.0]], "float32"), np.array([[[0, 2, 9], [0, 2.5, 9]]], "float32"))
    np.testing.assert_allclose(metric.result(), 0.75)
    assert middle_of((0.2, 0.45, 0.9)) == 1


@pytest.mark.parametrize("cls", [PinballLoss, MedianError])
def test_config_round_trips(cls):
    config = keras.saving.serialize_keras_object(cls((0.2, 0.8), name="other"))
    again = keras.saving.deserialize_keras_object(json.loads(json.dumps(config)))
    assert (type(again), again.levels, again.name) == (cls, (0.2, 0.8), "other")


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"levels": ()}, r"`levels` must be numbers in \(0, 1\)"),
        ({"levels": (0.5, 1.0)}, r"`levels` must be numbers in \(0, 1\)"),
        ({"levels": (0.5, 0.5)}, "`levels` must ascend"),
        ({"shape": (3, 0)}, "`shape` must be a positive integer, got 0"),
    ],
)
def test_errors_name_the_argument(kwargs, message):
    with pytest.raises(ValueError, match=message):
        Quantiles(**{"shape": 2, **kwargs})
