"""StepNats: what each step of a sequence of keys costs a network that foretells it."""

import keras
from keras import ops

from rnn_zoo.layers.decoder import Decoder


@keras.saving.register_keras_serializable(package="rnn_zoo")
class StepNats(keras.layers.Layer):
    """The nats of each step, all before it known: the loss of a network whose head needs to see what it foretells.

        L_t = -log p(v_t | v_1 .. v_(t-1))

    Args:
        decoder: `Decoder` without a source, with the head `Chords` or `Labels`.

    Call arguments:
        inputs: [previous, steps], each <float>[batch, time, keys]: what the decoder reads, and what came.
        training: bool, whether dropout is on.

    Returns:
        <float32>[batch, time], 0 at padding.

    Raises:
        ValueError: the head of `decoder` tells no keys.
    """

    def __init__(self, decoder, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(decoder, Decoder) or not hasattr(decoder.head, "draw"):
            raise ValueError("`decoder` must be a `Decoder` with a head that tells keys: `Chords` or `Labels`.")
        self.decoder = decoder
        self.supports_jit = decoder.recurrence.supports_jit

    def build(self, inputs_shape):
        if not self.decoder.built:
            self.decoder.build(inputs_shape[0])

    def call(self, inputs, training=None):
        previous, steps = inputs
        nats = self.decoder.head.nats(self.decoder(previous, training=training), steps)
        return nats * ops.cast(self.decoder.front.compute_mask(previous), "float32")

    def compute_output_spec(self, inputs, training=None):
        return keras.KerasTensor(inputs[0].shape[:2], "float32")

    def get_config(self):
        return {**super().get_config(), "decoder": keras.saving.serialize_keras_object(self.decoder)}

    @classmethod
    def from_config(cls, config):
        return cls(keras.saving.deserialize_keras_object(config.pop("decoder")), **config)
