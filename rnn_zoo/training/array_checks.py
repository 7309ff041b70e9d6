"""Checks arrays before they train a model: numbers that are none, ids and labels out of range, padding on the left."""

from typing import Any

import keras
import numpy as np

from rnn_zoo.types import Model


def check_arrays(name: str, parts: tuple[Any, ...], model: Model) -> None:
    """Checks (inputs, targets) or (inputs, targets, weights) that a model is to be trained on.

    Args:
        name: the argument that errors name.
        parts: arrays, or dicts or tuples of them, with a row for each example.
        model: the model; its layers with a `vocabulary_size` state the range of ids.
    Raises:
        ValueError: a number is complex, NaN or infinite, an id or a label is out of range, or a text is padded on the
            left; names the row.
    """
    for what, part in zip(("inputs", "targets", "weights"), parts, strict=False):
        for array in keras.tree.flatten(part):
            _check_numbers(f"`{name}`: the {what}", array)
    inputs, targets = (keras.tree.flatten(part) for part in parts[:2])
    sizes = {layer.vocabulary_size for layer in model._flatten_layers() if hasattr(layer, "vocabulary_size")}
    if len(inputs) == 1 and len(sizes) == 1 and inputs[0].ndim == 2:
        _check_ids(name, inputs[0], sizes.pop())
    loss = getattr(model, "loss", None)
    sparse = "sparse_categorical" in str(getattr(loss, "name", loss))
    if sparse and len(targets) == 1 and not isinstance(model.output, (list, dict)):
        _check_range(f"`{name}`: the targets", "class", targets[0], model.output.shape[-1])


def _check_numbers(what, array):
    if array.dtype.kind == "c":
        raise ValueError(f"{what} must be real numbers, got {array.dtype}.")
    if array.dtype.kind == "f" and not (finite := np.isfinite(array)).all():
        row = int(np.argwhere(~finite)[0][0])
        raise ValueError(f"{what} must be finite, but row {row} holds NaN or infinity; remove or fill it.")


def _check_ids(name, ids, size):
    what = f"`{name}`: the inputs"
    _check_range(what, "id", ids, size)
    left = (ids[:, 0] == 0) & (ids != 0).any(axis=1)
    if left.any():
        raise ValueError(
            f"{what} must be padded on the right, but row {int(left.argmax())} begins with padding, id 0: pad with "
            "`keras.utils.pad_sequences(ids, padding='post')`."
        )


def _check_range(what, kind, numbers, size):
    wrong = (numbers < 0) | (numbers >= size) | (numbers != np.floor(numbers))
    if wrong.any():
        place = tuple(np.argwhere(wrong)[0])
        raise ValueError(f"{what} hold the {kind} {numbers[place]} in row {place[0]}; the model's are 0 to {size - 1}.")
