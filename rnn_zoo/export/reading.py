"""Reads the files of an export or of a run, with errors that name the file."""

from pathlib import Path

from rnn_zoo.files.reading import plain_file, read_json, reading
from rnn_zoo.types import Model


def existing_file(path: str | Path, what: str) -> Path:
    """The path; FileNotFoundError that says `what` the file should hold, if it is missing."""
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}, which should hold {what}.")
    return path


def read_labels(path: Path) -> list[str]:
    """The labels in a labels.json; ValueError if it does not hold a list of names."""
    return read_json(path, [str])


def load_keras_model(path: Path) -> Model:
    """The keras.Model in a .keras file, not compiled; ValueError that names the file, if it is unreadable."""
    import keras

    import rnn_zoo.layers  # noqa: F401  registers the layers that the file names

    with reading(plain_file(path, "a Keras model"), "a Keras model", "Take another copy of it."):
        return keras.saving.load_model(path, compile=False)
