"""Segmented: a recurrence over the segments of a sequence, side by side."""

import keras
from keras import ops

from rnn_zoo.checks import positive_integer


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Segmented(keras.layers.Layer):
    """Cuts the time axis in segments, which a recurrence reads side by side, each from its own start.

        y_(s length + t) = recurrence(x_(s length), ..., x_(s length + length - 1))_t

    The loop over time is as short as a segment and its matrix products are as much larger: on a CPU an epoch over long
    texts takes a fraction of the time. In exchange nothing is remembered from one segment to the next, which a pooling
    over time makes up for where the answer lies in the phrases and not in their order over pages.

    Args:
        recurrence: `Recurrent`, or any layer that gives <float>[batch, time, width] and takes a mask.
        length: int > 0, the steps of a segment.

    Call arguments:
        inputs: <float>[batch, time, features].
        mask: <bool>[batch, time]; by default the mask that the inputs carry.
        training: bool, whether dropout is on.

    Returns:
        <float>[batch, time, width].

    Raises:
        ValueError: `length` is not a positive integer, or the recurrence is stateful or does not return
            sequences alone.

    Reference: Johnson and Zhang 2016, "Supervised and semi-supervised text categorization using LSTM for region
        embeddings", section 2 (chopping).
    """

    def __init__(self, recurrence, length=64, **kwargs):
        super().__init__(**kwargs)
        if not getattr(recurrence, "return_sequences", True) or getattr(recurrence, "return_state", False):
            raise ValueError("`recurrence` must return its sequences alone; set return_sequences=True in it.")
        if getattr(recurrence, "stateful", False):
            raise ValueError("`recurrence` must not be stateful: each segment starts anew; set stateful=False in it.")
        self.recurrence = recurrence
        self.length = positive_integer("length", length)

    @property
    def merge(self):
        return getattr(self.recurrence, "merge", None)

    @property
    def backward_features(self):
        """int, how many of the last features of the output ran backwards; None where a merge mixed both directions."""
        return getattr(self.recurrence, "backward_features", 0)

    def build(self, inputs_shape):
        if not self.recurrence.built:
            self.recurrence.build((None, self.length, inputs_shape[-1]))

    def call(self, inputs, mask=None, training=None):
        batch, time = ops.shape(inputs)[0], ops.shape(inputs)[1]
        if mask is None:
            mask = ops.ones((batch, time), "bool")
        # A short text is one short segment: the loop over time is no longer than it.
        length = _at_most(time, self.length)
        missing = -time % length
        segments = (time + missing) // length
        steps = ops.pad(inputs, [[0, 0], [0, missing], [0, 0]])
        valid = ops.pad(ops.cast(mask, "int32"), [[0, 0], [0, missing]])
        outputs = self._read(
            ops.reshape(steps, (batch * segments, length, inputs.shape[-1])),
            ops.cast(ops.reshape(valid, (batch * segments, length)), "bool"),
            training,
        )
        return ops.reshape(outputs, (batch, segments * length, outputs.shape[-1]))[:, :time]

    def _read(self, steps, valid, training):
        """The outputs of all segments; a segment without a valid step is zeros, read or not."""
        if training or keras.backend.backend() != "tensorflow":
            return self.recurrence(steps, mask=valid, training=training)
        # A batch is padded to its longest text. Segments of padding need not be read, where a changing number of them
        # makes nothing compile anew.
        import tensorflow as tf

        rows = tf.where(tf.reduce_any(valid, axis=1))
        read = self.recurrence(tf.gather_nd(steps, rows), mask=tf.gather_nd(valid, rows), training=training)
        shape = tf.concat([tf.shape(steps)[:2], read.shape[-1:]], axis=0)
        return tf.scatter_nd(rows, read, tf.cast(shape, rows.dtype))

    def compute_mask(self, inputs, previous_mask=None):
        return previous_mask

    def compute_output_shape(self, inputs_shape):
        segment = self.recurrence.compute_output_shape((None, self.length, inputs_shape[-1]))
        return (*inputs_shape[:2], segment[-1])

    def get_config(self):
        return {
            **super().get_config(),
            "recurrence": keras.saving.serialize_keras_object(self.recurrence),
            "length": self.length,
        }

    @classmethod
    def from_config(cls, config):
        return cls(keras.saving.deserialize_keras_object(config.pop("recurrence")), **config)


def _at_most(time, length):
    """min(time, length), but 1 where there is no step at all; a tensor where the time is one."""
    if isinstance(time, int):
        return max(1, min(time, length))
    return ops.maximum(1, ops.minimum(time, length))
