"""Ridge: forecasts by ridge regression."""

import time
import warnings
from typing import Any

import numpy as np
from scipy.linalg import LinAlgWarning

from rnn_zoo.series.windows import Windows
from rnn_zoo.tasks.forecasting.forecasters.linear import Linear, Weights

_FEW = 10  # validation windows
_MOST_WINDOWS = 60_000
_PENALTIES = (0.1, 1.0, 10.0, 100.0, 1_000.0, 10_000.0, 100_000.0)


class Ridge(Linear):
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

    def refit(self, windows: Windows) -> None:
        """Fits the training part with the penalties that were chosen before."""
        from sklearn import linear_model

        train = _some(windows.starts("train"))
        self.models = [
            linear_model.Ridge(penalty, solver="cholesky").fit(
                _inputs(windows, train, target), _outputs(windows, train, target)
            )
            for target, penalty in enumerate(self.penalties)
        ]
        self.weights = self._weights(windows)

    def weigh(self, windows: Windows) -> Weights:
        from sklearn import linear_model

        started = time.perf_counter()
        train, validation = _some(windows.starts("train")), _some(windows.starts("validation"))
        self.models, self.penalties = [], []
        if len(validation) < _FEW:  # too few to choose by: the windows that were left out, one after the other
            self._leave_one_out(windows, train)
            self.train_seconds = time.perf_counter() - started
            return self._weights(windows)
        for target in range(len(windows.series.targets)):
            inputs, outputs = _inputs(windows, train, target), _outputs(windows, train, target)
            validation_inputs = _inputs(windows, validation, target)
            actual = _outputs(windows, validation, target)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", LinAlgWarning)  # a penalty that is too small loses the comparison
                fitted = [linear_model.Ridge(penalty, solver="cholesky").fit(inputs, outputs) for penalty in _PENALTIES]
            errors = [
                np.mean((model.predict(validation_inputs).reshape(actual.shape) - actual) ** 2) for model in fitted
            ]
            best = int(np.argmin(errors))
            self.models.append(fitted[best])
            self.penalties.append(_PENALTIES[best])
        self.parameters = sum(model.coef_.size + np.size(model.intercept_) for model in self.models)
        self.train_seconds = time.perf_counter() - started
        return self._weights(windows)

    def _leave_one_out(self, windows, train):
        from sklearn import linear_model

        for target in range(windows.targets):
            model = linear_model.RidgeCV(_PENALTIES)
            model.fit(_inputs(windows, train, target), _outputs(windows, train, target))
            self.models.append(model)
            self.penalties.append(float(model.alpha_))
        self.parameters = sum(model.coef_.size + np.size(model.intercept_) for model in self.models)

    def _weights(self, windows):
        """The fitted maps of changes as maps of values: the last value has the weight that is left."""
        fitted = np.stack([np.reshape(model.coef_, (windows.horizon, -1)).T for model in self.models])
        past, known = fitted[:, : windows.lookback].copy(), fitted[:, windows.lookback :]
        past[:, -1] += 1 - past.sum(axis=1)
        bias = np.stack([np.broadcast_to(model.intercept_, windows.horizon) for model in self.models])
        return Weights(*(part.astype("float32") for part in (past, known, bias)))


def _some(starts):
    """At most `_MOST_WINDOWS` of the windows, evenly spread."""
    return starts[:: -(-len(starts) // _MOST_WINDOWS)] if len(starts) else starts


def _inputs(windows, starts, target):
    """<float32>[windows, lookback + horizon * known]."""
    past = windows.past_of(starts, target)
    past = past - past[:, -1:]
    return np.concatenate([past, windows.ahead(starts).reshape(len(starts), -1)], axis=1)


def _outputs(windows, starts, target):
    """<float32>[windows, horizon], the differences from the last value of the look-back."""
    return windows.future(starts)[:, :, target] - windows.past_of(starts, target)[:, -1:]
