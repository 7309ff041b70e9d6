"""Exponential smoothing as a layer, against NumPy; its rates are learned."""

import keras
import numpy as np
import pytest
from helpers import save_and_load
from keras import ops

from rnn_zoo.layers import SeasonalSmoothing


def reference(layer, values):
    """The outputs for <float>[batch, time], with the rates of the layer."""
    rates = ops.convert_to_numpy(layer.rates(layer.hidden(layer._changes(ops.convert_to_tensor(values)))))
    outputs = [], [], []
    for row, (level_rate, *season_rates) in zip(values, rates, strict=True):
        longest = layer.seasons[-1] if layer.seasons else 0
        level, seasons = row[0], []
        if longest:
            level = row[:longest].mean()
            rest = row[:longest] - level
            for length in layer.seasons:
                whole = rest[: longest // length * length].reshape(-1, length).mean(axis=0)
                seasons.append(list(whole))
                rest = rest - np.tile(whole, longest // length + 1)[:longest]
        plain = []
        for value in row:
            now = [season.pop(0) for season in seasons]
            error = value - level - sum(now)
            plain.append(value - sum(now))
            level += level_rate * error
            for season, first, rate in zip(seasons, now, season_rates, strict=True):
                season.append(first + rate * error)
        ahead = [sum(season[step % len(season)] for season in seasons) for step in range(layer.horizon)]
        for place, output in enumerate((np.array(plain) - level, [level], ahead)):
            outputs[place].append(output)
    return [np.array(output) for output in outputs]


@pytest.mark.parametrize("seasons", [(), (4,), (3, 7)])
def test_it_is_exponential_smoothing(seasons):
    layer = SeasonalSmoothing(seasons, horizon=9, seed=0)
    values = np.random.default_rng(0).standard_normal((3, 20)).astype("float32")
    outputs = layer(values[..., None])
    for output, expected in zip(outputs, reference(layer, values), strict=True):
        np.testing.assert_allclose(ops.convert_to_numpy(output)[..., 0], expected, atol=1e-5)
    assert [tuple(output.shape) for output in outputs] == list(layer.compute_output_shape((3, 20, 1)))


def test_a_shift_moves_the_level_alone():
    layer = SeasonalSmoothing((4,), horizon=5, seed=0)
    values = np.random.default_rng(0).standard_normal((2, 16, 2)).astype("float32")
    first, second = (layer(values + shift) for shift in (0, 10))
    np.testing.assert_allclose(ops.convert_to_numpy(second[0] - first[0]), 0, atol=1e-4)
    np.testing.assert_allclose(ops.convert_to_numpy(second[1] - first[1]), 10, atol=1e-4)
    np.testing.assert_allclose(ops.convert_to_numpy(second[2] - first[2]), 0, atol=1e-4)


def test_a_season_that_repeats_goes_on():
    season = np.array([3.0, -1.0, -2.0, 0.0], "float32")
    values = np.tile(season, 6)[None, :, None]
    plain, level, ahead = map(ops.convert_to_numpy, SeasonalSmoothing((4,), horizon=6, seed=0)(values))
    np.testing.assert_allclose(plain, 0, atol=1e-5)
    np.testing.assert_allclose(level, 0, atol=1e-5)
    np.testing.assert_allclose(ahead[0, :, 0], np.tile(season, 2)[:6], atol=1e-5)


def test_the_rates_learn():
    inputs = keras.Input((24, 1))
    _, level, ahead = SeasonalSmoothing((4,), horizon=4, seed=0, name="smoothing")(inputs)
    model = keras.Model(inputs, level + ahead)
    model.compile("adam", "mse")
    generator = np.random.default_rng(0)
    values = np.cumsum(generator.standard_normal((64, 28, 1)), axis=1).astype("float32")
    before = [ops.convert_to_numpy(weight) for weight in model.trainable_weights]
    losses = model.fit(values[:, :24], values[:, 24:], epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0] and len(before) == 4
    changed = [
        np.abs(ops.convert_to_numpy(now) - then).max()
        for now, then in zip(model.trainable_weights, before, strict=True)
    ]
    assert min(changed) > 0
    again = save_and_load(model)
    np.testing.assert_allclose(
        again.predict(values[:, :24], verbose=0), model.predict(values[:, :24], verbose=0), atol=1e-6
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [({"seasons": (7, 3)}, "must ascend"), ({"seasons": (0,)}, "positive"), ({"horizon": 0}, "`horizon`")],
)
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        SeasonalSmoothing(**options)


def test_a_window_that_is_too_short():
    with pytest.raises(ValueError, match="`seasons` must be at most the 5 steps"):
        SeasonalSmoothing((7,))(np.zeros((1, 5, 1), "float32"))
