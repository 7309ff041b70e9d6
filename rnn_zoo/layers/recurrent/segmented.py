"""Segmented: a recurrence over segments of a sequence in parallel (chopping)."""

from typing import Any

import keras
from keras import ops

from rnn_zoo.checks import positive_integer
from rnn_zoo.types import Model, Shape, Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Segmented(keras.layers.Layer):
    """Cuts the time axis into segments and runs a recurrence over all of them in parallel.

        y_(s length + t) = recurrence(x_(s length), ..., x_(s length + length - 1))_t

    The loop over time is as short as a segment, with correspondingly larger matrix products: on a CPU an epoch over
    long texts takes a fraction of the time. In exchange no state passes from one segment to the next; with pooling over
    time, this suffices if the answer depends on phrases and not on their order over pages.

    Args:
        recurrence: `Recurrent`, or any layer that returns <float>[batch, time, width] and takes a mask.
        length: int > 0, steps per segment.

    Call arguments:
        inputs: <float>[batch, time, features].
        mask: <bool>[batch, time]; default: the mask of the inputs.
        training: whether dropout is on.

    Returns:
        <float>[batch, time, width].

    Raises:
        ValueError: `length` is not a positive integer, or the recurrence is stateful or does not return
            sequences only.

    Reference: Johnson and Zhang 2016, "Supervised and semi-supervised text categorization using LSTM for region
        embeddings", section 2 (chopping).
    """

    def __init__(self, recurrence: Model, length: int = 64, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not getattr(recurrence, "return_sequences", True) or getattr(recurrence, "return_state", False):
            raise ValueError("`recurrence` must return sequences only; set return_sequences=True, return_state=False.")
        if getattr(recurrence, "stateful", False):
            raise ValueError(
                "`recurrence` must not be stateful, as each segment has new states; set stateful=False in it."
            )
        self.recurrence = recurrence
        self.length = positive_integer("length", length)

    @property
    def merge(self) -> str | None:
        """The `merge` of the recurrence, None if it has none."""
        return getattr(self.recurrence, "merge", None)

    @property
    def backward_features(self) -> int | None:
        """Number of last output features that ran backwards; None if a merge mixes both directions."""
        return getattr(self.recurrence, "backward_features", 0)

    def build(self, inputs_shape: Shape) -> None:
        if not self.recurrence.built:
            self.recurrence.build((None, self.length, inputs_shape[-1]))

    def call(self, inputs: Tensor, mask: Tensor | None = None, training: bool | None = None) -> Tensor:
        batch, time = ops.shape(inputs)[0], ops.shape(inputs)[1]
        if mask is None:
            mask = ops.ones((batch, time), "bool")
        # A short text is one short segment, so that the loop is not longer than the text.
        length = _at_most(time, self.length)
        missing = -time % length
        segments = (time + missing) // length
        steps = ops.pad(inputs, [[0, 0], [0, missing], [0, 0]])
        valid = ops.pad(ops.cast(mask, "int32"), [[0, 0], [0, missing]])
        outputs = self._run(
            ops.reshape(steps, (batch * segments, length, inputs.shape[-1])),
            ops.cast(ops.reshape(valid, (batch * segments, length)), "bool"),
            training,
        )
        return ops.reshape(outputs, (batch, segments * length, outputs.shape[-1]))[:, :time]

    def _run(self, steps, valid, training):
        """Outputs of all segments; a segment without a valid step gives zeros."""
        if training or keras.backend.backend() != "tensorflow":
            return self.recurrence(steps, mask=valid, training=training)
        # A batch is padded to its longest text. Skip segments of padding, unless the changing number of segments
        # triggers compilation.
        import tensorflow as tf

        rows = tf.where(tf.reduce_any(valid, axis=1))
        outputs = self.recurrence(tf.gather_nd(steps, rows), mask=tf.gather_nd(valid, rows), training=training)
        shape = tf.concat([tf.shape(steps)[:2], outputs.shape[-1:]], axis=0)
        return tf.scatter_nd(rows, outputs, tf.cast(shape, rows.dtype))

    def compute_mask(self, inputs: Tensor, previous_mask: Tensor | None = None) -> Tensor | None:
        return previous_mask

    def compute_output_shape(self, inputs_shape: Shape) -> Shape:
        segment = self.recurrence.compute_output_shape((None, self.length, inputs_shape[-1]))
        return (*inputs_shape[:2], segment[-1])

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "recurrence": keras.saving.serialize_keras_object(self.recurrence),
            "length": self.length,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Model:
        return cls(keras.saving.deserialize_keras_object(config.pop("recurrence")), **config)


def _at_most(time, length):
    """min(time, length), at least 1; a tensor if the time is one."""
    if isinstance(time, int):
        return max(1, min(time, length))
    return ops.maximum(1, ops.minimum(time, length))
