"""Under `make test` on both backends: what a compiled step does to arrays that something else still needs."""

import keras
import numpy as np

from rnn_zoo.training import fit

X = np.random.default_rng(0).normal(size=(12, 3)).astype("float32")


def test_the_average_outlives_its_validation(tmp_path):
    """JAX's compiled evaluation takes the arrays it reads for its own; the next epoch needs the average again."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("adam", "mse", jit_compile=True)
    data = (X, X.sum(1, keepdims=True))
    history = fit(model, data, data, out=tmp_path / "run", epochs=3, weight_average=0.7)
    assert len(history) == 3
    assert history["val_loss"] == sorted(history["val_loss"], reverse=True)
