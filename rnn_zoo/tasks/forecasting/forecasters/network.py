"""Network: a Keras model as a forecaster."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rnn_zoo import training
from rnn_zoo.checks import positive_integer
from rnn_zoo.layers.heads.quantiles import middle_of
from rnn_zoo.series.batches import WindowBatches
from rnn_zoo.series.windows import Windows
from rnn_zoo.tasks.forecasting.forecasters.forecaster import Forecaster
from rnn_zoo.types import Model, Tensor


class Network(Forecaster):
    """A Keras model that forecasts quantiles, trained by `rnn_zoo.training.fit`.

    Args:
        name: name in reports.
        build: function from `Windows` to a compiled model from <float>[batch, lookback, features], and optionally a
            second input "known" <float>[batch, horizon, known], to <float>[batch, horizon, targets, levels].
        levels: quantile levels of the model, ascending. The interval lies between the first and the last level; their
            difference is the coverage.
        out: folder of the run.
        batch_size: number of windows per training step, > 0.
        stride: number of steps between training windows, > 0.
        options: further arguments of `rnn_zoo.training.fit`: epochs, seed, patience, learning_rate, ...
    Attributes:
        model: the trained model; None before `fit`.
        best_epoch: the epoch whose weights it has, from 1; None before `fit`, and without early stopping.
    Raises:
        ValueError: `levels` or `stride` is out of range.
    """

    def __init__(
        self,
        name: str,
        build: Callable[[Windows], Model],
        levels: Sequence[float],
        out: str | Path,
        *,
        batch_size: int = 32,
        stride: int = 1,
        **options: Any,
    ) -> None:
        super().__init__(round(levels[-1] - levels[0], 12))
        self.name = name
        self.build = build
        self.levels = tuple(levels)
        self.out = Path(out)
        self.batch_size = batch_size
        self.stride = positive_integer("stride", stride)
        self.options = options
        self.model: Model = None
        self.refits = 0
        self.best_epoch: int | None = None

    def fresh(self) -> "Network":
        self.refits += 1
        out = self.out / f"refit_{self.refits}"
        sizes: dict[str, Any] = {"batch_size": self.batch_size, "stride": self.stride}
        return Network(self.name, self.build, self.levels, out, **sizes, **self.options)

    def learn(self, windows: Windows) -> None:
        self.model = self.build(windows)
        options = {"batch_size": self.batch_size, "with_known": self._with_known}
        starts = windows.starts("train")[:: self.stride]
        train = WindowBatches(windows, starts, **options, shuffle=True, seed=self.options.get("seed", 0))
        validation = WindowBatches(windows, windows.starts("validation"), **options)
        history = training.fit(self.model, train, validation, out=self.out, **self.options)
        self.best_epoch = history.best_epoch
        self.parameters = self.model.count_params()
        self.train_seconds = history.seconds

    def refit(self, windows: Windows) -> None:
        """Trains a new network for as many epochs as were best, on windows without a validation part.

        Args:
            windows: windows whose validation part is joined to the training part.
        """
        self.model = self.build(windows)
        starts = windows.starts("train")[:: self.stride]
        batches = {"batch_size": self.batch_size, "with_known": self._with_known, "shuffle": True}
        train = WindowBatches(windows, starts, **batches, seed=self.options.get("seed", 0))
        options = {**self.options, "epochs": self.best_epoch or self.options["epochs"], "patience": 0}
        history = training.fit(self.model, train, out=self.out.with_name(f"{self.out.name}_refitted"), **options)
        self.train_seconds = (self.train_seconds or 0) + history.seconds

    def guess(self, windows: Windows, starts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        data = WindowBatches(windows, starts, self.batch_size, with_known=self._with_known)
        quantiles = self.model.predict(data, verbose=0)
        return quantiles[..., middle_of(self.levels)], quantiles[..., 0], quantiles[..., -1]

    @property
    def _with_known(self):
        return len(self.model.inputs) > 1
