import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from toy_run import At, ToyBatches, run

from rnn_zoo.files import atomic_file
from rnn_zoo.training import ArrayBatches, fit
from rnn_zoo.training.checkpoint import load_checkpoint

X = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
Y = X.sum(1, keepdims=True)


def line_model(optimizer="adam", rate=0.2):
    keras.utils.set_random_seed(0)
    layers = [keras.Input((3,)), keras.layers.Dense(4), keras.layers.Dropout(rate), keras.layers.Dense(1)]
    model = keras.Sequential(layers)
    # Step by step, because tracing would take most of these tests' time; the killed run is compiled.
    model.compile(optimizer, "mse", metrics=["mae"], run_eagerly=True)
    return model


def numbers(history):
    return {name: values for name, values in history.epochs.items() if name != "seconds"}


def assert_same_weights(one, other):
    for left, right in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)


def contents(folder):
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def interrupt():
    raise KeyboardInterrupt


@pytest.fixture(autouse=True)
def no_curves(monkeypatch):
    """Pictures take most of a tiny run's time; `finished`, made before this, has them."""
    monkeypatch.setattr(sys.modules["rnn_zoo.training.fit"], "draw_curves", lambda *_, **__: None)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "line"
    model = line_model()
    config = {"data": Path("reviews.csv"), "units": np.int64(8)}
    return out, model, fit(model, (X, Y), (X[:9], Y[:9]), out=out, epochs=3, config=config), config


@pytest.mark.long
def test_a_killed_run_ends_where_an_uninterrupted_one_ends(tmp_path, capsys):
    script = [sys.executable, str(Path(__file__).with_name("toy_run.py")), str(tmp_path / "killed"), "2", "2"]
    path = os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    killed = subprocess.run(script, capture_output=True, text=True, timeout=300, env={**os.environ, "PYTHONPATH": path})
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert killed.stdout.startswith("Device: ")
    assert json.loads((tmp_path / "killed/history.json").read_text())["finished"] is False
    model, history = run(tmp_path / "killed")
    assert f"Resuming {tmp_path / 'killed'} after epoch 2 of 4." in capsys.readouterr().out
    whole_model, whole_history = run(tmp_path / "whole")
    assert len(whole_history) == 4
    assert numbers(history) == numbers(whole_history)
    assert (history.best_epoch, history.finished) == (whole_history.best_epoch, True)
    assert_same_weights(model, whole_model)


@pytest.mark.parametrize("place", [(0, 1), (2, 0)])
def test_an_interrupted_run_without_validation_goes_on(tmp_path, place):
    runs = {}
    for name, callbacks in (("cut", [At(*place, interrupt)]), ("cut", []), ("whole", [])):
        model = line_model(keras.optimizers.SGD(0.05, momentum=0.9))
        try:
            history = fit(model, (X, Y), out=tmp_path / name, epochs=3, callbacks=callbacks)
        except KeyboardInterrupt:
            continue
        runs[name] = model, history
    assert numbers(runs["cut"][1]) == numbers(runs["whole"][1])
    assert_same_weights(runs["cut"][0], runs["whole"][0])


def test_data_that_does_not_know_its_epoch_is_shuffled_by_seed_and_epoch(tmp_path):
    class Plain(keras.utils.PyDataset):
        def __len__(self):
            return 10

        def __getitem__(self, index):
            return X[index * 4 : index * 4 + 4], Y[index * 4 : index * 4 + 4]

    whole, cut = line_model(), line_model()
    expected = fit(whole, Plain(), out=tmp_path / "whole", epochs=2)
    with pytest.raises(KeyboardInterrupt):
        fit(cut, Plain(), out=tmp_path / "cut", epochs=2, callbacks=[At(1, 3, interrupt)])
    assert numbers(fit(cut, Plain(), out=tmp_path / "cut", epochs=2)) == numbers(expected)


