"""The zoo: named models as small functions, and the folders where trained ones lie."""

import fnmatch
import functools
import os
from pathlib import Path

from rnn_zoo.checks import one_of

_MODELS = {}


def register_model(build):
    """Decorator: the function's name becomes the name of the model that it builds.

    The function takes keyword arguments that all have defaults, and returns a compiled `keras.Model`.

    Raises:
        ValueError: another function has the name.
    """
    known = _MODELS.setdefault(build.__name__, build)
    if (known.__module__, known.__qualname__) != (build.__module__, build.__qualname__):
        raise ValueError(f"The model name {build.__name__!r} is taken by {known.__module__}; choose another.")
    _MODELS[build.__name__] = build
    return build


def create_model(name, **overrides):
    """A new, untrained model.

    Args:
        name: str, one of `list_models()`.
        overrides: arguments of the function of that name, such as vocabulary_size=5_000.

    Returns:
        `keras.Model`, compiled, with the same name.

    Raises:
        ValueError: the name or an argument is unknown; lists the known ones.
    """
    build = _models()[one_of("name", name, sorted(_models()))]
    known = build.__kwdefaults__ or {}
    for argument in overrides:
        one_of(f"{name} argument", argument, known)
    return build(**overrides)


def list_models(pattern="*", pretrained=False):
    """Sorted names of the models that match a shell pattern, such as "imdb_*".

    Args:
        pattern: str, with * ? and [].
        pretrained: bool, names of the exported folders found instead (see `find_pretrained`).
    """
    names = _exports() if pretrained else _models()
    return sorted(fnmatch.filter(names, pattern))


def find_pretrained(name):
    """The folder of an exported model.

    Looks in the folders of the environment variable RNN_ZOO_MODELS (separated as in PATH), in ./saved_models and in
    the saved_models beside the package, and takes the first that holds one of that name.

    Args:
        name: str, one of `list_models(pretrained=True)`.

    Raises:
        FileNotFoundError: no such folder; lists those that exist and where it looked.
    """
    found = _exports()
    if name in found:
        return found[name]
    there = ", ".join(sorted(found)) or "none"
    looked = ", ".join(map(str, _folders()))
    raise FileNotFoundError(
        f"No exported model named {name!r}. Found: {there}. Looked in: {looked}; set RNN_ZOO_MODELS to look elsewhere."
    )


@functools.cache
def _import_models():
    import rnn_zoo.models  # noqa: F401  registers; here because it imports Keras, which finding a folder does not need


def _models():
    _import_models()
    return _MODELS


def _folders():
    given = [folder for folder in os.environ.get("RNN_ZOO_MODELS", "").split(os.pathsep) if folder]
    return list(dict.fromkeys(map(Path, [*given, "saved_models", Path(__file__).parents[1] / "saved_models"])))


def _exports():
    """name -> folder; the first folder in the order of the search has a name."""
    found = {}
    for folder in _folders():
        for model in sorted(folder.glob("[!.]*/saved_model.pb")):  # a killed save leaves a hidden folder
            found.setdefault(model.parent.name, model.parent)
    return found
