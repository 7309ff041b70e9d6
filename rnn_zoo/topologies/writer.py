"""Writer: a network that writes, as it is trained and as it generates, of the same weights."""

import keras
from keras import ops

from rnn_zoo.layers.decoder import Decoder
from rnn_zoo.layers.encoder import Encoder


class Writer:
    """The two sides of one network that writes.

    Args:
        training: keras.Model from (the source, if there is one, and) the steps before to a prediction for each step, as
            `one_to_many` and `encoder_decoder` build it, or as it was loaded from `.keras`.

    Attributes:
        training: the model to `fit`.
        generator: `Generator`, which reads and writes step by step, for `rnn_zoo.decoding`.
    Raises:
        ValueError: the model has no layer named "decoder".
    """

    def __init__(self, training):
        self.training = training
        self.generator = Generator(training)


class Generator:
    """Reads a source and a beginning, then writes step by step; holds no weights of its own.

    Args:
        training: as of `Writer`.

    Attributes:
        decoder: `Decoder`.
        encoder: what makes of the inputs of the source what the decoder takes, an `Encoder` or a keras.Model, or None.
    """

    def __init__(self, training):
        layers = {layer.name: layer for layer in training.layers}
        self.decoder = layers.get("decoder")
        if not isinstance(self.decoder, Decoder):
            raise ValueError(
                f"`training` must be a model that one_to_many or encoder_decoder built; {training.name!r} has no "
                "decoder."
            )
        self.encoder, sources = layers.get("source"), training.inputs[:-1]
        if not isinstance(self.encoder, Encoder):  # but an input, or a layer of those that make the source, so named
            self.encoder = None
            if sources:
                read = self.decoder.input[1]  # beside the steps before
                self.encoder = keras.Model(sources[0] if len(sources) == 1 else sources, read)

    def start(self, beginning, source=None):
        """What comes after a beginning.

        Args:
            beginning: what the decoder's front reads, such as <int>[batch, time], padding on the right.
            source: what the encoder reads, where there is one; of several inputs a list.
        Returns:
            (<float>[batch, count], state): the prediction for the next step, and a nest of tensors, the batch first.
        """
        given = None if self.encoder is None else self.encoder(source, training=False)
        return self.decoder.read(beginning, self.decoder.begin(given))

    def step(self, written, state):
        """What comes after one step more, such as <int>[batch]; returns as `start` does."""
        return self.decoder.read(written[:, None], state)

    def draw_keys(self, predicted, uniform):
        """Keys drawn from what the head predicted, by numbers from [0, 1); see `Labels.draw` and `Chords.draw`."""
        return self.decoder.head.draw(predicted, uniform)

    def attention(self, previous, source):
        """The weights with which each step looked at the memory: <float>[batch, time, steps].

        Args:
            previous: the steps before each, as in training.
            source: what the encoder reads.
        """
        if not self.decoder.attention:
            raise ValueError("This network has no attention; build it with attention='multiplicative' or 'additive'.")
        given = self.encoder(source, training=False)
        return self.decoder(ops.convert_to_tensor(previous), given, training=False, return_attention=True)[1]


def compiled_writer(inputs, outputs, head, optimizer, name):
    """The `Writer` of a functional model, compiled where the head brings its loss."""
    training = keras.Model(inputs, outputs, name=name)
    if hasattr(head, "make_loss"):
        training.compile(optimizer, loss=head.make_loss(), metrics=head.make_metrics())
    return Writer(training)


def front_input(argument, front, name):
    """The `keras.Input` that a front reads, under another name: a model may have two fronts of a kind."""
    if not hasattr(front, "make_input"):
        raise ValueError(f"`{argument}` must make its input, as `Tokens` does; {type(front).__name__} makes none.")
    made = front.make_input()
    if isinstance(made, dict):
        raise ValueError(
            f"`{argument}` must read one array, as `Tokens` does; {type(front).__name__} reads {' and '.join(made)}."
        )
    return keras.Input(made.shape[1:], dtype=made.dtype, name=name)
