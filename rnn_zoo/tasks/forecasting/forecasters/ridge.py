"""Ridge: forecasts by ridge regression."""

import time
from typing import Any

import numpy as np

from rnn_zoo.series.windows import Windows
from rnn_zoo.tasks.forecasting.forecasters.forecaster import Forecaster
from rnn_zoo.types import Tensor

_PENALTIES = (1.0, 10.0, 100.0, 1_000.0, 10_000.0, 100_000.0)


class Ridge(Forecaster):
    """Ridge regression: one linear map per target, from its look-back and the known values ahead to all steps ahead.

        y_(T+h) = y_T + w_h . (x - y_T) + v_h . known + b_h        min |error|^2 + penalty |w, v|^2

    Similar to the linear models DLinear and NLinear of Zeng et al. It is fitted on all windows of the training part;
    the penalty of each target is chosen on the validation part.

    Args:
        coverage: fraction of the steps that an interval should cover, in (0, 1).
    Attributes:
        models: the fitted scikit-learn model of each target.
        penalties: the penalty of each target.

    Reference: Zeng et al. 2023, "Are transformers effective for time series forecasting?".
    """

    name = "ridge"

    def __init__(self, coverage: float = 0.9) -> None:
        super().__init__(coverage)
        self.models: list[Any] = []

    def fresh(self) -> "Ridge":
        return Ridge(self.coverage)

    def learn(self, windows: Windows) -> None:
        from sklearn import linear_model

        started = time.perf_counter()
        train, validation = windows.starts("train"), windows.starts("validation")
        self.models, self.penalties = [], []
        for target in range(len(windows.series.targets)):
            inputs, outputs = _inputs(windows, train, target), _outputs(windows, train, target)
            validation_inputs = _inputs(windows, validation, target)
            actual = _outputs(windows, validation, target)
            fitted = [linear_model.Ridge(penalty, solver="cholesky").fit(inputs, outputs) for penalty in _PENALTIES]
            errors = [
                np.mean((model.predict(validation_inputs).reshape(actual.shape) - actual) ** 2) for model in fitted
            ]
            best = int(np.argmin(errors))
            self.models.append(fitted[best])
            self.penalties.append(_PENALTIES[best])
        self.parameters = sum(model.coef_.size + np.size(model.intercept_) for model in self.models)
        self.train_seconds = time.perf_counter() - started

    def guess(self, windows: Windows, starts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        value = np.empty((len(starts), windows.horizon, len(self.models)), "float32")
        for target, model in enumerate(self.models):
            changes = model.predict(_inputs(windows, starts, target)).reshape(len(starts), windows.horizon)
            value[:, :, target] = changes + windows.values[starts - 1, target, None]
        return value, value, value


def _inputs(windows, starts, target):
    """<float32>[windows, lookback + horizon * known]."""
    past = windows.values[:, target][starts[:, None] + np.arange(-windows.lookback, 0)]
    past = past - past[:, -1:]
    return np.concatenate([past, windows.ahead(starts).reshape(len(starts), -1)], axis=1)


def _outputs(windows, starts, target):
    """<float32>[windows, horizon], the differences from the last value of the look-back."""
    future = windows.values[:, target][starts[:, None] + np.arange(windows.horizon)]
    return future - windows.values[starts - 1, target, None]