def test_one_seed_gives_one_result_and_another_seed_another(tmp_path):
    losses = [fit(line_model(), (X, Y), out=tmp_path / str(i), epochs=2, seed=i // 2)["loss"] for i in range(3)]
    assert losses[0] == losses[1] != losses[2]


def test_the_folder_holds_config_history_curves_and_model(finished):
    out, model, history, _ = finished
    assert sorted(contents(out)) == ["config.json", "curves.png", "history.csv", "history.json", "model.keras"]
    saved = json.loads((out / "config.json").read_text())
    assert saved["config"] == {"data": "reviews.csv", "units": 8}
    assert saved["training"]["clip_norm"] == 1.0
    assert saved["optimizer"]["class"] == "Adam"
    assert saved["made_with"]["keras"] == keras.__version__
    lines = (out / "history.csv").read_text().splitlines()
    assert lines[0] == "epoch,loss,mae,val_loss,val_mae,learning_rate,seconds"
    assert [float(line.split(",")[3]) for line in lines[1:]] == history["val_loss"]
    assert history.seconds > 0
    assert_same_weights(keras.saving.load_model(out / "model.keras"), model)


def test_a_finished_run_is_loaded_and_not_trained_again(finished, capsys, monkeypatch):
    out, model, history, config = finished
    before = contents(out)
    other = line_model()
    monkeypatch.setattr(other, "fit", None)
    again = fit(other, (X, Y), (X[:9], Y[:9]), out=out, epochs=3, config=config)
    assert again == history
    assert_same_weights(other, model)
    assert "finished after 3 epochs" in capsys.readouterr().out
    assert contents(out) == before


def test_another_runs_folder_is_refused_and_left_alone(finished):
    out, _, _, config = finished
    before = contents(out)
    model = line_model()
    weights = model.get_weights()
    with pytest.raises(ValueError, match=r"another run: config.units was 8, is now 9; training.epochs was 3"):
        fit(model, (X, Y), (X[:9], Y[:9]), out=out, epochs=5, config=config | {"units": 9})
    assert contents(out) == before
    np.testing.assert_array_equal(weights[0], model.get_weights()[0])


def test_settings_are_printed_and_progress_shown(tmp_path, capsys):
    fit(line_model(), (X, Y), out=tmp_path / "run", epochs=2, config={"cell": "lstm"})
    printed = capsys.readouterr().out
    assert "config.cell: lstm" in printed
    assert "training.clip_norm: 1.0" in printed
    assert "Epoch 1/2" in printed
    assert "2/2 - " in printed
    assert "Final weights: epoch 2 of 2" in printed


def test_a_terminal_gets_a_moving_bar_and_a_log_one_line_an_epoch(tmp_path, monkeypatch):
    seen = []
    model = line_model()
    monkeypatch.setattr(model, "fit", lambda *_, verbose, **__: seen.append(verbose))
    for live in (True, False):
        monkeypatch.setattr(sys.stdout, "isatty", lambda live=live: live, raising=False)
        fit(model, (X, Y), out=tmp_path / str(live), epochs=1)
    assert seen == [1, 2]


def test_early_stopping_keeps_the_best_epoch(tmp_path):
    model = line_model()
    # What is right in training is wrong in validation, so that the first epoch is the best.
    history = fit(model, (X, Y), (X, -9 * Y), out=tmp_path / "run", epochs=9, learning_rate=0.05)
    assert (history.best_epoch, len(history), history.stopped_early) == (1, 3, True)
    assert history.kept["val_loss"] == min(history["val_loss"])
    assert model.evaluate(X, -9 * Y, verbose=0)[0] == pytest.approx(history["val_loss"][0], rel=1e-5)


def test_patience_none_trains_all_epochs_and_keeps_the_last(tmp_path):
    model = line_model()
    history = fit(model, (X, Y), (X, -9 * Y), out=tmp_path / "run", epochs=4, learning_rate=0.05, patience=None)
    assert (history.best_epoch, len(history)) == (None, 4)
    assert model.evaluate(X, -9 * Y, verbose=0)[0] == pytest.approx(history["val_loss"][3], rel=1e-5)


def test_the_average_is_validated_and_kept_while_the_raw_weights_train_on(tmp_path):
    steps = []

    class Record(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            steps.append(self.model.get_weights())

    raw, averaged = line_model(), line_model()
    options = {"epochs": 3, "learning_rate": 0.05, "patience": 9}
    plain = fit(raw, (X, Y), (X, Y), out=tmp_path / "raw", **options)
    history = fit(averaged, (X, Y), (X, Y), out=tmp_path / "avg", weight_average=0.7, callbacks=[Record()], **options)
    assert history["loss"] == plain["loss"]
    assert history["val_loss"] != plain["val_loss"]
    expected = steps[0]
    for weights in steps[1 : 2 * history.best_epoch]:
        expected = [0.7 * average + 0.3 * weight for average, weight in zip(expected, weights, strict=True)]
    for average, kept in zip(expected, averaged.get_weights(), strict=True):
        np.testing.assert_allclose(average, kept, rtol=1e-5, atol=1e-6)
    assert averaged.evaluate(X, Y, verbose=0)[0] == pytest.approx(history.kept["val_loss"], rel=1e-5)


def test_the_model_has_its_own_optimizer_again_and_no_xla(finished):
    _, model, _, _ = finished
    assert model.optimizer.global_clipnorm is None
    assert not model.jit_compile


def test_leftovers_of_a_kill_are_removed(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    with atomic_file(tmp_path / "checkpoint.npz"):
        (writing,) = tmp_path.glob(".checkpoint.npz.*")
    (tmp_path / "checkpoint.npz").unlink()
    leftover = tmp_path / writing.name.replace(f"-{os.getpid()}-", f"-{dead.pid}-")
    leftover.write_text("half")
    fit(line_model(), (X, Y), out=tmp_path, epochs=1)
    assert not leftover.exists()


def test_the_learning_rate_that_a_callback_set_survives(tmp_path):
    def halve(epoch, rate):
        return rate / 2

    model = line_model()
    with pytest.raises(KeyboardInterrupt):
        callbacks = [keras.callbacks.LearningRateScheduler(halve), At(1, 0, interrupt)]
        fit(model, (X, Y), out=tmp_path, epochs=2, learning_rate=0.5, callbacks=callbacks)
    callbacks = [keras.callbacks.LearningRateScheduler(halve)]
    history = fit(line_model(), (X, Y), out=tmp_path, epochs=2, learning_rate=0.5, callbacks=callbacks)
    assert history["learning_rate"] == [0.25, 0.125]


def test_tf_data_trains(tmp_path):
    import tensorflow as tf

    data = tf.data.Dataset.from_tensor_slices((X, Y)).batch(10)
    assert len(fit(line_model(), data, data, out=tmp_path, epochs=1)) == 1


@pytest.mark.parametrize("precision", ["mixed_bfloat16", pytest.param("mixed_float16", marks=pytest.mark.long)])
def test_mixed_precision_trains_checkpoints_and_averages(tmp_path, precision):
    keras.config.set_dtype_policy(precision)
    model = line_model()
    data = (X, Y)
    with pytest.raises(KeyboardInterrupt):
        fit(model, data, data, out=tmp_path, epochs=2, weight_average=0.9, callbacks=[At(1, 0, interrupt)])
    history = fit(line_model(), data, data, out=tmp_path, epochs=2, weight_average=0.9)
    assert len(history) == 2
    assert json.loads((tmp_path / "config.json").read_text())["training"]["precision"] == precision


def test_tensorboard_logs_are_written(tmp_path):
    pytest.importorskip("tensorboard")
    fit(line_model(), (X, Y), out=tmp_path, epochs=1, tensorboard=True)
    assert list((tmp_path / "tensorboard").rglob("events.out.*"))


def test_missing_tensorboard_gives_a_hint(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r'pip install "rnn-zoo\[tensorboard\]"'):
        fit(line_model(), (X, Y), out=tmp_path / "run", tensorboard=True)
    assert not (tmp_path / "run").exists()


def unbuilt():
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(loss="mse")
    return model


def endless():
    import tensorflow as tf

    return tf.data.Dataset.from_tensors((X, Y)).repeat()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": lambda: keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])}, "`model` must be compiled"),
        ({"model": unbuilt}, "`model` must be built"),
        ({"epochs": 0}, "`epochs` must be a positive integer, got 0"),
        ({"patience": -1}, "`patience` must be a positive integer, got -1"),
        ({"clip_norm": 0}, "`clip_norm` must be a positive number, got 0"),
        ({"weight_average": 1.5}, "`weight_average` must be a number in"),
        ({"learning_rate": -1.0}, "`learning_rate` must be a positive number, got -1.0"),
        ({"seed": -1}, "`seed` must be an integer"),
        ({"train": lambda: None}, "`train` must be data"),
        ({"train": lambda: ((X, Y) for _ in range(2))}, "`train` is a generator"),
        ({"train": lambda: (X,)}, r"`train` must be \(inputs, targets"),
        ({"train": lambda: ToyBatches(0)}, "`train` has no batches"),
        ({"train": endless}, "`train` is infinite"),
        ({"validation": lambda: (X, Y[:3])}, "the same number of examples"),
        ({"model": lambda: line_model(keras.optimizers.SGD(clipvalue=0.5))}, r"already clips \(clipvalue=0.5\)"),
    ],
)
def test_bad_arguments_are_refused_before_anything_happens(tmp_path, change, message):
    made = {name: value() if callable(value) else value for name, value in change.items()}
    arguments = {"model": None, "train": (X, Y)} | made
    arguments["model"] = arguments["model"] or line_model()
    with pytest.raises(ValueError, match=message):
        fit(**arguments, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_checkpoint_of_another_model_is_refused(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        fit(line_model(), (X, Y), out=tmp_path, epochs=2, callbacks=[At(1, 0, interrupt)])
    # As many parameters, in other shapes.
    other = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dense(3), keras.layers.Dense(1)])
    other.compile("adam", "mse", metrics=["mae"])
    assert other.count_params() == line_model().count_params()
    with pytest.raises(ValueError, match="belongs to another model"):
        fit(other, (X, Y), out=tmp_path, epochs=2)


def test_the_checkpoint_of_a_run_loads_by_itself(tmp_path):
    model = line_model()
    with pytest.raises(KeyboardInterrupt):
        fit(model, ArrayBatches(X, Y), (X, Y), out=tmp_path, epochs=3, callbacks=[At(2, 0, interrupt)])
    model.optimizer.build(model.trainable_variables)
    best, state = load_checkpoint(tmp_path / "checkpoint.npz", model)
    assert len(best) == 4
    assert len(state["history"]["epochs"]["loss"]) == 2
