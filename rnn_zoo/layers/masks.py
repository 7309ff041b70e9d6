"""Masks over time: the last valid step, clearing masked steps, the mask that a tensor carries."""

from keras import ops

# Keras passes the mask of a tensor to layers only; losses and metrics have to look it up.
from keras.src.backend import get_keras_mask as carried_mask

from rnn_zoo.types import Tensor

__all__ = ["carried_mask", "clear_masked", "last_step"]


def last_step(sequence: Tensor, mask: Tensor | None = None, backward_features: int = 0) -> Tensor:
    """The step at which each direction ends: the last valid one; the first valid one for backward features.

    Args:
        sequence: <float>[batch, time, features].
        mask: <bool>[batch, time]; None: all valid.
        backward_features: int >= 0, the number of last features that ran backwards in time.

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


def clear_masked(values: Tensor, mask: Tensor | None = None) -> Tensor:
    """Sets `values` <float>[..., features] to zero where `mask` <bool>[...] is False; mask None keeps all."""
    if mask is None:
        return values
    return ops.where(ops.expand_dims(ops.cast(mask, "bool"), -1), values, 0)
