"""Dilated: a recurrence whose state comes from several steps before, as its wrapper."""

from typing import Any

import keras
from keras import ops

from rnn_zoo.checks import positive_integer
from rnn_zoo.types import Model, Shape, Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Dilated(keras.layers.Layer):
    """A recurrence over every n-th step: each state comes from the one n steps before.

        h_t = recurrence(h_(t-n), x_t)        n: the dilation

    The steps are dealt out to n sequences, which run side by side in one batch with the same weights. A short sequence
    is filled with zeros before its first step.

    Args:
        recurrence: `Recurrent` in one direction, with return_sequences=True.
        dilation: int > 0, steps between two states.

    Call arguments:
        inputs: <float>[batch, time, features], without padding, of a fixed length.

    Returns:
        <float>[batch, time, units].

    Raises:
        ValueError: the recurrence is bidirectional or does not return sequences, or `dilation` is out of range.

    Reference: Chang et al. 2017, "Dilated recurrent neural networks", equation 2.
    """

    def __init__(self, recurrence: Model, dilation: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if recurrence.bidirectional or not recurrence.return_sequences or recurrence.return_state:
            raise ValueError(
                "`recurrence` must run in one direction and return its outputs alone: set bidirectional=False, "
                "return_sequences=True and return_state=False in it."
            )
        self.recurrence = recurrence
        self.dilation = positive_integer("dilation", dilation)

    def build(self, inputs_shape: Shape) -> None:
        time: Any = inputs_shape[1]
        self.recurrence.build((None, -(-time // self.dilation), inputs_shape[2]))

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        time, features = inputs.shape[1:]
        steps = -(-time // self.dilation)
        missing = steps * self.dilation - time
        padded = ops.pad(inputs, ((0, 0), (missing, 0), (0, 0)))
        dealt = ops.transpose(ops.reshape(padded, (-1, steps, self.dilation, features)), (0, 2, 1, 3))
        outputs = self.recurrence(ops.reshape(dealt, (-1, steps, features)), training=training)
        units = outputs.shape[-1]
        joined = ops.transpose(ops.reshape(outputs, (-1, self.dilation, steps, units)), (0, 2, 1, 3))
        return ops.reshape(joined, (-1, steps * self.dilation, units))[:, missing:]

    def compute_output_shape(self, inputs_shape: Shape) -> Shape:
        return (*inputs_shape[:2], self.recurrence.units[-1])

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "recurrence": keras.saving.serialize_keras_object(self.recurrence),
            "dilation": self.dilation,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Dilated":
        return cls(keras.saving.deserialize_keras_object(config.pop("recurrence")), **config)
