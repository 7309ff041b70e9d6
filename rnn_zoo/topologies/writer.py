"""Writer: a generating network as a training model and as a step-by-step generator, with shared weights."""

from typing import Any

import keras
from keras import ops

from rnn_zoo.layers.heads.next_token import NextToken
from rnn_zoo.layers.losses.step_model import StepModel
from rnn_zoo.layers.seq2seq.decoder import Decoder
from rnn_zoo.layers.seq2seq.encoder import Encoder
from rnn_zoo.types import Model, Tensor


class Writer:
    """A generating network in two forms: for training and for generation.

    Args:
        training: the keras.Model from (source and) previous steps to a prediction for each step, as `one_to_many` and
            `encoder_decoder` build it, or loaded from `.keras`.

    Attributes:
        training: the model to `fit`.
        generator: the step-by-step `Generator` for `rnn_zoo.decoding`.
    Raises:
        ValueError: the model has no layer named "decoder".
    """

    def __init__(self, training: Model) -> None:
        self.training = training
        self.generator = Generator(training)


class Generator:
    """Encodes a source and a beginning, then predicts step by step; shares the weights of the training model.

    Args:
        training: as in `Writer`.

    Attributes:
        decoder: the `Decoder`.
        encoder: an `Encoder` or keras.Model from the source inputs to the decoder's source, or None.
    """

    def __init__(self, training: Model) -> None:
        layers = {layer.name: layer for layer in training.layers}
        self.decoder: Any = layers.get("decoder")
        if not isinstance(self.decoder, Decoder):
            raise ValueError(
                f"`training` must be a model that one_to_many or encoder_decoder built; {training.name!r} has no "
                "decoder."
            )
        self.encoder: Any = layers.get("source")
        sources = training.inputs[:-1]
        if not isinstance(self.encoder, Encoder):  # an input or another source layer that has this name
            self.encoder = None
            if sources:
                decoder_source = self.decoder.input[1]  # input 0: the previous steps
                self.encoder = keras.Model(sources[0] if len(sources) == 1 else sources, decoder_source)

    def start(self, beginning: Tensor, source: Any = None) -> tuple[Tensor, Any]:
        """Predicts the step after a beginning.

        Args:
            beginning: the input of the decoder's front, such as <int>[batch, time], padding on the right.
            source: the input of the encoder, if there is one; a list for several inputs.
        Returns:
            (<float>[batch, count], state): the prediction for the next step, and a nest of tensors, batch first.
        """
        encoded = None if self.encoder is None else self.encoder(source, training=False)
        return self.decoder.predict_next(beginning, self.decoder.initial_state(encoded))

    def step(self, previous: Tensor, state: Any) -> tuple[Tensor, Any]:
        """Predicts the step after `previous`, such as <int>[batch]; returns as `start`."""
        return self.decoder.predict_next(previous[:, None], state)

    def sample_keys(self, predicted: Tensor, uniform: Tensor) -> Tensor:
        """Samples keys from the head's prediction with uniform numbers in [0, 1); see `Labels` and `Chords`."""
        return self.decoder.head.sample(predicted, uniform)

    def attention(self, previous: Tensor, source: Any) -> Tensor:
        """Returns the attention weights of each step over the memory: <float>[batch, time, steps].

        Args:
            previous: the previous steps, as in training.
            source: the input of the encoder.
        """
        if not self.decoder.attention:
            raise ValueError("This network has no attention; build it with attention='multiplicative' or 'additive'.")
        encoded = self.encoder(source, training=False)
        return self.decoder(ops.convert_to_tensor(previous), encoded, training=False, return_attention=True)[1]


def compiled_writer(inputs: Any, outputs: Tensor, head: Model, optimizer: Any, name: str | None) -> Writer:
    """Returns the `Writer` of a functional model, compiled if the head defines a loss."""
    kind = StepModel if isinstance(head, NextToken) else keras.Model
    training = kind(inputs, outputs, name=name)
    if hasattr(head, "make_step_loss"):
        training.compile(optimizer, loss=head.make_step_loss(), metrics=head.make_step_metrics())
    return Writer(training)


def front_input(argument: str, front: Model, name: str) -> Tensor:
    """Returns the `keras.Input` of a front, renamed: two fronts of the same type have inputs of the same name."""
    if not hasattr(front, "make_input"):
        raise ValueError(f"`{argument}` must have a `make_input`, as `Tokens` does; {type(front).__name__} has none.")
    inputs = front.make_input()
    if isinstance(inputs, dict):
        raise ValueError(
            f"`{argument}` must have one input, as `Tokens` does; {type(front).__name__} has {' and '.join(inputs)}."
        )
    return keras.Input(inputs.shape[1:], dtype=inputs.dtype, name=name)
