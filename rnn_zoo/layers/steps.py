"""Reading and clearing steps of a sequence under a mask."""

from keras import ops

# Keras hands the mask of a tensor to layers alone; losses and metrics have to look for it.
from keras.src.backend import get_keras_mask as carried_mask

__all__ = ["carried_mask", "clear_masked", "last_step"]


def last_step(sequence, mask=None, backward_features=0):
    """The step at which each direction ended: the last valid one, for what ran backwards the first valid one.

    Args:
        sequence: <float>[batch, time, features].
        mask: <bool>[batch, time] or None (all valid).
        backward_features: int >= 0, how many of the last features ran backwards in time.

    Returns:
        <float>[batch, features]; zeros for a row without a valid step.
    """
    split = sequence.shape[-1] - backward_features
    time = ops.shape(sequence)[1]
    if mask is None:
        mask = ops.ones(ops.shape(sequence)[:2], dtype="int32")
    mask = ops.cast(mask, "int32")
    first = ops.cast(ops.argmax(mask, axis=1), "int32")
    last = time - 1 - ops.cast(ops.argmax(ops.flip(mask, axis=1), axis=1), "int32")
    parts = [(sequence[..., :split], last), (sequence[..., split:], first)]
    read = [ops.take_along_axis(part, step[:, None, None], axis=1)[:, 0] for part, step in parts if part.shape[-1]]
    return clear_masked(ops.concatenate(read, axis=-1), ops.any(mask, axis=1))


def clear_masked(values, mask=None):
    """`values` <float>[..., features] with zeros where `mask` <bool>[...] is False; None keeps all."""
    if mask is None:
        return values
    return ops.where(ops.expand_dims(ops.cast(mask, "bool"), -1), values, 0)
