"""The callbacks that watch a run and keep it: not-a-number losses, the best epoch, the checkpoint."""

import math
import random
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np

from rnn_zoo.training import run_folder
from rnn_zoo.training.checkpoint import save_checkpoint, save_model
from rnn_zoo.training.optimizer import averaged_weights, current_learning_rate, loss_scale

# Gradients that overflow float16 at a loss scale of 1 overflow by themselves: no smaller scale gives a usable step.
_LEAST_LOSS_SCALE = 1.0


class StopOnNaN(keras.callbacks.Callback):
    """Stops a run whose loss is no longer a finite number, or whose gradients overflow float16 at any loss scale.

    Keras leaves out the steps whose gradients overflow float16, and halves the scale of the loss, without end and
    without a word.

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

    def on_train_batch_end(self, batch: Any, logs: dict[str, Any] | None = None) -> None:
        # Keras gives the mean since the epoch began, which stays NaN or infinite from the first such step on.
        self._check_loss(logs, "loss", f"step {batch + 1}: the training loss")
        if keras.backend.backend() == "tensorflow":  # JAX gives the optimizer its state back when the epoch ends
            self._check_scale(f"step {batch + 1}")

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._check_loss(logs, "val_loss", "the validation loss")
        self._check_scale("its last step")

    def _check_loss(self, logs, name, where):
        loss = float((logs or {}).get(name, 0.0))
        if not math.isfinite(loss):
            self._stop(f"{where} is {loss}")

    def _check_scale(self, where):
        scale = loss_scale(self.model)
        if scale is not None and scale < _LEAST_LOSS_SCALE:
            self._stop(
                f"{where}: the gradients overflow float16 even at a loss scale of {2 * scale:g}, no step is taken"
            )

    def _stop(self, what):
        kept = (
            f"{self.out / run_folder.CHECKPOINT} holds the state after epoch {self.epoch}"
            if self.epoch
            else "nothing was kept"
        )
        precision = (
            'precision="float32"'
            if loss_scale(self.model) is None
            else 'precision="mixed_bfloat16", which reaches as far as float32 (float16 ends at 65,504)'
        )
        raise FloatingPointError(
            f"Epoch {self.epoch + 1}, {what}; the learning rate was {current_learning_rate(self.model):g}, "
            f"`clip_norm` {self.clip_norm}. Try a smaller `learning_rate`, a smaller `clip_norm` or {precision}, in "
            f"another `out`, and look for NaN in the data; {kept}."
        )


class Stopping(keras.callbacks.EarlyStopping):
    """Keras's early stopping, whose state can be saved and put back; the weights are kept by `Keeper`."""

    def __init__(self, monitor: str, patience: int, state: Any = None) -> None:
        super().__init__(monitor=monitor, patience=patience)
        self.saved = state
        self.checked = False

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        super().on_train_begin(logs)
        if self.saved:
            self.best, self.best_epoch, self.wait = (self.saved[name] for name in ("best", "best_epoch", "wait"))

    def on_train_batch_end(self, batch: Any, logs: dict[str, Any] | None = None) -> None:
        # After one step the names are known; a misspelt one must not cost an epoch.
        if not self.checked:
            self.checked = True
            names = [*(logs or {}), *(f"val_{name}" for name in logs or {})]
            if self.monitor not in names:
                raise ValueError(f"`monitor` must be one of {', '.join(names)}; got {self.monitor!r}.")

    def state(self) -> dict[str, Any]:
        """Returns the state as a dict of plain values."""
        return {"best": float(self.best), "best_epoch": int(self.best_epoch), "wait": self.wait}


class Keeper(keras.callbacks.Callback):
    """Starts every epoch in a known state and keeps what it gave: history, best weights, checkpoint.

    Args:
        out: Path of the run's folder.
        train: the training data; its `epoch`, where it has one, is set at the start of every epoch.
        seed: int, from which each epoch's own seed is derived.
        history: History, appended to.
        stopping: Stopping, or None.
        best: list of arrays, the best weights so far, or None.
    """

    def __init__(self, out: Path, train: Any, seed: int, history: Any, stopping: Any, best: Any) -> None:
        super().__init__()
        self.out = out
        self.train = train
        self.seed = seed
        self.history = history
        self.stopping = stopping
        self.best = best

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.started = time.perf_counter()
        # Data that draws from Python or NumPy draws the same in epoch e, resumed or not. TensorFlow is left alone:
        # seeding it throws its compiled steps away, and layers draw from seed generators, which the checkpoint holds.
        number = int(np.random.SeedSequence([self.seed, epoch]).generate_state(1)[0])
        random.seed(number)
        np.random.seed(number)
        if hasattr(self.train, "epoch"):
            self.train.epoch = epoch

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        numbers = {**(logs or {}), "learning_rate": current_learning_rate(self.model)}
        self.history.append({**numbers, "seconds": time.perf_counter() - self.started})
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
