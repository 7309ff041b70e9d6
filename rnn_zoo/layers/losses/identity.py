"""The identity loss, for models whose output is their loss."""

import keras

from rnn_zoo.types import Model, Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo", name="as_it_is")
def output_as_loss(target: Tensor, output: Tensor) -> Tensor:
    """Returns the output as the loss; the target is ignored."""
    return output


def compile_with_own_loss(model: Model) -> Model:
    """Compiles a model whose output is its loss; returns the model."""
    model.compile("adam", loss=output_as_loss)
    return model
