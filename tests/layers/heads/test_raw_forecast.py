import json

import keras
import numpy as np
from helpers import random_inputs, save_and_load
from keras import ops

from rnn_zoo.layers import RawForecast, TimeFeatures
from rnn_zoo.layers.heads.quantiles import LEVELS

MEAN, DEVIATION = [10.0, -2.0, 0.5], [4.0, 2.0, 1.0]


def network(features, known):
    """Three quantiles of two steps of the first two columns: the last input step plus -1, 0 and 1."""
    past = keras.Input((3, features), name="past")
    inputs = [past] if not known else [past, keras.Input((2, known), name="known")]
    last = ops.repeat(past[:, -1:, :2], 2, axis=1)
    if known:
        last = last + inputs[1][:, :, :1]
    return keras.Model(inputs, ops.stack([last - 1, last, last + 1], axis=-1))


def layer_of(known=0, clock=None, margins=((0.5, 0.5), (-2.0, 0.5))):
    count = 0 if clock is None else clock.count
    return RawForecast(network(3 + count, known + count), MEAN, DEVIATION, margins, LEVELS, known=known, clock=clock)


def test_units_and_margins_by_hand():
    past = random_inputs((2, 3, 3)) * 5
    answers = {name: ops.convert_to_numpy(value) for name, value in layer_of()(past).items()}
    last = past[:, -1, :2]
    np.testing.assert_allclose(answers["forecast"], np.stack([last, last], axis=1), atol=1e-4)
    deviation = np.array(DEVIATION[:2])
    np.testing.assert_allclose(answers["upper"][:, 0], last + 1.5 * deviation, atol=1e-4)
    np.testing.assert_allclose(answers["lower"][:, 0], last - 1.5 * deviation, atol=1e-4)
    # A margin that would invert the interval stops at the forecast.
    np.testing.assert_allclose(answers["upper"][:, 1, 0], last[:, 0], atol=1e-4)
    assert {name: value.shape for name, value in answers.items()} == layer_of().compute_output_shape(past.shape)


def test_known_columns_and_times_reach_the_network():
    layer = layer_of(known=1, clock=TimeFeatures())
    past, known = random_inputs((1, 3, 3)), random_inputs((1, 2, 1))
    times = np.arange(5, dtype="int32")[None] * 60
    answer = ops.convert_to_numpy(layer(past, known=known, times=times)["forecast"])
    moved = ops.convert_to_numpy(layer(past, known=known + 1, times=times)["forecast"])
    np.testing.assert_allclose(moved - answer, np.broadcast_to(DEVIATION[:2], (1, 2, 2)), atol=1e-4)


def test_get_config_names_every_argument():
    layer = layer_of(known=1, clock=TimeFeatures(False, 1))
    again = RawForecast.from_config(json.loads(json.dumps(layer.get_config())))
    for name in ("mean", "deviation", "margins", "levels", "known"):
        assert getattr(again, name) == getattr(layer, name), name
    assert again.clock.get_config() == layer.clock.get_config()
    assert [one.shape for one in again.network.inputs] == [one.shape for one in layer.network.inputs]


def test_a_saved_model_predicts_the_same():
    past = keras.Input((3, 3), name="past")
    model = keras.Model({"past": past}, layer_of()(past))
    inputs = {"past": random_inputs((2, 3, 3))}
    for name, value in model(inputs).items():
        np.testing.assert_allclose(save_and_load(model)(inputs)[name], value, atol=1e-6)
