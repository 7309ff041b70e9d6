"""Exports a model that labels every character as a folder that answers whole texts or streams."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.card import Use
from rnn_zoo.export.onnx.files import save_onnx
from rnn_zoo.export.onnx.stream import stream_to_onnx
from rnn_zoo.export.saving import check_place, complete, without_optimizer
from rnn_zoo.files import atomic_folder
from rnn_zoo.layers.recurrent.implementation import portable
from rnn_zoo.text import Symbols
from rnn_zoo.topologies import Stream
from rnn_zoo.types import Model, Tensor

SYMBOLS = "symbols.json"
KIND = "steps"

STEPS = Use(
    "A recurrent network that labels every character of a text or of a stream.",
    "Input: text, any length, any number at once. Output: the probability of {labels} at every character.",
    """model.serve(tf.constant(["a whole text"]))["probabilities"]  # [batch, characters, labels]

state = model.start(1)  # or step by step: pieces of any length, the state in and out by name
for piece in ["a wh", "o", "le text"]:
    answer = model.step(tf.constant([piece]), state)
    state = {name: answer[name] for name in state}""",
    '"a whole text"',
)


def save_steps(
    model: Model,
    symbols: Symbols,
    labels: Sequence[str],
    to: str | Path,
    *,
    card: Mapping[str, Any] | None = None,
    metrics: Mapping[str, Any] | None = None,
) -> Path:
    """Exports a model of characters: a SavedModel that labels each, for whole texts and for streams.

    Atomic: if this is killed, `to` is the old export or the new one. It holds the SavedModel (see `steps_archive`),
    `model.keras` without its optimizer, `symbols.json`, `labels.json`, `metrics.json`, the model card and `SHA256SUMS`.

    Args:
        model: built keras.Model that `Stream` accepts, ids <int>[batch, time] -> probabilities
            <float>[batch, time, labels]; unchanged.
        symbols: the characters that the model was trained with.
        labels: the name of each probability.
        to: folder to write: new, empty, or an earlier export, which is replaced.
        card: entries of the model card, see `rnn_zoo.export.card.model_card`.
        metrics: written to `metrics.json`.
    Returns:
        the folder.
    Raises:
        ValueError: `to` holds anything but an export, `labels` do not match the outputs of `model`, or `Stream` refuses
            the model. Nothing is written then.
        ValueError: Keras runs on another backend than TensorFlow.
    """
    to = check_place(to)
    Stream(model)
    if model.output.shape[-1] != len(labels):
        raise ValueError(
            f"`labels` must name each of the model's {model.output.shape[-1]} outputs, got {len(labels)}: {labels!r}."
        )
    plain = without_optimizer(model)
    with atomic_folder(to) as new:
        with portable(plain):
            steps_archive(plain, symbols).write_out(str(new), verbose=False)
        plain.save(new / export_folder.KERAS_MODEL)
        symbols.save(new / SYMBOLS)
        onnx = save_onnx(new, model=lambda: stream_to_onnx(plain))
        sizes = {"parameters": plain.count_params(), "words": None}
        complete(new, to.name, list(labels), card, metrics, kind=KIND, use=STEPS, **sizes, onnx=onnx)
    return to


def steps_archive(model: Model, symbols: Symbols | None = None) -> keras.export.ExportArchive:
    """Wraps a model for TensorFlow alone, for whole texts and step by step.

    The endpoints (`serving_default` is `serve`) take text <string>[batch]:
    `serve(inputs)` -> {"probabilities": <float>[batch, time, labels]}, 0 at padding;
    `step(inputs, state)` -> the same and, by name, each state after the last step <float>[batch, units]. As a
    signature it takes each state by its name with "_" in place of "/";
    `start(batch)` -> the state before the first step.

    Args:
        model: keras.Model that `Stream` accepts.
        symbols: converts text to the ids of `model`. Default None: the endpoints take the model's own inputs, [batch,
            time, ...].
    Returns:
        the archive.
    Raises:
        ValueError: `Stream` refuses the model.
    """
    stream = Stream(model)

    def read(inputs: Tensor) -> tuple[Tensor, Tensor]:
        """The steps, padded to at least one as a recurrence needs, and their number."""
        steps = inputs if symbols is None else symbols.from_text(inputs)
        time = tf.shape(steps)[1]
        padding = [[0, 0], [0, tf.maximum(0, 1 - time)]] + [[0, 0]] * (len(steps.shape) - 2)
        return tf.pad(steps, padding), time

    def answer(outputs: Tensor, steps: Tensor, time: Tensor) -> dict[str, Tensor]:
        if symbols is not None:
            outputs = tf.where((steps != 0)[..., None], outputs, 0.0)
        return {"probabilities": outputs[:, :time]}

    def serve(inputs: Tensor) -> dict[str, Tensor]:
        steps, time = read(inputs)
        return answer(model(steps, training=False), steps, time)

    def step(inputs: Tensor, state: dict[str, Tensor]) -> dict[str, Tensor]:
        steps, time = read(inputs)
        outputs, after = stream.compute(steps, state)
        return {**answer(outputs, steps, time), **after}

    archive = keras.export.ExportArchive()
    if symbols is not None:
        symbols.table.built = True  # Keras tracks only built layers; this one has no weights
        archive.track(symbols.table)
        given = tf.TensorSpec([None], tf.string, name="inputs")
    else:
        given = tf.TensorSpec(model.input.shape, model.input.dtype, name="inputs")
    start = stream.start()
    state = {
        name: tf.TensorSpec([None, *value.shape[1:]], value.dtype, name=name.replace("/", "_"))
        for name, value in start.items()
    }
    archive.add_endpoint("serve", serve, [given])
    archive.add_endpoint("step", step, [given, state])
    archive.add_endpoint("start", stream.compute_start, [tf.TensorSpec([], tf.int32, name="batch")])
    return archive
