"""Training of any compiled Keras model: the one place where a run starts, goes on and ends."""

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
    patience: int = 2,
    clip_norm: float | None = 1.0,
    weight_average: float | None = None,
    learning_rate: Any = None,
    tensorboard: bool = False,
    config: dict[str, Any] | None = None,
    callbacks: Sequence[Any] = (),
    monitor: str = "val_loss",
    jit_compile: bool | None = None,
) -> Any:
    """Trains a model, keeps the best epoch, and goes on where it was killed when the same call is made again.

        w <- optimizer(w, g / max(1, |g| / clip_norm))        a <- weight_average a + (1 - weight_average) w

    After every epoch the weights, the optimizer, the seed generators (dropout), the early stopping and the history go
    to `out` in one atomic file; a run that goes on from it ends with the weights and the history of one that was never
    killed, provided that the order of `train` depends on its attribute `epoch` alone (`ArrayBatches`,
    `rnn_zoo.text.Batches`) or not at all. A `tf.data` shuffle and callbacks with a state of their own start over. On a
    GPU, sums in no fixed order may differ in their last bits.

    Written to `out`: config.json, history.csv, history.json, curves.png, model.keras (the kept weights, without the
    optimizer) and, until the run is finished, checkpoint.npz.

    Args:
        model: built and compiled keras.Model; it is given a fresh optimizer of the kind it was compiled with.
        train: keras.utils.PyDataset or tf.data.Dataset of (inputs, targets) or (inputs, targets, weights), or such a
            tuple of arrays, which is shuffled in batches of 32.
        validation: the same, never shuffled; None (default): no early stopping, the last weights are kept.
        out: folder of the run.
        epochs: int > 0, at most so many passes over `train`. Default 10.
        seed: int, of every random draw of the run; the initial weights come from `prepare(seed)`. Default 0.
        patience: int, epochs without a better `monitor` after which the run stops; the best epoch's weights are kept.
            0 or None: all epochs are trained and the last weights are kept. Default 2.
        clip_norm: float, the norm to which the gradients, taken as one vector, are clipped. Default 1.0; None: as
            compiled.
        weight_average: float in (0, 1), decay a step of an exponential average of the weights, which is what is
            validated and kept; training goes on from the raw weights. Default None: no average.
        learning_rate: float or keras LearningRateSchedule. Default None: as compiled.
        tensorboard: bool, write logs to `out`/tensorboard (extra `tensorboard`). Default False.
        config: dict of what else makes this run what it is; printed and saved.
        callbacks: keras callbacks, called before the run's own.
        monitor: name of the number that decides which epoch is best. Default "val_loss".
        jit_compile: bool, XLA; None (default): off on TensorFlow, as compiled elsewhere.
    Returns:
        History. The model holds the kept weights. A finished run is not trained again: its result is loaded.
    Raises:
        ValueError: an argument, or `out` holds another run; nothing was trained or written.
        ImportError: `tensorboard` is wanted and not installed.
        FloatingPointError: the loss is NaN or infinite, or gradients overflow float16 at any scale of the loss; names
            epoch, step, learning rate and what to try. What was kept before is finite.
    Reference: Pascanu et al. 2013, algorithm 1 (clipping); Polyak & Juditsky 1992 (averaging).
    """
    out = Path(out)
    _check(model, epochs, patience, clip_norm, weight_average, learning_rate, tensorboard)
    check_seed(seed)
    train = _data("train", train, seed, shuffle=True)
    validation = _data("validation", validation, seed, shuffle=False)
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
    known = run_folder.check_folder(out, settings)
    history = History.read(out) if known else None
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
    # The keeper comes last, so that its checkpoint holds what the others changed, a learning rate for one.
    watching = [StopOnNaN(out, training["clip_norm"]), AverageOnValidation(), *callbacks]
    if tensorboard:
        watching.append(keras.callbacks.TensorBoard(str(out / "tensorboard")))
    watching += [stopping, keeper] if stopping else [keeper]
    try:
        if len(history) < epochs and not history.stopped_early:
            model.fit(
                train,
                validation_data=validation,
                initial_epoch=len(history),
                epochs=epochs,
                callbacks=watching,
                # Batches that know their epoch shuffle by themselves; Keras shuffles the rest by this epoch's seed.
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
    (out / run_folder.CHECKPOINT).unlink(missing_ok=True)  # last: until here the same call can still end the run
    numbers = ", ".join(f"{name} {value:.4g}" for name, value in history.kept.items())
    print(f"Kept epoch {history.best_epoch or len(history)} of {len(history)}: {numbers}")


def _check(model, epochs, patience, clip_norm, weight_average, learning_rate, tensorboard):
    if not getattr(model, "compiled", False):
        raise ValueError(
            "`model` must be compiled: call `model.compile(optimizer, loss, metrics)`, or build it with a head that "
            "brings its loss."
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


def _data(name, data, seed, shuffle):
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
    if _length(data) == 0:
        raise ValueError(f"`{name}` holds no batch.")
    if hasattr(data, "cardinality") and int(data.cardinality()) == -1:
        raise ValueError(f"`{name}` never ends: leave out its `repeat()`, `epochs` does that.")
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
    # A bar that moves needs a terminal or a notebook; a log file gets a line an epoch.
    return sys.stdout.isatty() or "ipykernel" in sys.modules
