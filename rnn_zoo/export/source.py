"""Exports a model that lies on disk: a run's folder, an earlier export or a .keras file."""

import importlib
import json
from pathlib import Path

from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.kinds import KIND, KINDS, kind_of


def save_from(source, to, *, vocabulary=None, labels=None, card=None):
    """Exports what a run left behind; see `rnn_zoo.export.save`, and the functions of the other kinds.

    Args:
        source: folder with `model.keras`, `vocabulary.txt` and `labels.json` (`metrics.json` is taken along), or a
            .keras file, beside which the others are looked for. Of another kind, as kind.txt says, with its files.
        to: folder to write.
        vocabulary: file that `rnn_zoo.text.Vocabulary.save` wrote; by default `vocabulary.txt` beside the model.
        labels: list of str, the classes in the order of the model's outputs; by default those of `labels.json`.
        card: dict for the model card.
    Returns:
        pathlib.Path: the folder written.
    Raises:
        FileNotFoundError: names the file that is missing, and what would do instead.
        ValueError: a file does not hold what it should, an argument or the kind has no use here, or as in
            `rnn_zoo.export.save`.
    """
    source, to = Path(source), Path(to)
    export_folder.refuse_foreign_folder("to", to)
    folder = source if source.is_dir() else source.parent
    model_file = _existing(folder / export_folder.KERAS_MODEL if source.is_dir() else source, "a trained model")
    if model_file.suffix != ".keras":
        raise ValueError(
            f"{model_file} must be a .keras file, as `model.save('model.keras')` writes it, or a run's folder."
        )
    kind = kind_of(folder)
    if kind != "classes":
        return _save_kind(kind, model_file, to, {"vocabulary": vocabulary, "labels": labels}, card)
    exported = folder / "export"
    if not vocabulary and not (folder / export_folder.VOCABULARY).exists() and (exported / KIND).is_file():
        raise FileNotFoundError(f"{folder} holds a run of the kind {kind_of(exported)!r}; give its export, {exported}.")
    words_file = _existing(vocabulary or folder / export_folder.VOCABULARY, "the vocabulary; or pass `vocabulary`")
    if labels is None:
        labels = read_labels(_existing(folder / export_folder.LABELS, "the names of the classes; or pass `labels`"))
    metrics = _metrics(folder)

    from rnn_zoo.export.saving import save
    from rnn_zoo.text import Vocabulary

    words = Vocabulary.load(words_file)
    return save(_load(model_file), words, labels, to, card=card, metrics=metrics)


def _save_kind(kind, model_file, to, given, card):
    folder = model_file.parent
    for name, value in given.items():
        if value is not None:
            raise ValueError(f"`{name}` is for classifiers; {folder / KIND} says {kind!r}, whose files lie beside it.")
    if not KINDS[kind].exporter:
        raise ValueError(
            f"{folder} is of the kind {kind!r}, which is exported by its recipe: give its command again, and a "
            "finished run is loaded and exported."
        )
    for name in KINDS[kind].files:
        _existing(folder / name, f"what an export of the kind {kind!r} needs")
    metrics = _metrics(folder)
    module, _, function = KINDS[kind].exporter.partition(":")
    save = getattr(importlib.import_module(module), function)
    return save(_load(model_file), folder, to, card=card, metrics=metrics)


def _load(model_file):
    import keras

    import rnn_zoo.layers  # noqa: F401  registers the layers that the file names

    try:
        return keras.saving.load_model(model_file, compile=False)
    except (ValueError, TypeError, OSError) as error:
        raise ValueError(f"{model_file} cannot be read as a Keras model: {error}") from error


def _metrics(folder):
    file = folder / export_folder.METRICS
    return _read_json(file) if file.is_file() else None


def _existing(path, what):
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}, which should hold {what}.")
    return path


def _read_json(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not JSON: {error}.") from None


def read_labels(path):
    """The list of str in a labels.json; ValueError where it holds something else."""
    labels = _read_json(path)
    if not isinstance(labels, list):
        raise ValueError(f"{path} must hold a list of names, got {labels!r}.")
    return labels
