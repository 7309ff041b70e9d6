"""Auto: chooses on validation data among simple methods and networks, or combines them."""

import dataclasses
import itertools
import math
import time
from collections.abc import Callable, Sequence

import keras
import numpy as np

from rnn_zoo.series.windows import Windows
from rnn_zoo.tasks.forecasting.forecasters.conformal import misses
from rnn_zoo.tasks.forecasting.forecasters.forecaster import Forecaster
from rnn_zoo.tasks.forecasting.forecasters.linear import (
    DriftOfWindow,
    LastOfWindow,
    Linear,
    Mean,
    SeasonOfWindow,
    Weights,
)
from rnn_zoo.tasks.forecasting.forecasters.network import Network
from rnn_zoo.tasks.forecasting.forecasters.ridge import Ridge
from rnn_zoo.tasks.forecasting.forecasters.smoothing import Smoothing
from rnn_zoo.types import Model, Tensor

SIMPLE = (LastOfWindow, SeasonOfWindow, DriftOfWindow, Mean, Ridge, Smoothing)
# Of the lowest validation error. Chosen on the first nine tenths of eight series, whose test parts were not looked at.
_CLOSE = 1.15
_LEAST_WINDOWS = 30  # of training for a network; of validation, below which a series is short
_FOLDS = 5  # validation parts of a short series


@dataclasses.dataclass(frozen=True)
class Choice:
    """What was chosen, and the validation errors that decided.

    Args:
        weights: {name: weight in the forecast}, which sum to 1.
        errors: {name: error on the validation windows} of every candidate, and of the combination.
        left_out: {name: why it could not be fitted}.
        measure: what the errors are.
    """

    weights: dict[str, float]
    errors: dict[str, float]
    left_out: dict[str, str]
    measure: str

    def sentence(self) -> str:
        """What was chosen and by how much, for a report."""
        parts = sorted(self.weights.items(), key=lambda item: -item[1])
        chosen = parts[0][0] if len(parts) == 1 else " + ".join(f"{weight:.0%} {name}" for name, weight in parts)
        ranked = sorted((name for name in self.errors if name != COMBINATION), key=self.errors.__getitem__)
        listed = ", ".join(f"{name} {self.errors[name]:.4f}" for name in ranked[:4])
        own = f" {self.errors[COMBINATION]:.4f}" if len(parts) > 1 else ""
        return f"Chosen on validation data: {chosen}{own}. {self.measure[0].upper()}{self.measure[1:]} there: {listed}."


COMBINATION = "combination"


