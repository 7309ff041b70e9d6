"""InstanceNorm: each series of each example loses its level, and gets it back after the head."""

import keras
from keras import ops

from rnn_zoo.checks import one_of, positive_integer, positive_number
from rnn_zoo.layers.front import Front

KINDS = ("none", "last", "revin")


@keras.saving.register_keras_serializable(package="rnn_zoo")
class InstanceNorm(Front):
    """Takes the level of each example out of what the recurrence reads, so that it learns the shape alone.

        "last":   y_t = x_t - x_T
        "revin":  y_t = (x_t - mean(x)) / sqrt(var(x) + epsilon) * gain + shift    each over the time of one example

    and the way back for what the head gives, by the same numbers of the same example: `undo(outputs, inputs)`. The
    builders call it after the head. Features beside the first `targets`, such as the time of day, stay as they are.

    Args:
        features: int > 0, the numbers per step.
        kind: "last", "revin", or "none", which changes nothing.
        targets: int > 0, how many of the features, the first ones, are normalised; None: all.
        affine: bool, whether "revin" learns a gain and a shift for each of them.
        epsilon: float > 0, added to the variance: a constant window has none.

    Call arguments:
        inputs: <float>[batch, time, features], without padding.
        outputs: <float>[batch, horizon, targets, ...] or None; then the call is `undo(outputs, inputs)`.

    Returns:
        <float>[batch, time, features]; of outputs <float>[batch, horizon, targets, ...].

    Raises:
        ValueError: an argument is out of its range, or `targets` is more than `features`.

    Reference: Kim et al. 2022, "Reversible instance normalization for accurate time-series forecasting against
        distribution shift", equations 1 to 4; Lin et al. 2023 ("last").
    """

    def __init__(self, features, kind="last", targets=None, affine=True, epsilon=1e-5, **kwargs):
        super().__init__(**kwargs)
        self.features = positive_integer("features", features)
        self.kind = one_of("kind", kind, KINDS)
        self.targets = self.features if targets is None else positive_integer("targets", targets)
        if self.targets > self.features:
            raise ValueError(f"`targets` must be at most `features`, {self.features}, got {targets}.")
        self.affine = affine
        self.epsilon = positive_number("epsilon", epsilon)

    def make_input(self):
        return keras.Input((None, self.features), name="past")

    def build(self, inputs_shape, outputs_shape=None):
        if self.affine and self.kind == "revin" and not hasattr(self, "gain"):
            self.gain = self.add_weight(shape=(self.targets,), initializer="ones", name="gain")
            self.shift = self.add_weight(shape=(self.targets,), initializer="zeros", name="shift")

    def call(self, inputs, outputs=None):
        level, size = self._of(inputs[:, :, : self.targets])
        if outputs is not None:
            # The head answers in float32, whatever the policy of the model.
            level, size = (_like(numbers, outputs) for numbers in (level, size))
            return outputs * size + level
        normed = (inputs[:, :, : self.targets] - level) / size
        if self.targets == self.features:
            return normed
        return ops.concatenate([normed, inputs[:, :, self.targets :]], axis=-1)

    def undo(self, outputs, inputs):
        """<float>[batch, horizon, targets, ...], as the head gives them -> the same at the level of the inputs."""
        return self(inputs, outputs=outputs)

    def _of(self, inputs):
        """(level, size), each <float>[batch, 1, targets]: y = (x - level) / size."""
        if self.kind == "revin":
            level = ops.mean(inputs, axis=1, keepdims=True)
            size = ops.sqrt(ops.var(inputs, axis=1, keepdims=True) + self.epsilon)
            if self.affine:
                gain, shift = (ops.cast(weight, inputs.dtype) for weight in (self.gain, self.shift))
                size = size / _away_from_zero(gain)
                level = level - shift * size
            return level, size
        level = inputs[:, -1:] if self.kind == "last" else ops.zeros_like(inputs[:, -1:])
        return level, ops.ones_like(level)

    def compute_output_shape(self, inputs_shape, outputs_shape=None):
        return tuple(inputs_shape if outputs_shape is None else outputs_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "features": self.features,
            "kind": self.kind,
            "targets": self.targets,
            "affine": self.affine,
            "epsilon": self.epsilon,
        }


def _like(numbers, outputs):
    """<float>[batch, 1, targets] with as many axes, and the dtype, of the outputs."""
    missing = len(outputs.shape) - len(numbers.shape)
    return ops.cast(ops.reshape(numbers, (-1, *numbers.shape[1:], *[1] * missing)), outputs.dtype)


def _away_from_zero(gain):
    """The gain, at least 0.01 from zero: the way back divides by it."""
    return ops.where(gain < 0, ops.minimum(gain, -0.01), ops.maximum(gain, 0.01))
