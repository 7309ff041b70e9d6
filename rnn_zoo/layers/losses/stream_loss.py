"""StreamLoss: next-token loss over long texts, computed in parallel streams and chunks."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from rnn_zoo.checks import positive_integer
from rnn_zoo.layers.losses.token_loss import token_loss
from rnn_zoo.layers.seeds import derive
from rnn_zoo.layers.seq2seq.decoder import Decoder
from rnn_zoo.types import Model, Shape, Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
class StreamLoss(keras.layers.Layer):
    """Loss per token (nats) of a language model over texts that continue from batch to batch.

        L_t = -log p(y_t | y_1 .. y_(t-1)),    s_0 = last states of the previous batch

    States carry over, gradients do not (truncated back-propagation through time), so that the network learns to use
    context from before the current chunk. With `share` > 1 the training softmax covers the frequent tokens and a sample
    of the rare ones (`token_loss`); outside of training it covers all.

    Args:
        decoder: `Decoder` of tokens without a source, with the head `NextToken(tied=True)`.
        rows: int > 0, parallel streams: the batch size.
        often, share: see `token_loss`.
        seed: seed of the sampled rare tokens.

    Call arguments:
        inputs: [previous <int>[rows, time], following <int>[rows, time], continues <float>[rows, 1]]: input tokens,
            next tokens (targets), and 1 if the row continues the previous batch, 0 if a text begins.
        training: whether dropout is on and rare tokens are sampled.

    Returns:
        <float32>[rows, time].

    Raises:
        ValueError: an argument is out of its range, or the decoder's head is not tied.

    Reference: Mikolov et al. 2010, "Recurrent neural network based language model"; Zaremba et al. 2014 (the batches).
    """

    def __init__(
        self, decoder: Model, rows: int, often: int = 0, share: int = 1, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if not isinstance(decoder, Decoder) or not getattr(decoder.head, "tied", False):
            raise ValueError("`decoder` must be a `Decoder` with a tied head: NextToken(vocabulary_size, tied=True).")
        self.decoder = decoder
        self.rows, self.share = positive_integer("rows", rows), positive_integer("share", share)
        size = decoder.head.vocabulary_size
        if isinstance(often, bool) or not isinstance(often, int) or not 0 <= often < size:
            raise ValueError(f"`often` must be an integer in [0, {size}), below `vocabulary_size`, got {often!r}.")
        self.often, self.seed = often, seed
        self.seeds = keras.random.SeedGenerator(derive(seed, "stream_nats"))
        self.supports_jit = decoder.recurrence.supports_jit

    def build(self, inputs_shape: Sequence[Shape]) -> None:
        if not self.decoder.built:
            self.decoder.build(inputs_shape[0])
        recurrence = self.decoder.recurrence
        width = {f"layer_{layer}": units for layer, units in enumerate(recurrence.units)}
        self.states = {
            name: self.add_weight(
                (self.rows, width[name.split("/")[0]]), "zeros", trainable=False, name=name.replace("/", "_")
            )
            for name in recurrence.state_names
        }

    def call(self, inputs: Sequence[Tensor], training: bool | None = None) -> Tensor:
        previous, following, continues = inputs
        start = {name: value * continues for name, value in self.states.items()}
        features, _, last = self.decoder.run(previous, {"states": start}, training)
        for name, value in self.states.items():
            value.assign(ops.stop_gradient(last[name]))
        head = self.decoder.head
        outputs = ops.reshape(head.dense(features), (-1, head.dense.units))
        sampling = {"often": self.often, "share": self.share, "seed": self.seeds} if training else {}
        vectors = ops.cast(self.decoder.front.vectors, "float32")
        loss = token_loss(outputs, vectors, ops.convert_to_tensor(head.bias), ops.reshape(following, (-1,)), **sampling)
        return ops.reshape(loss, ops.shape(following))

    def compute_output_spec(self, inputs: Sequence[Tensor], training: bool | None = None) -> Any:
        return keras.KerasTensor(inputs[1].shape, "float32")

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "decoder": keras.saving.serialize_keras_object(self.decoder),
            "rows": self.rows,
            "often": self.often,
            "share": self.share,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Model:
        return cls(keras.saving.deserialize_keras_object(config.pop("decoder")), **config)
