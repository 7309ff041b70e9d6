"""Exports a model that lies on disk: a run's folder, an earlier export or a .keras file."""

import json
from pathlib import Path

from rnn_zoo.export import folder as export_folder


def save_from(source, to, *, vocabulary=None, labels=None, card=None):
    """Exports what a run left behind; see `rnn_zoo.export.save`.

    Args:
        source: folder with `model.keras`, `vocabulary.txt` and `labels.json` (`metrics.json` is taken along), or a
            .keras file, beside which the others are looked for.
        to: folder to write.
        vocabulary: file that `rnn_zoo.text.Vocabulary.save` wrote; by default `vocabulary.txt` beside the model.
        labels: list of str, the classes in the order of the model's outputs; by default those of `labels.json`.
        card: dict for the model card.
    Returns:
        pathlib.Path: the folder written.
    Raises:
        FileNotFoundError: names the file that is missing, and what would do instead.
        ValueError: a file does not hold what it should, or as in `rnn_zoo.export.save`.
    """
    source, to = Path(source), Path(to)
    export_folder.refuse_foreign_folder("to", to)
    folder = source if source.is_dir() else source.parent
    model_file = _existing(folder / export_folder.KERAS_MODEL if source.is_dir() else source, "a trained model")
    if model_file.suffix != ".keras":
        raise ValueError(
            f"{model_file} must be a .keras file, as `model.save('model.keras')` writes it, or a run's folder."
        )
    words_file = _existing(vocabulary or folder / export_folder.VOCABULARY, "the vocabulary; or pass `vocabulary`")
    if labels is None:
        labels = _read_labels(_existing(folder / export_folder.LABELS, "the names of the classes; or pass `labels`"))
    metrics_file = folder / export_folder.METRICS
    metrics = _read_json(metrics_file) if metrics_file.is_file() else None

    import keras

    import rnn_zoo.layers  # noqa: F401  registers the layers that the file names
    from rnn_zoo.export.saving import save
    from rnn_zoo.text import Vocabulary

    words = Vocabulary.load(words_file)
    try:
        model = keras.saving.load_model(model_file, compile=False)
    except (ValueError, TypeError, OSError) as error:
        raise ValueError(f"{model_file} cannot be read as a Keras model: {error}") from error
    return save(model, words, labels, to, card=card, metrics=metrics)


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


def _read_labels(path):
    labels = _read_json(path)
    if not isinstance(labels, list):
        raise ValueError(f"{path} must hold a list of names, got {labels!r}.")
    return labels
