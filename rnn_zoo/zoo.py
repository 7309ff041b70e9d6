"""The zoo: named models to build, and trained ones to load."""

import fnmatch
from typing import Any

from rnn_zoo.checks import one_of
from rnn_zoo.export.locate import exported_models, find_pretrained
from rnn_zoo.tasks.loading import load
from rnn_zoo.tasks.named_models import MODELS, register_model
from rnn_zoo.tasks.registry import import_models
from rnn_zoo.types import Model

__all__ = ["create_model", "find_pretrained", "list_models", "load", "register_model"]


def create_model(name: str, **overrides: Any) -> Model:
    """Builds a new, untrained model.

    Args:
        name: one of `list_models()`.
        overrides: arguments of the function of that name, such as vocabulary_size=5_000.

    Returns:
        `keras.Model`, compiled, with the same name.

    Raises:
        ValueError: the name or an argument is unknown; lists the known ones.
    """
    import_models()
    build = MODELS[one_of("name", name, sorted(MODELS))]
    known = build.__kwdefaults__ or {}
    for argument in overrides:
        one_of(f"{name} argument", argument, known)
    return build(**overrides)


def list_models(pattern: str = "*", pretrained: bool = False) -> list[str]:
    """Sorted names of the models that match a shell pattern, such as "imdb_*".

    Args:
        pattern: with *, ? and [].
        pretrained: names of the exported folders found instead (see `find_pretrained`).
    """
    if not pretrained:
        import_models()
    return sorted(fnmatch.filter(exported_models() if pretrained else MODELS, pattern))
