"""InstanceNorm: reversible instance normalisation of time series."""

from typing import Any

import keras
from keras import ops

from rnn_zoo.checks import one_of, positive_integer, positive_number
from rnn_zoo.layers.fronts.front import Front
from rnn_zoo.types import Shape, Tensor

SEASON = "season"
KINDS = ("none", "last", SEASON, "revin")


@keras.saving.register_keras_serializable(package="rnn_zoo")
class InstanceNorm(Front):
    """Removes the level of each series of each example before the recurrence and restores it after the head.

        "last":   y_t = x_t - x_T
        "season": y_t = x_t - x_(t-season), 0 in the first season; undone by adding the last season to the outputs
        "revin":  y_t = (x_t - mean(x)) / sqrt(var(x) + epsilon) * gain + shift    over the time of one example

    `undo(outputs, inputs)` inverts it for the head's outputs, with the statistics of the same example; the builders
    call it after the head. Features after the first `targets`, such as the time of day, do not change.

    Args:
        features: int > 0, numbers per step.
        kind: "last", "season", "revin", or "none", which changes nothing.
        targets: int > 0, number of first features to normalise; None: all.
        affine: whether "revin" learns a gain and a shift for each target.
        epsilon: float > 0, added to the variance, for constant windows.
        season: int > 0, the period in steps of "season", at most the number of time steps.

    Call arguments:
        inputs: <float>[batch, time, features], without padding.
        outputs: <float>[batch, horizon, targets, ...] or None; if given, the call is `undo(outputs, inputs)`.

    Returns:
        <float>[batch, time, features]; with outputs, <float>[batch, horizon, targets, ...].

    Raises:
        ValueError: an argument is out of its range, or `targets` is more than `features`.

    Reference: Kim et al. 2022, "Reversible instance normalization for accurate time-series forecasting against
        distribution shift", equations 1 to 4; Lin et al. 2023 ("last").
    """

    def __init__(
        self,
        features: int,
        kind: str = "last",
        targets: int | None = None,
        affine: bool = True,
        epsilon: float = 1e-5,
        season: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.features = positive_integer("features", features)
        self.kind = one_of("kind", kind, KINDS)
        self.targets = self.features if targets is None else positive_integer("targets", targets)
        if self.targets > self.features:
            raise ValueError(f"`targets` must be at most `features`, {self.features}, got {targets}.")
        self.affine = affine
        self.epsilon = positive_number("epsilon", epsilon)
        self.season = positive_integer("season", season)

    def make_input(self) -> Any:
        return keras.Input((None, self.features), name="past")

    def build(self, inputs_shape: Shape, outputs_shape: Shape | None = None) -> None:
        if self.affine and self.kind == "revin" and not hasattr(self, "gain"):
            self.gain = self.add_weight(shape=(self.targets,), initializer="ones", name="gain")
            self.shift = self.add_weight(shape=(self.targets,), initializer="zeros", name="shift")

    def call(self, inputs: Tensor, outputs: Tensor | None = None) -> Tensor:
        if self.kind == SEASON:
            return self._seasonal(inputs, outputs)
        level, scale = self._statistics(inputs[:, :, : self.targets])
        if outputs is not None:
            # The head computes in float32 under every dtype policy.
            level, scale = (_like(statistic, outputs) for statistic in (level, scale))
            return outputs * scale + level
        normed = (inputs[:, :, : self.targets] - level) / scale
        if self.targets == self.features:
            return normed
        return ops.concatenate([normed, inputs[:, :, self.targets :]], axis=-1)

    def _seasonal(self, inputs, outputs):
        values, season = inputs[:, :, : self.targets], self.season
        if inputs.shape[1] is not None and season > inputs.shape[1]:
            raise ValueError(f"`season` must be at most the {inputs.shape[1]} steps of a window, got {season}.")
        if outputs is not None:
            last = values[:, -season:]
            repeats = -(-outputs.shape[1] // season)
            level = ops.concatenate([last] * repeats, axis=1)[:, : outputs.shape[1]]
            missing = len(outputs.shape) - 3
            return outputs + ops.cast(ops.reshape(level, (*ops.shape(level), *[1] * missing)), outputs.dtype)
        changes = values[:, season:] - values[:, :-season]
        normed = ops.concatenate([ops.zeros_like(values[:, :season]), changes], axis=1)
        return ops.concatenate([normed, inputs[:, :, self.targets :]], axis=-1)

    def undo(self, outputs: Tensor, inputs: Tensor) -> Tensor:
        """Restores the level: outputs of the head <float>[batch, horizon, targets, ...] -> the same shape."""
        return self(inputs, outputs=outputs)

    def _statistics(self, inputs):
        """(level, scale), each <float>[batch, 1, targets]: y = (x - level) / scale."""
        if self.kind == "revin":
            level = ops.mean(inputs, axis=1, keepdims=True)
            scale = ops.sqrt(ops.var(inputs, axis=1, keepdims=True) + self.epsilon)
            if self.affine:
                gain, shift = (ops.cast(weight, inputs.dtype) for weight in (self.gain, self.shift))
                scale = scale / _away_from_zero(gain)
                level = level - shift * scale
            return level, scale
        level = inputs[:, -1:] if self.kind == "last" else ops.zeros_like(inputs[:, -1:])
        return level, ops.ones_like(level)

    def compute_output_shape(self, inputs_shape: Shape, outputs_shape: Shape | None = None) -> Shape:
        return tuple(inputs_shape if outputs_shape is None else outputs_shape)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "features": self.features,
            "kind": self.kind,
            "targets": self.targets,
            "affine": self.affine,
            "epsilon": self.epsilon,
            "season": self.season,
        }


def _like(numbers, outputs):
    """Expands <float>[batch, 1, targets] to the rank and dtype of the outputs."""
    missing = len(outputs.shape) - len(numbers.shape)
    return ops.cast(ops.reshape(numbers, (-1, *numbers.shape[1:], *[1] * missing)), outputs.dtype)


def _away_from_zero(gain):
    """Keeps the gain at least 0.01 from zero, because normalisation must be invertible."""
    return ops.where(gain < 0, ops.minimum(gain, -0.01), ops.maximum(gain, 0.01))
