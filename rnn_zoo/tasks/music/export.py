"""Exports a network that writes music as a folder that continues chords with TensorFlow alone."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from rnn_zoo.checks import positive_integer, positive_number
from rnn_zoo.decoding import prepend_silence, sample_keys
from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.card import Use
from rnn_zoo.export.onnx.files import save_onnx
from rnn_zoo.export.onnx.writer import step_to_onnx
from rnn_zoo.export.saving import check_place, complete, without_optimizer
from rnn_zoo.files import atomic_folder
from rnn_zoo.files.reading import read_json
from rnn_zoo.layers.recurrent.implementation import portable
from rnn_zoo.topologies.writer import Writer
from rnn_zoo.types import Model, Tensor

KIND = "music"
MUSIC = "music.json"


def save_music(
    writer: Writer,
    to: str | Path,
    *,
    lowest: int,
    seconds: float,
    steps: int,
    padding: float = -1.0,
    card: Mapping[str, Any] | None = None,
    metrics: Mapping[str, Any] | None = None,
) -> Path:
    """Exports a network that writes music: a SavedModel that samples keys, its card and metrics.

    Atomic: if this is killed, `to` is the old export or the new one. The SavedModel has the signatures
    `serve(keys <float>[batch, time, count], steps <int>[], seed <int>[])`, which returns `keys` <float>[batch, steps,
    count], 1 where a key sounds, after a beginning of at least one step; and `sample(keys, steps, temperature
    <float>[], seed)`, which samples at another temperature than 1.

    Args:
        writer: network with the head `Labels` or `Chords`; unchanged.
        to: folder to write: new, empty, or an earlier export, which is replaced.
        lowest: the MIDI number of the first key.
        seconds: > 0, the length of a step.
        steps: > 0, steps that `rnn-zoo predict` samples.
        padding: value of `keys` at padded steps.
        card: entries of the model card, see `rnn_zoo.export.card.model_card`.
        metrics: written to `metrics.json`.
    Returns:
        the folder.
    Raises:
        ValueError: an argument is out of its range, or `to` holds anything but an export. Nothing is written then.
        ValueError: Keras runs on another backend than TensorFlow.
    """
    to = check_place(to)
    count = writer.training.inputs[-1].shape[-1]
    settings = {
        "lowest": lowest,
        "count": count,
        "seconds": positive_number("seconds", seconds),
        "steps": positive_integer("steps", steps),
        "padding": padding,
    }
    plain = without_optimizer(writer.training)
    generator = Writer(plain).generator

    def sample(keys: Tensor, steps: Tensor, temperature: Tensor, seed: Tensor) -> dict[str, Tensor]:
        options = {"max_length": steps, "temperature": temperature, "seed": seed}
        return {"keys": sample_keys(generator, prepend_silence(keys), **options)}

    def serve(keys: Tensor, steps: Tensor, seed: Tensor) -> dict[str, Tensor]:
        return sample(keys, steps, 1.0, seed)

    archive = keras.export.ExportArchive()
    keys = tf.TensorSpec([None, None, count], tf.float32, name="keys")
    temperature = tf.TensorSpec([], tf.float32, name="temperature")
    integers = [tf.TensorSpec([], tf.int32, name=name) for name in ("steps", "seed")]
    with atomic_folder(to) as new:
        with portable(plain):
            archive.add_endpoint("serve", serve, [keys, *integers])
            archive.add_endpoint("sample", sample, [keys, integers[0], temperature, integers[1]])
            archive.write_out(str(new), verbose=False)
        plain.save(new / export_folder.KERAS_MODEL)
        (new / MUSIC).write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
        use = Use(
            "A recurrent network that writes music.",
            f"Input: the keys that sound at each step of {seconds:g} s, {count} from MIDI number {lowest} up. Output: "
            "those of the steps that follow.",
            f"""chord = tf.reduce_sum(tf.one_hot([[[{60 - lowest}, {64 - lowest}, {67 - lowest}]]], {count}), axis=2)
model.serve(chord, tf.constant({steps}), tf.constant(0))["keys"]""",
            '"48 55 64 72" --seed 1',
        )
        onnx = save_onnx(new, model=lambda: step_to_onnx(plain))
        sizes = {"parameters": plain.count_params()}
        complete(new, to.name, [], card, metrics, kind=KIND, use=use, **sizes, onnx=onnx)
    return to


def save_run(
    model: Model,
    folder: Path,
    to: str | Path,
    *,
    card: Mapping[str, Any] | None = None,
    metrics: Mapping[str, Any] | None = None,
) -> Path:
    """Calls `save_music` with the settings in a folder, that of an earlier export."""
    settings = read_json(folder / MUSIC, {"lowest": int, "count": int, "steps": int})
    del settings["count"]
    return save_music(Writer(model), to, **settings, card=card, metrics=metrics)
