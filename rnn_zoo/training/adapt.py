"""Fitting of layers that need statistics of the training texts."""

import inspect
from collections.abc import Iterable

from rnn_zoo.types import Model, Tensor


def adapt(
    model: Model,
    tokens: Iterable[Tensor],
    labels: Tensor | None = None,
    *,
    but: type | tuple[type, ...] = (),
) -> None:
    """Calls `adapt(tokens, labels)` on each layer of a model that has such a method. Call it before training.

    Args:
        model: keras.Model, for instance with a layer `NGrams`.
        tokens: <int>[time] for each training text, such as `rnn_zoo.text.TokenIds`.
        labels: <int>[texts], the class indices; None if no layer needs them.
        but: layer class or tuple of classes to skip, such as layers that are already fitted.
    """
    for layer in model.layers:
        # Keras's own preprocessing layers have an `adapt(data)`, where `data` are the inputs of that layer, not tokens.
        takes_tokens = hasattr(layer, "adapt") and {"tokens", "labels"} <= set(
            inspect.signature(layer.adapt).parameters
        )
        if takes_tokens and not isinstance(layer, but):
            layer.adapt(tokens, labels)
