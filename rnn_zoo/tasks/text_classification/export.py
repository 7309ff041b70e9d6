"""Exports a trained text classifier as a folder that answers raw text with TensorFlow alone."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.onnx.files import save_onnx
from rnn_zoo.export.onnx.model import model_to_onnx
from rnn_zoo.export.reading import read_labels
from rnn_zoo.export.saving import check_place, checked_labels, complete, metrics_as_json, without_optimizer
from rnn_zoo.files import atomic_file, atomic_folder
from rnn_zoo.layers.recurrent.implementation import portable
from rnn_zoo.tasks.text_classification.signatures import text_archive
from rnn_zoo.text import Vocabulary
from rnn_zoo.types import Model


def save(
    model: Model,
    vocabulary: Vocabulary,
    labels: Sequence[str],
    to: str | Path,
    *,
    card: Mapping[str, Any] | None = None,
    metrics: Mapping[str, Any] | None = None,
) -> Path:
    """Exports a text classifier: a SavedModel that answers raw strings, its card, labels, vocabulary and metrics.

    Atomic: if this is killed, `to` is the old export or the new one. It holds the SavedModel
    (`saved_model.pb`, `variables/`; see `signatures.text_archive`), `model.keras` without its optimizer, its ONNX form
    `model.onnx`, `vocabulary.txt`, `labels.json`, `metrics.json`, the model card `README.md` and `SHA256SUMS` of all of
    them.

    Args:
        model: built keras.Model, ids <int>[batch, time] -> probabilities <float>[batch, classes]; unchanged. It
            may have been quantised with `model.quantize("int8")`.
        vocabulary: the vocabulary that the model was trained with.
        labels: the name of each class, in the order of the model's outputs.
        to: folder to write: new, empty, or an earlier export, which is replaced.
        card: entries of the model card; name, data, licence, command, seed and limits have their place in it ("not
            stated" if absent), others are appended.
        metrics: written to `metrics.json`; {model or baseline: {metric: number}} becomes a table in the card.
    Returns:
        the folder.
    Raises:
        ValueError: `to` holds anything but an export, `labels` do not match the outputs of `model`, `vocabulary` has
            more words than `model`, or `model` does not return probabilities. Nothing is written then.
        ValueError: Keras runs on another backend than TensorFlow.
    """
    place = check_place(to)
    labels = checked_labels(labels, model)
    metrics_as_json(metrics)  # raises before anything is written

    plain = without_optimizer(model)
    with atomic_folder(place) as new:
        with portable(plain):
            text_archive(plain, vocabulary, labels).write_out(str(new), verbose=False)
        plain.save(new / export_folder.KERAS_MODEL)
        vocabulary.save(new / export_folder.VOCABULARY)
        onnx = save_onnx(new, model=lambda: model_to_onnx(plain, "probabilities"))
        sizes = {"parameters": plain.count_params(), "words": vocabulary.size}
        complete(new, place.name, labels, card, metrics, **sizes, onnx=onnx)
    return place


def save_run(
    model: Model,
    folder: Path,
    to: str | Path,
    *,
    vocabulary: str | Path | None = None,
    labels: Sequence[str] | None = None,
    card: Mapping[str, Any] | None = None,
    metrics: Mapping[str, Any] | None = None,
) -> Path:
    """Calls `save` with the vocabulary and labels in a run's folder, or with those given."""
    if labels is None:
        labels = read_labels(folder / export_folder.LABELS)
    words = Vocabulary.load(vocabulary or folder / export_folder.VOCABULARY)
    return save(model, words, labels, to, card=card, metrics=metrics)


def complete_run(out: str | Path, vocabulary: Vocabulary, labels: Sequence[str]) -> None:
    """Writes the files that `rnn-zoo export` needs beside `model.keras` in a run's folder: vocabulary and labels."""
    vocabulary.save(Path(out) / export_folder.VOCABULARY)
    with atomic_file(Path(out) / export_folder.LABELS) as file:
        json.dump(list(labels), file, ensure_ascii=False)
