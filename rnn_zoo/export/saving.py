"""Writes a trained text classifier as one folder that anyone can run."""

import json
import tempfile
from pathlib import Path

import keras

from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.card import CLASSES, model_card
from rnn_zoo.export.kinds import KIND
from rnn_zoo.export.signatures import text_archive
from rnn_zoo.files import atomic_folder
from rnn_zoo.layers.implementation import portable


def save(model, vocabulary, labels, to, *, card=None, metrics=None):
    """Exports a text classifier: a SavedModel that answers raw strings, with all that is known about it.

    The folder `to` is the old export or the new one, whenever this is killed. It holds the SavedModel
    (`saved_model.pb`, `variables/`; see `rnn_zoo.export.signatures.text_archive`), `model.keras` without its optimizer,
    `vocabulary.txt`, `labels.json`, `metrics.json`, the model card `README.md` and `SHA256SUMS` of all of them.

    Args:
        model: built keras.Model, ids <int>[batch, time] -> probabilities <float>[batch, classes]; left as it is.
            It may have been quantised with `model.quantize("int8")`.
        vocabulary: rnn_zoo.text.Vocabulary that the model was trained with.
        labels: sequence of str, the name of each class, in the order of the model's outputs.
        to: folder to write; absent, empty, or an earlier export, which is then replaced.
        card: dict for the model card; the keys name, data, licence, command, seed and limits have their place in it
            ("not stated" where absent), others are added as they come.
        metrics: dict written to `metrics.json`; {model or baseline: {metric: number}} becomes a table in the card.
    Returns:
        pathlib.Path: the folder.
    Raises:
        ValueError: `to` holds anything but an export, `labels` do not fit the outputs of `model`, `vocabulary` has more
            words than `model`, or `model` does not answer with probabilities. Nothing has been written then.
        RuntimeError: Keras runs on another backend than TensorFlow.
    """
    to = check_place(to)
    labels = checked_labels(labels, model)
    metrics_as_json(metrics)  # raises before anything is made

    plain = without_optimizer(model)
    with atomic_folder(to) as new:
        with portable(plain):
            text_archive(plain, vocabulary, labels).write_out(str(new), verbose=False)
        plain.save(new / export_folder.KERAS_MODEL)
        vocabulary.save(new / export_folder.VOCABULARY)
        complete(new, to.name, labels, card, metrics, parameters=plain.count_params(), words=vocabulary.size)
    return to


def check_place(to):
    """Returns the folder to write as an absolute path; raises, as `save` does, where nothing can be exported to it."""
    if keras.backend.backend() != "tensorflow":
        raise RuntimeError(
            f"a SavedModel is exported on the TensorFlow backend, this is {keras.backend.backend()!r}: save the model "
            "with `model.save('model.keras')` and export that file in a process with KERAS_BACKEND=tensorflow."
        )
    to = Path(to).resolve()  # of a link, the folder it points to is replaced
    export_folder.refuse_foreign_folder("to", to)
    return to


def complete(new, name, labels, card, metrics, *, kind="classes", use=CLASSES, parameters, words=None):
    """Adds to a folder with a SavedModel, model.keras and the files of its kind what every export holds beside them.

    Args:
        new: pathlib.Path, the folder, not yet in its place.
        name: str, what the folder will be called.
        labels: list of str, written to `labels.json`; empty where the model has none.
        card, metrics: dict or None, as of `save`.
        kind: str, a key of `rnn_zoo.export.kinds.KINDS`.
        use: Use, what the card says of the kind.
        parameters: int, the number of weights.
        words: int, the size of the vocabulary, or None.
    """
    if kind != "classes":
        _write(new / KIND, kind)
    if labels:
        _write(new / export_folder.LABELS, json.dumps(labels, ensure_ascii=False))
    _write(new / export_folder.METRICS, metrics_as_json(metrics))
    size = sum((new / file).stat().st_size for file in export_folder.list_files(new))
    sizes = {"parameters": parameters, "words": words, "size": size}
    _write(new / export_folder.CARD, model_card(name, labels, card or {}, metrics or {}, **sizes, use=use))
    export_folder.write_checksums(new)


def metrics_as_json(metrics):
    """Returns the content of `metrics.json`; TypeError where JSON cannot hold it."""
    return json.dumps(metrics or {}, indent=2, ensure_ascii=False)


def checked_labels(labels, model):
    """Returns the labels as a list of str; ValueError unless they name the outputs of a classifier, each once."""
    if isinstance(labels, str):
        raise ValueError(f"`labels` must be a sequence of names, got the string {labels!r}; pass a list.")
    labels = [str(label) for label in labels]
    if len(set(labels)) != len(labels):
        raise ValueError(f"`labels` must differ from each other, got {labels!r}.")
    if len(model.inputs) != 1 or len(model.outputs) != 1 or len(model.outputs[0].shape) != 2:
        raise ValueError(
            "`model` must have one input, ids [batch, time], and one output, probabilities [batch, classes]; got "
            f"inputs {[tuple(x.shape) for x in model.inputs]} and outputs {[tuple(x.shape) for x in model.outputs]}."
        )
    outputs = model.outputs[0].shape[-1]
    if outputs != len(labels):
        hint = " A yes-or-no model needs two outputs here: use `Classes(2)`." if outputs == 1 else ""
        raise ValueError(
            f"`labels` must name each of the model's {outputs} outputs, got {len(labels)}: {labels!r}.{hint}"
        )
    return labels


def without_optimizer(model):
    """Returns the model as its file gives it back: what is traced is what others will load; `model` stays as it is."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "model.keras"
        model.save(path)
        return keras.saving.load_model(path, compile=False)


def _write(path, text):
    path.write_text(text + "\n" * (not text.endswith("\n")), encoding="utf-8")
