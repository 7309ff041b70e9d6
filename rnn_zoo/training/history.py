"""Metrics of a run per epoch, with reading and writing as JSON and CSV."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rnn_zoo.files import atomic_file
from rnn_zoo.files.reading import read_json, reading


@dataclass
class History:
    """The metrics of a run, one value per epoch.

    Attributes:
        epochs: name -> one value per epoch: "loss", the metrics, the same of the validation data with the prefix
            "val_", "learning_rate" (at the end of the epoch) and "seconds" (wall time, including validation).
        best_epoch: the best epoch, from 1, whose weights the model keeps; None without early stopping, where the model
            keeps the last weights.
        stopped_early: whether the run stopped before its last epoch.
        finished: whether the run is complete; False if it can be resumed.
    """

    epochs: dict[str, list[float]] = field(default_factory=dict)
    best_epoch: int | None = None
    stopped_early: bool = False
    finished: bool = False

    def __getitem__(self, name: str) -> list[float]:
        return self.epochs[name]

    def __len__(self) -> int:
        return len(next(iter(self.epochs.values()), ()))

    @property
    def seconds(self) -> float:
        """Wall time of all epochs in seconds."""
        return sum(self.epochs.get("seconds", ()))

    @property
    def kept(self) -> dict[str, float]:
        """The metrics of the epoch whose weights the model keeps; empty before the first epoch."""
        if not len(self):
            return {}
        index = (self.best_epoch or len(self)) - 1
        return {name: values[index] for name, values in self.epochs.items()}

    def append(self, metrics: Mapping[str, float]) -> None:
        """Adds the metrics of one epoch, which have the same names in every epoch."""
        for name, value in metrics.items():
            self.epochs.setdefault(name, []).append(float(value))

    def as_dict(self) -> dict[str, Any]:
        """The history as JSON values; `History(**values)` restores it."""
        return {
            "epochs": {name: list(values) for name, values in self.epochs.items()},
            "best_epoch": self.best_epoch,
            "stopped_early": self.stopped_early,
            "finished": self.finished,
        }

    def write(self, folder: str | Path) -> None:
        """Writes history.csv, then history.json to a folder, each atomically."""
        with atomic_file(Path(folder) / "history.csv", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["epoch", *self.epochs])
            writer.writerows([number + 1, *row] for number, row in enumerate(zip(*self.epochs.values(), strict=True)))
        with atomic_file(Path(folder) / "history.json") as file:
            json.dump(self.as_dict(), file, indent=1)

    @classmethod
    def read(cls, folder: str | Path) -> "History | None":
        """Reads `folder`/history.json; None if the file does not exist."""
        path = Path(folder) / "history.json"
        if not path.exists():
            return None
        saved = read_json(path, dict)
        with reading(path, "the history of a run", "Delete the folder to train from the start."):
            return cls(**saved)
