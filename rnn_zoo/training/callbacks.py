"""Callbacks of a run: stop on NaN, early stopping, checkpoints."""

import math
import random
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np

from rnn_zoo.training import run_folder
from rnn_zoo.training.checkpoint import save_checkpoint, save_model
from rnn_zoo.training.history import History
from rnn_zoo.training.optimizer import averaged_weights, current_learning_rate, loss_scale

# Gradients that overflow float16 at a loss scale of 1 overflow without any scaling, so a smaller scale does not help.
_LEAST_LOSS_SCALE = 1.0


class StopOnNaN(keras.callbacks.Callback):
    """Stops a run if the loss is NaN or infinite, or if the gradients overflow float16 at every loss scale.

    Under mixed_float16, Keras skips each step whose gradients overflow and halves the loss scale. It does so without a
    limit and without a warning.

    Args:
        out: folder of the run, for the error message.
        clip_norm: gradient norm of the run, for the error message.
    Raises:
        FloatingPointError: names epoch, step, learning rate and what to try.
    """

    def __init__(self, out: Path, clip_norm: float | None) -> None:
        super().__init__()
        self.out = out
        self.clip_norm = clip_norm
        self.epoch = 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.epoch = epoch

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        # Keras reports the mean over the epoch so far, which stays NaN or infinite after the first such step.
        self._check_loss(logs, "loss", f"step {batch + 1}: the training loss")
        # On JAX the optimizer's variables are updated only at the end of the epoch.
        if keras.backend.backend() == "tensorflow":
            self._check_scale(f"step {batch + 1}")

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._check_loss(logs, "val_loss", "the validation loss")
        self._check_scale("the last step")

    def _check_loss(self, logs, name, where):
        loss = float((logs or {}).get(name, 0.0))
        if not math.isfinite(loss):
            self._stop(f"{where} is {loss}")

    def _check_scale(self, where):
        scale = loss_scale(self.model)
        if scale is not None and scale < _LEAST_LOSS_SCALE:
            self._stop(
                f"{where}: the gradients overflow float16 even at a loss scale of {2 * scale:g}, so every update is "
                "skipped"
            )

    def _stop(self, problem):
        checkpoint = (
            f"{self.out / run_folder.CHECKPOINT} holds the state after epoch {self.epoch}."
            if self.epoch
            else "No checkpoint was written."
        )
        precision = (
            'precision="float32"'
            if loss_scale(self.model) is None
            else 'precision="mixed_bfloat16", which has the range of float32 (float16 ends at 65,504),'
        )
        raise FloatingPointError(
            f"Epoch {self.epoch + 1}, {problem}. The learning rate was {current_learning_rate(self.model):g} and "
            f"`clip_norm` was {self.clip_norm}. Try a smaller `learning_rate`, a smaller `clip_norm` or {precision} "
            f"with another `out`, and check the data for NaN. {checkpoint}"
        )


class Stopping(keras.callbacks.EarlyStopping):
    """Keras's early stopping with a state that can be saved and restored. `Keeper` stores the best weights.

    Args:
        monitor: name of the metric that decides which epoch is best.
        patience: number of epochs without improvement after which training stops.
        state: the state to continue from, see `state()`; None to start anew.
    Raises:
        ValueError: after the first step, if no metric is called `monitor`.
    """

    def __init__(self, monitor: str, patience: int, state: dict[str, Any] | None = None) -> None:
        super().__init__(monitor=monitor, patience=patience)
        self.saved = state
        self.checked = False

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        super().on_train_begin(logs)
        if self.saved:
            self.best, self.best_epoch, self.wait = (self.saved[name] for name in ("best", "best_epoch", "wait"))

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        # The names are known after one step, so a misspelt `monitor` is reported before the epoch is over.
        if not self.checked:
            self.checked = True
            names = [*(logs or {}), *(f"val_{name}" for name in logs or {})]
            if self.monitor not in names:
                raise ValueError(f"`monitor` must be one of {', '.join(names)}; got {self.monitor!r}.")

    def state(self) -> dict[str, Any]:
        """The state as JSON values: `best`, `best_epoch` (from 0) and `wait` (epochs without improvement)."""
        return {"best": float(self.best), "best_epoch": int(self.best_epoch), "wait": self.wait}


class Keeper(keras.callbacks.Callback):
    """Seeds every epoch, and saves history, best weights and checkpoint at its end.

    Args:
        out: folder of the run.
        train: the training data; its attribute `epoch`, if it has one, is set at the start of every epoch.
        seed: seed of the run; each epoch uses a seed derived from it.
        history: one entry is appended per epoch.
        stopping: the early stopping of the run; None for none.
        best: the best weights so far, in the order of `model.get_weights()`; None for none.
    """

    def __init__(
        self,
        out: Path,
        train: Any,
        seed: int,
        history: History,
        stopping: Stopping | None,
        best: list[np.ndarray] | None,
    ) -> None:
        super().__init__()
        self.out = out
        self.train = train
        self.seed = seed
        self.history = history
        self.stopping = stopping
        self.best = best

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.started = time.perf_counter()
        # Data that uses the random numbers of Python or NumPy is the same in epoch e, resumed or not. TensorFlow is not
        # seeded, because that discards its compiled steps; layers use seed generators, which the checkpoint includes.
        epoch_seed = int(np.random.SeedSequence([self.seed, epoch]).generate_state(1)[0])
        random.seed(epoch_seed)
        np.random.seed(epoch_seed)
        if hasattr(self.train, "epoch"):
            self.train.epoch = epoch

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        metrics = {**(logs or {}), "learning_rate": current_learning_rate(self.model)}
        self.history.append({**metrics, "seconds": time.perf_counter() - self.started})
        self.history.stopped_early = bool(self.model.stop_training) and epoch + 1 < self.params["epochs"]
        if self.stopping:
            self.history.best_epoch = self.stopping.best_epoch + 1
            if self.stopping.best_epoch == epoch:
                with averaged_weights(self.model):
                    self.best = self.model.get_weights()
                    save_model(self.out / run_folder.MODEL, self.model)
        state = {"history": self.history.as_dict(), "stopping": self.stopping.state() if self.stopping else None}
        save_checkpoint(self.out / run_folder.CHECKPOINT, self.model, self.best, state)
        self.history.write(self.out)
