import keras
import numpy as np
from helpers import random_inputs, save_and_load

from rnn_zoo import create_model, list_models

IMAGES = np.abs(random_inputs((3, 4, 6, 1))) * 80


def test_promises_of_the_models():
    assert list_models("digit*") == ["digit_images", "digit_rows"]
    for name in list_models("digit*"):
        model = create_model(name, shape=(4, 6, 1), classes=3, units=4, seed=0)
        assert model.name == name and model.compiled
        outputs = keras.ops.convert_to_numpy(model(IMAGES))
        np.testing.assert_allclose(outputs.sum(axis=-1), np.ones(3), atol=1e-6)
        np.testing.assert_allclose(save_and_load(model)(IMAGES), outputs, atol=1e-6)


def test_rows_are_the_steps_and_pixels_the_features():
    model = create_model("digit_rows", shape=(4, 6, 2), classes=3, units=5)
    rows = keras.ops.convert_to_numpy(model.get_layer("rows")(np.full((1, 4, 6, 2), 51.0)))
    assert rows.shape == (1, 4, 12) and np.allclose(rows, 0.2)