class Auto(Forecaster):
    """The mean of those of simple methods and networks that are best on the validation part.

        f = (f_1 + ... + f_k) / k        of all whose validation error is within 15 % of the lowest

    What is chosen is then fitted again to training and validation part.

    Args:
        networks: unfitted networks, which compete with the simple methods.
        levels: quantile levels; the interval lies between the first and the last.
        refits: whether what is chosen is fitted again; False to report on the validation part.
    Attributes:
        choice: what was chosen; None before `fit`.
        model: keras.Model from scaled windows to quantiles, as a network's; None before `fit`.
    """

    name = "auto"
    joins = True

    def __init__(self, networks: Sequence[Network], levels: Sequence[float], refits: bool = True) -> None:
        super().__init__(round(levels[-1] - levels[0], 12))
        self.networks = list(networks)
        self.levels = tuple(levels)
        self.refits = refits
        self.choice: Choice | None = None
        self.model: Model = None
        self._linear: Weights | None = None
        self._parts: list[tuple[float, Network]] = []

    def fresh(self) -> "Auto":
        return Auto([network.fresh() for network in self.networks], self.levels, self.refits)

    def fit(self, windows: Windows) -> "Auto":
        started = time.perf_counter()
        folds = rolling_origins(windows)
        guesses: dict[str, list[Tensor]] = {}
        fitted, left_out = [], {}
        for candidate in [*(simple(self.coverage) for simple in SIMPLE), *self.networks]:
            try:
                if isinstance(candidate, Network) and len(windows.starts("train")) < _LEAST_WINDOWS:
                    raise ValueError(f"a network needs {_LEAST_WINDOWS} training windows.")
                parts = []
                for fold in folds[:-1] if isinstance(candidate, Linear) else ():
                    candidate.learn(fold)
                    parts.append(candidate.guess(fold, fold.starts("validation")))
                candidate.learn(folds[-1])
                parts.append(candidate.guess(folds[-1], folds[-1].starts("validation")))
            except ValueError as error:
                left_out[candidate.name] = str(error)
                continue
            if len(parts) == len(folds):
                fitted.append(candidate)
                guesses[candidate.name] = [np.concatenate(ends) for ends in zip(*parts, strict=True)]
        starts = np.concatenate([fold.starts("validation") for fold in folds])
        actual = windows.future(starts)
        measure = np.abs if windows.series.many else np.square
        weights, errors = choose([guess[0] for guess in guesses.values()], actual, measure)
        measured = "mean absolute error of values scaled by their window" if windows.series.many else "MSE"
        chosen = [(weight, candidate) for weight, candidate in zip(weights, fitted, strict=True) if weight]
        self.choice = Choice(
            {candidate.name: float(weight) for weight, candidate in chosen},
            dict(zip([*guesses, COMBINATION], errors, strict=True)),
            left_out,
            measured,
        )
        lower, upper = (
            sum(weight * guess[end] for weight, guess in zip(weights, guesses.values(), strict=True)) for end in (1, 2)
        )
        self.calibrate(windows, starts, misses(actual, lower, upper))
        self._join(windows, chosen)
        self.parameters = self.model.count_params()
        # A run that was resumed loads what was trained before; the networks know how long that took.
        trained = sum(network.train_seconds or 0 for network in self.networks)
        self.train_seconds = max(time.perf_counter() - started, trained)
        return self

    def _join(self, windows, chosen):
        """Fits the chosen again to all that is known, and joins them in one model."""
        self._linear, self._parts = None, []
        for weight, candidate in chosen:
            if self.refits:
                candidate.refit(windows.all_known())
            if isinstance(candidate, Linear):
                part = candidate.weights * weight
                self._linear = part if self._linear is None else self._linear + part
            else:
                self._parts.append((float(weight), candidate))
        self.model = joined_model(windows, self._linear, self._parts, self.levels)

    def guess(self, windows: Windows, starts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        shape = (len(starts), windows.horizon, windows.targets)
        value = np.zeros(shape, "float32") if self._linear is None else self._linear.apply(windows, starts)
        lower = upper = value
        for weight, network in self._parts:
            parts = network.guess(windows, starts)
            value, lower, upper = (
                one + np.float32(weight) * part for one, part in zip((value, lower, upper), parts, strict=True)
            )
        return value, lower, upper


def rolling_origins(windows: Windows) -> list[Windows]:
    """The windows, whose validation part decides; of a short series, windows of several validation parts.

    Each part is forecast by what was fitted to the steps before it. All are scaled as the windows are.

    Args:
        windows: the windows of the series.
    """
    series = windows.series
    if series.many or len(windows.starts("validation")) >= _LEAST_WINDOWS:
        return [windows]
    end = series.parts["validation"][1]
    first = windows.lookback + windows.horizon + max(2, (end - windows.lookback - windows.horizon) // 3)
    first = min(first, end - windows.horizon)
    edges = np.unique(np.linspace(first, end, 1 + max(1, min(_FOLDS, (end - first) // windows.horizon))).astype(int))
    return [windows.with_cuts((int(start), int(stop), len(series))) for start, stop in itertools.pairwise(edges)]


def choose(
    guesses: Sequence[Tensor], actual: Tensor, measure: Callable[[Tensor], Tensor] = np.square
) -> tuple[Tensor, list[float]]:
    """The weights of forecasts: the mean of all whose error is close to the lowest.

    Weights that are fitted to the validation windows do worse on later windows than this mean, and so does the best
    alone, if it is a network that was stopped on them.

    Args:
        guesses: <float>[windows, horizon, targets] of each candidate.
        actual: <float>[windows, horizon, targets].
        measure: function from differences to errors, whose mean decides.
    Returns:
        (<float>[candidates] weights that sum to 1, the mean errors of the candidates and of the combination).
    Reference: Stock and Watson 2004, "Combination forecasts of output growth in a seven-country data set".
    """

    def error(guess):
        return float(np.mean(measure(guess - actual), dtype="float64"))

    errors = [error(guess) for guess in guesses]
    close = np.array(errors) <= _CLOSE * min(errors)
    weights = close / close.sum()
    combination = sum(weight * guess for weight, guess in zip(weights, guesses, strict=True))
    return weights, [*errors, error(combination)]


def joined_model(
    windows: Windows, linear: Weights | None, networks: Sequence[tuple[float, Network]], levels: Sequence[float]
) -> Model:
    """keras.Model of a combination: scaled windows to quantiles <float>[batch, horizon, targets, levels].

    Args:
        windows: the windows, for their sizes.
        linear: the linear part; None for none.
        networks: (weight, fitted network) of the others.
        levels: the quantile levels; a linear part has the same value at each.
    """
    if linear is None and len(networks) == 1 and math.isclose(networks[0][0], 1):
        return networks[0][1].model
    past = keras.Input((windows.lookback, windows.features), name="past")
    known = keras.Input((windows.horizon, windows.known), name="known") if windows.known else None
    inputs = [past] if known is None else [past, known]
    parts = []
    for weight, network in networks:
        takes = inputs if len(network.model.inputs) > 1 else past
        network.model.name = network.name  # members of one kind have one name, and a model takes a name once
        parts.append(keras.layers.Rescaling(weight)(network.model(takes)))
    if linear is not None:
        shape = (windows.horizon, windows.targets)
        layer = keras.layers.EinsumDense("blc,clh->bhc", shape, bias_axes="hc", name="linear")
        value = layer(past[:, :, : windows.targets])
        layer.set_weights([linear.past, linear.bias.T])
        if known is not None and np.any(linear.known):
            ahead = keras.layers.EinsumDense("bk,ckh->bhc", shape, name="linear_known")
            value = keras.layers.Add()([value, ahead(keras.layers.Flatten()(known))])
            ahead.set_weights([linear.known])
        quantiles = keras.layers.Reshape((*shape, 1))(value)
        parts.append(keras.layers.Concatenate()([quantiles] * len(levels)))
    outputs = parts[0] if len(parts) == 1 else keras.layers.Add()(parts)
    return keras.Model(inputs if len(inputs) > 1 else past, outputs, name="auto")
