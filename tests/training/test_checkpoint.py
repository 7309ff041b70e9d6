import keras
import numpy as np
import pytest

from rnn_zoo.training.checkpoint import load_checkpoint, load_weights, save_checkpoint, save_model

X = np.ones((4, 3), "float32")


def model(units=2):
    built = keras.Sequential([keras.Input((3,)), keras.layers.Dropout(0.5), keras.layers.Dense(units)])
    built.compile("adam", "mse", run_eagerly=True)
    built.optimizer.build(built.trainable_variables)
    return built


def train(built):
    return [built.train_on_batch(X, np.zeros((4, 2))) for _ in range(3)]


def test_training_goes_on_exactly_dropout_included(tmp_path):
    whole = model()
    train(whole)
    best = whole.get_weights()
    save_checkpoint(tmp_path / "c.npz", whole, best, {"epoch": 3, "loss": [0.1]})
    expected = train(whole)
    other = model()
    kept, state = load_checkpoint(tmp_path / "c.npz", other)
    assert train(other) == expected
    assert state == {"epoch": 3, "loss": [0.1]}
    np.testing.assert_array_equal(kept[0], best[0])


def test_no_best_weights_come_back_as_none(tmp_path):
    save_checkpoint(tmp_path / "c.npz", model(), None, {})
    assert load_checkpoint(tmp_path / "c.npz", model()) == (None, {})


@pytest.mark.parametrize("keep", [0, 10, 700])
def test_a_damaged_file_is_named(tmp_path, keep):
    path = tmp_path / "c.npz"
    save_checkpoint(path, model(), None, {})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(
        ValueError, match=r"c.npz is not a checkpoint, or is damaged .* Delete it to train from the start"
    ):
        load_checkpoint(path, model())


def test_another_models_file_is_refused_and_changes_nothing(tmp_path):
    save_checkpoint(tmp_path / "c.npz", model(units=5), None, {})
    built = model()
    before = built.get_weights()
    with pytest.raises(
        ValueError, match=r"with shape \(3, 5\), but this model has shape \(3, 2\): it belongs to another model"
    ):
        load_checkpoint(tmp_path / "c.npz", built)
    np.testing.assert_array_equal(before[0], built.get_weights()[0])


def test_a_saved_model_has_weights_and_no_optimizer(tmp_path, recwarn):
    built = model()
    train(built)
    save_model(tmp_path / "model.keras", built)
    assert built.compiled
    assert built.optimizer.built
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.predict(X, verbose=0), built.predict(X, verbose=0))
    other = model()
    load_weights(tmp_path / "model.keras", other)
    np.testing.assert_array_equal(other.get_weights()[0], built.get_weights()[0])
    assert not [warning for warning in recwarn if "optimizer" in str(warning.message)]
    assert [path.name for path in tmp_path.iterdir()] == ["model.keras"]
