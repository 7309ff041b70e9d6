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
        self.parameters = self.model.count_params()
        self.train_seconds = history.seconds

    def guess(self, windows: Windows, starts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        data = WindowBatches(windows, starts, self.batch_size, with_known=self._with_known)
        quantiles = self.model.predict(data, verbose=0)
        return quantiles[..., middle_of(self.levels)], quantiles[..., 0], quantiles[..., -1]

    @property
    def _with_known(self):
        return len(self.model.inputs) > 1

    def inspected_model(self, given: Any) -> Model:
        """The model to inspect: with calibrated intervals for `Windows`, as exported; the network for arrays.

        Args:
            given: the inputs of the inspection, `Windows` or the arrays that the network takes.
        """
        from rnn_zoo.tasks.forecasting.export import raw_model  # here, because it imports `Forecaster`

        return raw_model(self, given) if self.margins is not None and hasattr(given, "series") else self.model
