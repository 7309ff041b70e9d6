"""StreamNats: what each next token of long texts costs, read side by side and piece by piece."""

import keras
from keras import ops

from rnn_zoo.checks import positive_integer
from rnn_zoo.layers.decoder import Decoder
from rnn_zoo.layers.seeds import derive
from rnn_zoo.layers.token_nats import token_nats


@keras.saving.register_keras_serializable(package="rnn_zoo")
class StreamNats(keras.layers.Layer):
    """The nats that a language model pays for each token of texts that go on from one batch to the next.

        L_t = -log p(y_t | y_1 .. y_(t-1)),    s_0 = the last states of the batch before

    The states carry over and the gradient does not (truncated back-propagation through time), so that the network
    learns to use what it read long before the piece that it is trained on. With `share` > 1 the softmax of a training
    step is over the frequent tokens and a part of the rare (`token_nats`); outside of training it is over all.

    Args:
        decoder: `Decoder` that reads tokens, without a source, with the head `NextToken(tied=True)`.
        rows: int > 0, texts side by side, the size of a batch.
        often, share: as of `token_nats`.
        seed: int or None, of the rare tokens drawn.

    Call arguments:
        inputs: [previous <int>[rows, time], following <int>[rows, time], goes_on <float>[rows, 1]]: the tokens read,
            those that come next, and 1 where the row goes on where it ended, 0 where a text begins.
        training: bool, whether dropout is on and the rare tokens are drawn.

    Returns:
        <float32>[rows, time].

    Raises:
        ValueError: an argument is out of its range, or the decoder's head is not tied.

    Reference: Mikolov et al. 2010, "Recurrent neural network based language model"; Zaremba et al. 2014 (the batches).
    """

    def __init__(self, decoder, rows, often=0, share=1, seed=None, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(decoder, Decoder) or not getattr(decoder.head, "tied", False):
            raise ValueError("`decoder` must be a `Decoder` with a tied head: NextToken(vocabulary_size, tied=True).")
        self.decoder = decoder
        self.rows, self.share = positive_integer("rows", rows), positive_integer("share", share)
        size = decoder.head.vocabulary_size
        if isinstance(often, bool) or not isinstance(often, int) or not 0 <= often < size:
            raise ValueError(f"`often` must be an integer in [0, {size}), the tokens there are, got {often!r}.")
        self.often, self.seed = often, seed
        self.seeds = keras.random.SeedGenerator(derive(seed, "stream_nats"))
        self.supports_jit = decoder.recurrence.supports_jit

    def build(self, inputs_shape):
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

    def call(self, inputs, training=None):
        previous, following, goes_on = inputs
        start = {name: value * goes_on for name, value in self.states.items()}
        features, _, after = self.decoder.follow(previous, {"states": start}, training)
        for name, value in self.states.items():
            value.assign(ops.stop_gradient(after[name]))
        head = self.decoder.head
        guesses = ops.reshape(head.dense(features), (-1, head.dense.units))
        drawn = {"often": self.often, "share": self.share, "seed": self.seeds} if training else {}
        vectors = ops.cast(self.decoder.front.vectors, "float32")
        nats = token_nats(guesses, vectors, ops.convert_to_tensor(head.bias), ops.reshape(following, (-1,)), **drawn)
        return ops.reshape(nats, ops.shape(following))

    def compute_output_spec(self, inputs, training=None):
        return keras.KerasTensor(inputs[1].shape, "float32")

    def get_config(self):
        return {
            **super().get_config(),
            "decoder": keras.saving.serialize_keras_object(self.decoder),
            "rows": self.rows,
            "often": self.often,
            "share": self.share,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config):
        return cls(keras.saving.deserialize_keras_object(config.pop("decoder")), **config)
