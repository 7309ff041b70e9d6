"""Training of any compiled Keras model, with checkpoints, resumption and early stopping."""

import importlib.util
import inspect
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras

from rnn_zoo.checks import positive_integer, positive_number
from rnn_zoo.training import run_folder
from rnn_zoo.training.array_batches import ArrayBatches
from rnn_zoo.training.array_checks import check_arrays
from rnn_zoo.training.callbacks import Keeper, StopOnNaN, Stopping
from rnn_zoo.training.checkpoint import load_checkpoint, load_weights, save_model
from rnn_zoo.training.curves import draw_curves
from rnn_zoo.training.history import History
from rnn_zoo.training.optimizer import AverageOnValidation, averaged_weights, describe_optimizer, run_optimizer
from rnn_zoo.training.prepare import check_seed
from rnn_zoo.types import Model


def fit(
    model: Model,
    train: Any,
    validation: Any = None,
    *,
    out: str | Path,
    epochs: int = 10,
    seed: int = 0,
    patience: int | None = 2,
    clip_norm: float | None = 1.0,
    weight_average: float | None = None,
    learning_rate: float | keras.optimizers.schedules.LearningRateSchedule | None = None,
    tensorboard: bool = False,
    config: dict[str, Any] | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    monitor: str = "val_loss",
    jit_compile: bool | None = None,
) -> History:
    """Trains a model and restores the weights of the best epoch. The same call resumes an interrupted run.

        w <- optimizer(w, g / max(1, |g| / clip_norm))        a <- weight_average a + (1 - weight_average) w

    After every epoch the state of the run (weights, optimizer, seed generators of dropout, early stopping, history) is
    written to one file in `out`, atomically. A resumed run ends with the same weights and history as an uninterrupted
    one if the order of `train` depends only on its attribute `epoch` (`ArrayBatches`, `rnn_zoo.text.Batches`) or is
    fixed. The shuffling of a `tf.data.Dataset` and callbacks with a state start anew. On a GPU the last bits may
    differ, because the order of summation is not fixed.

    `out` contains config.json, history.csv, history.json, curves.png, model.keras (the final weights, without the
    optimizer) and, until the run is finished, checkpoint.npz.

    Args:
        model: built and compiled keras.Model; it is trained with a new optimizer of the class that it is compiled with.
        train: keras.utils.PyDataset or tf.data.Dataset of (inputs, targets) or (inputs, targets, weights), or such a
            tuple of arrays, which is shuffled in batches of 32.
        validation: the same, not shuffled. Default None: no early stopping, and the model keeps the last weights.
        out: folder of the run.
        epochs: > 0, the largest number of passes over `train`. Default 10.
        seed: seed of the run in [0, 2**32); the initial weights depend on `prepare(seed)` instead. Default 0.
        patience: number of epochs without improvement of `monitor` after which training stops; the model then keeps
            the weights of the best epoch. Default 2; 0 or None: no early stopping, the model keeps the last weights.
        clip_norm: largest global norm of the gradients. Default 1.0; None: as compiled.
        weight_average: in (0, 1), decay per step of an exponential moving average of the weights. The averaged weights
            are validated and saved, the raw weights are trained. Default None: as compiled.
        learning_rate: > 0, or a LearningRateSchedule. Default None: as compiled.
        tensorboard: whether to write logs to `out`/tensorboard (needs the extra `tensorboard`). Default False.
        config: further settings that identify the run, such as those of its data and model; printed and saved.
        callbacks: Keras callbacks, called before those that save the run.
        monitor: name of the metric that decides which epoch is best. Default "val_loss".
        jit_compile: whether to compile the training step with XLA. Default None: no on TensorFlow, as compiled on other
            backends.
    Returns:
        the metrics per epoch. The model has the final weights. A finished run is not trained again but loaded.
    Raises:
        ValueError: an argument is invalid, arrays hold NaN or an id or label out of range, or `out` holds another run;
            nothing was trained or written.
        ImportError: `tensorboard` is True, but TensorBoard is not installed.
        FloatingPointError: the loss is NaN or infinite, or the gradients overflow float16 at every loss scale; names
            epoch, step, learning rate and what to try. The checkpoint of the previous epoch remains, and is finite.
    Reference: Pascanu et al. 2013, algorithm 1 (clipping); Polyak & Juditsky 1992 (averaging).
    """
    out = Path(out)
    _check(model, epochs, patience, clip_norm, weight_average, learning_rate, tensorboard)
    check_seed(seed)
    train = _data("train", train, seed, model, shuffle=True)
    validation = _data("validation", validation, seed, model, shuffle=False)
    training = {
        "epochs": epochs,
        "seed": seed,
        "patience": patience,
        "monitor": monitor,
        "clip_norm": clip_norm,
        "weight_average": weight_average,
        "precision": keras.config.dtype_policy().name,
        "batches": _length(train),
        "validation_batches": _length(validation),
    }
    with run_optimizer(
        model, learning_rate=learning_rate, clip_norm=clip_norm, weight_average=weight_average, jit_compile=jit_compile
    ):
        settings = {
            "config": config or {},
            "training": training,
            "model": {"parameters": model.count_params()},
            "optimizer": describe_optimizer(model.optimizer),
        }
        return _run(model, train, validation, out, run_folder.plain(settings), callbacks, tensorboard)


