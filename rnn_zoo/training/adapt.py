"""Fitting of what layers count before training."""

import inspect
from typing import Any

from rnn_zoo.types import Model


def adapt(model: Model, tokens: Any, labels: Any = None, *, but: Any = ()) -> None:
    """Fits the layers of a model that count their training texts before they are trained, if it has such.

    Args:
        model: keras.Model; its layers with a method `adapt(tokens, labels)` are fitted, `NGrams` for one.
        tokens: `rnn_zoo.text.TokenIds` of the training texts.
        labels: <int>[texts], their class numbers; None where no layer looks at them.
        but: layer class or tuple of classes to leave as they are, because they are fitted already.
    """
    for layer in model.layers:
        # Keras's own preprocessing layers have an `adapt(data)`, which asks for what the layer before them gives.
        known = hasattr(layer, "adapt") and {"tokens", "labels"} <= set(inspect.signature(layer.adapt).parameters)
        if known and not isinstance(layer, but):
            layer.adapt(tokens, labels)
