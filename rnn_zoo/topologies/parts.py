"""What every builder asks of its parts."""


def check_sequences(recurrence, reader):
    """ValueError unless a recurrence returns the outputs of all steps and nothing else.

    Args:
        recurrence: `Recurrent` or any layer.
        reader: str, who reads them, for the message.
    """
    if not getattr(recurrence, "return_sequences", True):
        raise ValueError(f"`recurrence` must return sequences, for {reader} to read; set its return_sequences=True.")
    if getattr(recurrence, "return_state", False):
        raise ValueError("`recurrence` must return its outputs alone; set its return_state=False.")


def make_input(front, inputs=None):
    """`inputs` where they are given, else the `keras.Input` of a front; ValueError where it makes none."""
    if inputs is not None:
        return inputs
    if not hasattr(front, "make_input"):
        raise ValueError(f"`inputs` must be given (a keras.Input), because {type(front).__name__} makes none.")
    return front.make_input()
