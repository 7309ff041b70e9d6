"""StepLoss: negative log-likelihood of each step of a key sequence (music)."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from rnn_zoo.layers.seq2seq.decoder import Decoder
from rnn_zoo.types import Model, Shape, Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
class StepLoss(keras.layers.Layer):
    """Loss per step (nats) given all previous steps, for heads whose likelihood depends on the target.

        L_t = -log p(v_t | v_1 .. v_(t-1))

    Args:
        decoder: `Decoder` without a source, with the head `Chords` or `Labels`.

    Call arguments:
        inputs: [previous, steps], each <float>[batch, time, keys]: the decoder's inputs and the targets.
        training: whether dropout is on.

    Returns:
        <float32>[batch, time], 0 at padding.

    Raises:
        ValueError: the head of `decoder` does not predict keys.
    """

    def __init__(self, decoder: Model, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(decoder, Decoder) or not hasattr(decoder.head, "sample"):
            raise ValueError("`decoder` must be a `Decoder` with a head that predicts keys: `Chords` or `Labels`.")
        self.decoder = decoder
        self.supports_jit = decoder.recurrence.supports_jit

    def build(self, inputs_shape: Sequence[Shape]) -> None:
        if not self.decoder.built:
            self.decoder.build(inputs_shape[0])

    def call(self, inputs: Sequence[Tensor], training: bool | None = None) -> Tensor:
        previous, steps = inputs
        loss = self.decoder.head.negative_log_likelihood(self.decoder(previous, training=training), steps)
        return loss * ops.cast(self.decoder.front.compute_mask(previous), "float32")

    def compute_output_spec(self, inputs: Sequence[Tensor], training: bool | None = None) -> Any:
        return keras.KerasTensor(inputs[0].shape[:2], "float32")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "decoder": keras.saving.serialize_keras_object(self.decoder)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Model:
        return cls(keras.saving.deserialize_keras_object(config.pop("decoder")), **config)
