"""Exports a trained image classifier as a folder that answers images with TensorFlow alone."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.card import Use
from rnn_zoo.export.onnx.files import save_onnx
from rnn_zoo.export.onnx.model import model_to_onnx
from rnn_zoo.export.saving import check_place, checked_labels, complete, without_optimizer
from rnn_zoo.files import atomic_file, atomic_folder
from rnn_zoo.layers.recurrent.implementation import portable
from rnn_zoo.types import Model, Shape, Tensor

KIND = "images"


def save_images(
    model: Model,
    labels: Sequence[str],
    to: str | Path,
    *,
    card: Mapping[str, Any] | None = None,
    metrics: Mapping[str, Any] | None = None,
) -> Path:
    """Exports an image classifier: a SavedModel that answers pixels, its card, labels and metrics.

    Atomic: if this is killed, `to` is the old export or the new one. It holds the SavedModel, whose signature `serve`
    takes images <float32>[batch, height, width, channels], pixels from 0 to 255, and returns {"label":
    <string>[batch], "score": <float>[batch], "probabilities": <float>[batch, classes]}; `model.keras` without its
    optimizer, its ONNX form `model.onnx`, `labels.json`, `metrics.json`, the model card and `SHA256SUMS`.

    Args:
        model: built keras.Model, pixels <float>[batch, height, width, channels] -> probabilities
            <float>[batch, classes]; unchanged.
        labels: the name of each class, in the order of the model's outputs.
        to: folder to write: new, empty, or an earlier export, which is replaced.
        card: entries of the model card, see `rnn_zoo.export.card.model_card`.
        metrics: written to `metrics.json`.
    Returns:
        the folder.
    Raises:
        ValueError: `to` holds anything but an export, `labels` do not match the outputs of `model`, or its input is not
            images of one shape. Nothing is written then.
        ValueError: Keras runs on another backend than TensorFlow.
    """
    to = check_place(to)
    labels = checked_labels(labels, model)
    if len(model.inputs[0].shape) != 4 or None in model.inputs[0].shape[1:]:
        raise ValueError(
            f"`model` must take images of one shape, [batch, height, width, channels], got {model.inputs[0].shape}."
        )
    plain = without_optimizer(model)
    with atomic_folder(to) as new:
        with portable(plain):
            _archive(plain, labels).write_out(str(new), verbose=False)
        plain.save(new / export_folder.KERAS_MODEL)
        shape = model.inputs[0].shape[1:]
        onnx = save_onnx(new, model=lambda: model_to_onnx(plain, "probabilities"))
        sizes = {"parameters": plain.count_params()}
        complete(new, to.name, labels, card, metrics, kind=KIND, use=_use(shape), **sizes, onnx=onnx)
    return to


def _archive(model: Model, labels: Sequence[str]) -> keras.export.ExportArchive:
    names = tf.constant(labels, tf.string)

    def serve(images: Tensor) -> dict[str, Tensor]:
        probabilities = tf.cast(model(images, training=False), tf.float32)
        return {
            "label": tf.gather(names, tf.argmax(probabilities, axis=-1)),
            "score": tf.reduce_max(probabilities, axis=-1),
            "probabilities": probabilities,
        }

    archive = keras.export.ExportArchive()
    archive.add_endpoint("serve", serve, [tf.TensorSpec(model.inputs[0].shape, tf.float32, name="images")])
    return archive


def complete_run(out: str | Path, labels: Sequence[str]) -> None:
    """Writes the labels beside `model.keras` in a run's folder."""
    with atomic_file(Path(out) / export_folder.LABELS) as file:
        json.dump(list(labels), file, ensure_ascii=False)


def _use(shape: Shape) -> Use:
    height, width, channels = shape
    return Use(
        "A recurrent network that classifies images.",
        f"Input: images of {height} x {width} pixels from 0 to 255 in {channels} channel(s), any number at once. "
        "Output: one of {labels}, with the probability of each.",
        f"""answers = model.serve(tf.zeros([1, {height}, {width}, {channels}]))
answers["label"], answers["score"], answers["probabilities"]""",
        "picture.png",
    )
