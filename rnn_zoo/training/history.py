"""What a run measured, epoch by epoch: in memory, as JSON and as CSV."""

import csv
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rnn_zoo.files import atomic_file


@dataclass
class History:
    """The numbers of a run, one list entry an epoch.

    Attributes:
        epochs: dict of equally long lists of floats: "loss", the metrics, the same with "val_", "learning_rate" (at the
            end of the epoch) and "seconds" (wall time of the epoch, validation included).
        best_epoch: int, the epoch (from 1) whose weights the model keeps; None without early stopping: the last one.
        stopped_early: bool, the run stopped before its last epoch.
        finished: bool, the run came to its end; False for one that can be resumed.
    """

    epochs: dict[str, list[float]] = field(default_factory=dict)
    best_epoch: int | None = None
    stopped_early: bool = False
    finished: bool = False

    def __getitem__(self, name: str) -> Any:
        return self.epochs[name]

    def __len__(self) -> int:
        return len(next(iter(self.epochs.values()), ()))

    @property
    def seconds(self) -> Any:
        """float, the wall time of all epochs in seconds."""
        return sum(self.epochs.get("seconds", ()))

    @property
    def kept(self) -> dict[str, Any]:
        """dict, the numbers of the epoch whose weights the model keeps; empty before the first."""
        if not len(self):
            return {}
        index = (self.best_epoch or len(self)) - 1
        return {name: values[index] for name, values in self.epochs.items()}

    def append(self, numbers: Any) -> None:
        """Adds one epoch, a dict of floats with the same names every time."""
        for name, value in numbers.items():
            self.epochs.setdefault(name, []).append(float(value))

    def as_dict(self) -> dict[str, Any]:
        """Returns everything as a dict of plain values; `History(**that)` is the way back."""
        return {
            "epochs": {name: list(values) for name, values in self.epochs.items()},
            "best_epoch": self.best_epoch,
            "stopped_early": self.stopped_early,
            "finished": self.finished,
        }

    def write(self, folder: str | Path) -> None:
        """Writes history.csv and then history.json to `folder`, each atomically."""
        with atomic_file(Path(folder) / "history.csv", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["epoch", *self.epochs])
            writer.writerows([number + 1, *row] for number, row in enumerate(zip(*self.epochs.values(), strict=True)))
        with atomic_file(Path(folder) / "history.json") as file:
            json.dump(self.as_dict(), file, indent=1)

    @classmethod
    def read(cls, folder: str | Path) -> Any:
        """Returns the history in `folder`/history.json, or None where there is none."""
        try:
            return cls(**json.loads((Path(folder) / "history.json").read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
