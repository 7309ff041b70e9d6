"""Checks that all builders share."""

from rnn_zoo.types import Model, Tensor


def check_sequences(recurrence: Model, reader: str) -> None:
    """ValueError unless a recurrence returns the outputs of all steps and nothing else.

    Args:
        recurrence: `Recurrent` or any layer.
        reader: the part that uses the outputs, for the message.
    """
    if not getattr(recurrence, "return_sequences", True):
        raise ValueError(f"`recurrence` must return sequences for {reader}; set its return_sequences=True.")
    if getattr(recurrence, "return_state", False):
        raise ValueError("`recurrence` must return its outputs only; set its return_state=False.")


def make_input(front: Model, inputs: Tensor | None = None) -> Tensor:
    """Returns `inputs`, or the front's `keras.Input` if None; ValueError if the front has no `make_input`."""
    if inputs is not None:
        return inputs
    if not hasattr(front, "make_input"):
        raise ValueError(f"`inputs` must be given (a keras.Input), because {type(front).__name__} has no `make_input`.")
    return front.make_input()