def _run(model, train, validation, out, settings, callbacks, tensorboard):
    training = settings["training"]
    epochs, patience = training["epochs"], training["patience"]
    same_run = run_folder.check_folder(out, settings)
    history = History.read(out) if same_run else None
    if history and history.finished:
        load_weights(out / run_folder.MODEL, model)
        print(f"{out} holds this run, finished after {len(history)} epochs: its result is loaded.")
        return history

    out.mkdir(parents=True, exist_ok=True)
    run_folder.remove_leftovers(out)
    run_folder.write_config(out, settings)
    history, best, state = History(), None, {}
    if (out / run_folder.CHECKPOINT).exists():
        best, state = load_checkpoint(out / run_folder.CHECKPOINT, model)
        history = History(**state["history"])
        print(f"Resuming {out} after epoch {len(history)} of {epochs}.")
    else:
        print(f"Training in {out}:")
        run_folder.show({key: settings[key] for key in ("config", "training", "model")})

    stopping = (
        Stopping(training["monitor"], patience, state.get("stopping")) if validation is not None and patience else None
    )
    keeper = Keeper(out, train, training["seed"], history, stopping, best)
    # The keeper is last, so that its checkpoint includes changes by other callbacks, such as a new learning rate.
    all_callbacks = [StopOnNaN(out, training["clip_norm"]), AverageOnValidation(), *callbacks]
    if tensorboard:
        all_callbacks.append(keras.callbacks.TensorBoard(str(out / "tensorboard")))
    all_callbacks += [stopping, keeper] if stopping else [keeper]
    try:
        if len(history) < epochs and not history.stopped_early:
            model.fit(
                train,
                validation_data=validation,
                initial_epoch=len(history),
                epochs=epochs,
                callbacks=all_callbacks,
                # Data with an attribute `epoch` shuffles itself; Keras shuffles other data with the epoch's seed.
                shuffle=isinstance(train, keras.utils.PyDataset) and not hasattr(train, "epoch"),
                verbose=1 if _is_live() else 2,
            )
    finally:
        if len(history):
            unit = "nats per example" if "crossentropy" in str(_loss_name(model)).lower() else ""
            draw_curves(history, out / run_folder.CURVES, title=out.name, loss_unit=unit)
    _finish(model, out, history, keeper.best)
    return history


def _finish(model, out, history, best):
    if best is None:
        with averaged_weights(model):
            best = model.get_weights()
    model.set_weights(best)
    save_model(out / run_folder.MODEL, model)
    history.finished = True
    history.write(out)
    (out / run_folder.CHECKPOINT).unlink(missing_ok=True)  # last, so that the run can be resumed until here
    metrics = ", ".join(f"{name} {value:.4g}" for name, value in history.kept.items())
    print(f"Final weights: epoch {history.best_epoch or len(history)} of {len(history)} ({metrics})")


def _check(model, epochs, patience, clip_norm, weight_average, learning_rate, tensorboard):
    if not getattr(model, "compiled", False):
        raise ValueError(
            "`model` must be compiled: call `model.compile(optimizer, loss, metrics)`, or build it with "
            "`rnn_zoo.topologies`, which compile it with the loss of its head."
        )
    if not model.built:
        raise ValueError("`model` must be built: give it a keras.Input, or call it once on a batch.")
    positive_integer("epochs", epochs)
    if patience:
        positive_integer("patience", patience)
    if clip_norm is not None:
        positive_number("clip_norm", clip_norm)
    if weight_average is not None and not 0 < positive_number("weight_average", weight_average) < 1:
        raise ValueError(f"`weight_average` must be a number in (0, 1), got {weight_average!r}.")
    if learning_rate is not None and not isinstance(learning_rate, keras.optimizers.schedules.LearningRateSchedule):
        positive_number("learning_rate", learning_rate)
    if tensorboard and importlib.util.find_spec("tensorboard") is None:
        raise ImportError('`tensorboard=True` needs TensorBoard: pip install "rnn-zoo[tensorboard]"')


def _data(name, data, seed, model, shuffle):
    if data is None:
        if name == "train":
            raise ValueError("`train` must be data, got None.")
        return None
    if inspect.isgenerator(data):
        raise ValueError(f"`{name}` is a generator, which can be read only once. Give a keras.utils.PyDataset.")
    if isinstance(data, (tuple, list)):
        if len(data) not in (2, 3):
            raise ValueError(
                f"`{name}` must be (inputs, targets) or (inputs, targets, weights), got {len(data)} parts."
            )
        data = ArrayBatches(*data, shuffle=shuffle, seed=seed)
    if isinstance(data, ArrayBatches):
        check_arrays(name, data.parts, model)
    if _length(data) == 0:
        raise ValueError(f"`{name}` has no batches.")
    if hasattr(data, "cardinality") and int(data.cardinality()) == -1:
        raise ValueError(f"`{name}` is infinite: remove its `repeat()`; `epochs` sets the number of passes.")
    return data


def _length(data):
    try:
        return len(data)
    except (TypeError, NotImplementedError):  # no data, or a tf.data.Dataset of unknown or infinite length
        return None


def _loss_name(model):
    loss = getattr(model, "loss", None)
    return getattr(loss, "name", loss)


def _is_live():
    # An animated progress bar needs a terminal or a notebook; a log file gets one line per epoch.
    return sys.stdout.isatty() or "ipykernel" in sys.modules
