"""Reads the files of an export or of a run, with errors that name the file."""

import json
from pathlib import Path
from typing import Any

from rnn_zoo.types import Model


def existing_file(path: str | Path, what: str) -> Path:
    """The path; FileNotFoundError that says `what` the file should hold, if it is missing."""
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}, which should hold {what}.")
    return path


def read_json(path: Path) -> Any:
    """The content of a JSON file; ValueError that names the file, if it is not JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not JSON: {error}.") from None


def read_labels(path: Path) -> list[str]:
    """The labels in a labels.json; ValueError if it does not hold a list."""
    labels = read_json(path)
    if not isinstance(labels, list):
        raise ValueError(f"{path} must hold a list of names, got {labels!r}.")
    return labels


def load_keras_model(path: Path) -> Model:
    """The keras.Model in a .keras file, not compiled; ValueError that names the file, if it is unreadable."""
    import keras

    import rnn_zoo.layers  # noqa: F401  registers the layers that the file names

    try:
        return keras.saving.load_model(path, compile=False)
    except (ValueError, TypeError, OSError) as error:
        raise ValueError(f"{path} cannot be read as a Keras model: {error}") from error
