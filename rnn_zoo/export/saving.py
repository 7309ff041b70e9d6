"""Writing an export: the checks and the common files, shared by all tasks."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras

from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.card import CLASSES, Use, model_card
from rnn_zoo.export.kinds import KIND
from rnn_zoo.files.atomic import told_full
from rnn_zoo.types import Model


def check_place(to: str | Path) -> Path:
    """The folder to write, as an absolute path.

    Raises:
        ValueError: the backend is not TensorFlow.
        ValueError: the folder holds something other than an export.
    """
    if keras.backend.backend() != "tensorflow":
        raise ValueError(
            f"a SavedModel needs the TensorFlow backend, and this is {keras.backend.backend()!r}: save the model "
            "with `model.save('model.keras')` and export that file in a process with KERAS_BACKEND=tensorflow."
        )
    to = Path(to).resolve()  # replaces the target of a link
    export_folder.refuse_foreign_folder("to", to)
    return to


def complete(
    new: Path,
    name: str,
    labels: Sequence[str],
    card: Mapping[str, Any] | None,
    metrics: Mapping[str, Any] | None,
    *,
    kind: str = "classes",
    use: Use = CLASSES,
    parameters: int,
    words: int | None = None,
    onnx: str = "",
) -> None:
    """Adds the common files of an export to a folder with a SavedModel, model.keras and the files of its kind.

    Args:
        new: temporary folder, renamed afterwards.
        name: final name of the folder.
        labels: written to `labels.json`; empty for a model without labels.
        card: entries of the model card, see `model_card`.
        metrics: written to `metrics.json`.
        kind: a key of `rnn_zoo.export.kinds.KINDS`.
        use: texts of the card for this kind.
        parameters: number of parameters.
        words: size of the vocabulary, or None.
        onnx: what the card says of the ONNX form, see `rnn_zoo.export.onnx.files.save_onnx`.
    """
    if kind != "classes":
        _write(new / KIND, kind)
    if labels:
        _write(new / export_folder.LABELS, json.dumps(labels, ensure_ascii=False))
    _write(new / export_folder.METRICS, metrics_as_json(metrics))
    size = sum((new / file).stat().st_size for file in export_folder.list_files(new))
    sizes: dict[str, Any] = {"parameters": parameters, "words": words, "size": size}
    text = model_card(name, labels, card or {}, metrics or {}, **sizes, use=use, onnx=onnx)
    _write(new / export_folder.CARD, text)
    export_folder.write_checksums(new)


def metrics_as_json(metrics: Mapping[str, Any] | None) -> str:
    """The content of `metrics.json`; TypeError if JSON cannot represent it."""
    return json.dumps(metrics or {}, indent=2, ensure_ascii=False)


def checked_labels(labels: Sequence[Any], model: Model) -> list[str]:
    """The labels as strings; ValueError unless they differ and there is one for each output of a classifier."""
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


def without_optimizer(model: Model) -> Model:
    """A copy of the model without its optimizer, loaded from a .keras file, so that the export equals that file."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "model.keras"
        with told_full(path):
            model.save(path)
        return keras.saving.load_model(path, compile=False)


def _write(path: Path, text: str) -> None:
    path.write_text(text + "\n" * (not text.endswith("\n")), encoding="utf-8")
