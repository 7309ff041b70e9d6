import keras
import numpy as np
import pytest
from helpers import random_inputs, run_layer_test
from keras import ops

from rnn_zoo.layers import InstanceNorm


@pytest.mark.parametrize("kind", ["last", "revin"])
def test_layer_contract(kind):
    run_layer_test(
        InstanceNorm,
        {"features": 3, "kind": kind, "targets": 2},
        input_shape=(2, 5, 3),
        expected_output_shape=(2, 5, 3),
        mixed_tolerance=0.2,
    )


def test_normalised_values_by_hand():
    inputs = random_inputs((2, 6, 3)) * 4 + 10
    last = InstanceNorm(3, "last")
    np.testing.assert_allclose(last(inputs), inputs - inputs[:, -1:], atol=1e-5)

    revin = InstanceNorm(3, "revin", targets=2, affine=False)
    outputs = ops.convert_to_numpy(revin(inputs))
    np.testing.assert_allclose(outputs[:, :, :2].mean(axis=1), np.zeros((2, 2)), atol=1e-5)
    np.testing.assert_allclose(outputs[:, :, :2].std(axis=1), np.ones((2, 2)), atol=1e-3)
    np.testing.assert_array_equal(outputs[:, :, 2], inputs[:, :, 2])


@pytest.mark.parametrize("kind", ["none", "last", "revin"])
def test_undo_inverts_the_normalisation(kind):
    inputs = random_inputs((2, 6, 3)) * 4 + 10
    layer = InstanceNorm(3, kind, targets=2)
    normed = layer(inputs)[:, :, :2]
    if kind == "revin":
        layer.gain.assign([-0.5, 2.0])
        layer.shift.assign([0.3, -1.0])
        normed = layer(inputs)[:, :, :2]
    np.testing.assert_allclose(layer.undo(normed, inputs), inputs[:, :, :2], atol=1e-4)
    quantiles = ops.stack([normed, normed + 1], axis=-1)
    back = ops.convert_to_numpy(layer.undo(quantiles, inputs))
    np.testing.assert_allclose(back[..., 0], inputs[:, :, :2], atol=1e-4)


def test_a_constant_window_stays_finite_and_is_restored():
    inputs = np.full((1, 4, 1), 7.0, "float32")
    layer = InstanceNorm(1, "revin")
    outputs = layer(inputs)
    assert np.isfinite(ops.convert_to_numpy(outputs)).all()
    np.testing.assert_allclose(layer.undo(outputs, inputs), inputs, atol=1e-4)


def test_a_gain_of_zero_stays_finite():
    layer = InstanceNorm(1, "revin")
    inputs = random_inputs((1, 4, 1))
    layer(inputs)
    layer.gain.assign([0.0])
    assert np.isfinite(ops.convert_to_numpy(layer.undo(layer(inputs), inputs))).all()


def test_one_layer_twice_in_a_model_round_trips():
    past = InstanceNorm(2).make_input()
    layer = InstanceNorm(2, "revin")
    model = keras.Model(past, layer.undo(layer(past)[:, -1:], past))
    inputs = random_inputs((2, 4, 2))
    np.testing.assert_allclose(model(inputs), inputs[:, -1:], atol=1e-4)
    assert keras.Model.from_config(model.get_config()).count_params() == 4


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"kind": "mean"}, "`kind` must be one of 'none', 'last', 'season', 'revin'"),
        ({"features": 0}, "`features` must be a positive integer"),
        ({"targets": 4}, "`targets` must be at most `features`, 3, got 4"),
        ({"epsilon": 0}, "`epsilon` must be a positive number"),
    ],
)
def test_errors_name_the_argument(kwargs, message):
    with pytest.raises(ValueError, match=message):
        InstanceNorm(**{"features": 3, **kwargs})
