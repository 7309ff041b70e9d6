import keras
import numpy as np
import pytest
from keras.initializers import Constant

from rnn_zoo.cells import VanillaRNN
from rnn_zoo.training import ArrayBatches, fit
from rnn_zoo.training.callbacks import Stopping

X = np.ones((40, 3), "float32")
Y = np.ones((40, 1), "float32")


class Poisoned(ArrayBatches):
    """Gives one bad value at one step of one epoch."""

    def __init__(self, place, value):
        super().__init__(X, Y, batch_size=10)
        self.place = place
        self.value = value

    def __getitem__(self, index):
        inputs, targets = super().__getitem__(index)
        return inputs, targets * self.value if (self.epoch, index) == self.place else targets


def model():
    built = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    built.compile("sgd", "mse", run_eagerly=True)
    return built


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_loss_that_is_no_number_stops_the_run_with_what_to_try(tmp_path, value):
    with pytest.raises(FloatingPointError) as caught:
        fit(model(), Poisoned((1, 2), value), out=tmp_path, epochs=3, learning_rate=0.125)
    message = str(caught.value)
    assert message.startswith("Epoch 2, step 3: the training loss is ")
    assert "The learning rate was 0.125 and `clip_norm` was 1.0. Try a smaller `learning_rate`" in message
    assert "holds the state after epoch 1" in message
    with np.load(tmp_path / "checkpoint.npz") as kept:
        assert all(np.isfinite(kept[name]).all() for name in kept.files if name != "state")
    assert (tmp_path / "curves.png").exists()


def test_in_the_first_epoch_nothing_is_kept(tmp_path):
    with pytest.raises(FloatingPointError, match=r"Epoch 1, step 1: .* No checkpoint was written"):
        fit(model(), (X, Y * 0 + 1e30), out=tmp_path)  # squared, it overflows
    assert [path.name for path in tmp_path.iterdir()] == ["config.json"]


def test_a_validation_loss_that_is_no_number_stops_the_run(tmp_path):
    with pytest.raises(FloatingPointError, match="Epoch 1, the validation loss is inf"):
        fit(model(), (X, Y), (X, Y * 0 + 1e30), out=tmp_path)


def overflowing(recurrence):
    """A model whose states leave float16: 300 x 300 > 65,504."""
    keras.config.set_dtype_policy("mixed_float16")
    layers = [
        keras.Input((2, 1)),
        VanillaRNN(1, activation="relu", recurrent_initializer="ones", kernel_initializer=Constant(300.0)),
        *recurrence,
        keras.layers.Dense(1, dtype="float32"),
    ]
    built = keras.Sequential(layers)
    built.compile("adam", "mse", run_eagerly=True)
    return built


BIG = np.full((20, 2, 1), 300.0, "float32")


def test_a_loss_that_overflows_float16_names_it_and_leaves_the_weights_finite(tmp_path):
    built = overflowing([])
    with pytest.raises(FloatingPointError) as caught:
        fit(built, (BIG, Y[:20]), out=tmp_path)
    message = str(caught.value)
    assert message.startswith("Epoch 1, step 1: the training loss is inf")
    assert 'precision="mixed_bfloat16", which has the range of float32 (float16 ends at 65,504)' in message
    assert all(np.isfinite(weight).all() for weight in built.get_weights())


def test_gradients_that_overflow_float16_at_any_scale_stop_the_run(tmp_path):
    # tanh(inf) is 1: the loss stays finite, while Keras leaves out every step.
    built = overflowing([keras.layers.Dense(1, "tanh", kernel_initializer="ones")])
    before = built.get_weights()
    data = ArrayBatches(BIG, Y[:20], batch_size=1)
    with pytest.raises(FloatingPointError) as caught:
        fit(built, data, (BIG[:1], Y[:1]), out=tmp_path, learning_rate=0.125)
    message = str(caught.value)
    assert message.startswith(
        "Epoch 1, step 16: the gradients overflow float16 even at a loss scale of 1, so every update is skipped"
    )
    assert 'a smaller `learning_rate`, a smaller `clip_norm` or precision="mixed_bfloat16"' in message
    assert not (tmp_path / "model.keras").exists()
    for one, other in zip(built.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_misspelt_monitor_costs_one_step(tmp_path):
    with pytest.raises(ValueError, match="`monitor` must be one of loss, val_loss; got 'val_lose'"):
        fit(model(), (X, Y), (X, Y), out=tmp_path, monitor="val_lose")
    assert not (tmp_path / "checkpoint.npz").exists()


def test_early_stopping_goes_on_with_its_state():
    built = model()
    losses = [3.0, 2.0, 2.5, 2.6, 2.7]
    stopped = []
    for start, state in ((0, None), (3, {"best": 2.0, "best_epoch": 1, "wait": 1})):
        callback = Stopping("val_loss", 3, state)
        callback.set_model(built)
        built.stop_training = False
        callback.on_train_begin()
        for epoch in range(start, 5):
            callback.on_epoch_end(epoch, {"val_loss": losses[epoch]})
        stopped.append((built.stop_training, callback.state()))
    assert stopped[0] == stopped[1] == (True, {"best": 2.0, "best_epoch": 1, "wait": 3})


def test_a_metric_that_rises_is_followed_upwards(tmp_path):
    built = model()
    built.compile("sgd", "mse", metrics=[keras.metrics.R2Score(name="r2")], run_eagerly=True)
    varied = np.arange(40, dtype="float32")[:, None] / 40
    inputs = np.repeat(varied, 3, axis=1)
    history = fit(built, (inputs, varied), (inputs, varied), out=tmp_path, epochs=4, monitor="val_r2")
    assert history.kept["val_r2"] == max(history["val_r2"])
