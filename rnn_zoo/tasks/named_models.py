"""Registry of named models: functions whose name is that of the model they build."""

from collections.abc import Callable
from typing import Any

MODELS: dict[str, Any] = {}


def register_model(build: Callable) -> Callable:
    """Decorator: the function's name becomes the name of the model that it builds.

    Args:
        build: function of keyword arguments, all with defaults, that returns a compiled `keras.Model`.

    Raises:
        ValueError: another function has the name.
    """
    known = MODELS.setdefault(build.__name__, build)
    if (known.__module__, known.__qualname__) != (build.__module__, build.__qualname__):
        raise ValueError(f"The model name {build.__name__!r} is taken by {known.__module__}; choose another.")
    MODELS[build.__name__] = build
    return build
