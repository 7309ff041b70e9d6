"""Writes a network that writes music as one folder: chords in, the steps that follow out, with TensorFlow alone."""

import json

import keras
import tensorflow as tf

from rnn_zoo.checks import positive_integer, positive_number
from rnn_zoo.decoding import after_silence, sample_keys
from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.card import Use
from rnn_zoo.export.saving import check_place, complete, without_optimizer
from rnn_zoo.files import atomic_folder
from rnn_zoo.layers.implementation import portable
from rnn_zoo.topologies.writer import Writer

KIND = "music"
MUSIC = "music.json"


def save_music(writer, to, *, lowest, seconds, steps, padding=-1.0, card=None, metrics=None):
    """Exports a network that writes music, its drawing of keys inside, with all that is known about it.

    The folder `to` is the old export or the new one, whenever this is killed. Its SavedModel has the signature
    `serve(keys <float>[batch, time, count], steps <int>[], seed <int>[])`, which gives `keys` <float>[batch, steps,
    count], 1 where a key sounds, after the beginning, of which at least one step is given; and `sample(keys, steps,
    temperature <float>[], seed)`, which draws at another temperature than 1.

    Args:
        writer: rnn_zoo.topologies.Writer, whose head is `Labels` or `Chords`; left as it is.
        to: folder to write; absent, empty, or an earlier export, which is then replaced.
        lowest: int, the MIDI number of the first key.
        seconds: float > 0, the length of a step.
        steps: int > 0, how many `rnn-zoo predict` writes.
        padding: float, the mark of padding in `keys`.
        card: dict for the model card, as of `rnn_zoo.export.save`.
        metrics: dict written to `metrics.json`.
    Returns:
        pathlib.Path: the folder.
    Raises:
        ValueError: an argument is out of its range, or `to` holds anything but an export. Nothing has been written.
        RuntimeError: Keras runs on another backend than TensorFlow.
    """
    to = check_place(to)
    count = writer.training.inputs[-1].shape[-1]
    said = {
        "lowest": lowest,
        "count": count,
        "seconds": positive_number("seconds", seconds),
        "steps": positive_integer("steps", steps),
        "padding": padding,
    }
    plain = without_optimizer(writer.training)
    generator = Writer(plain).generator

    def drawn(keys, steps, temperature, seed):
        options = {"max_length": steps, "temperature": temperature, "seed": seed}
        return {"keys": sample_keys(generator, after_silence(keys), **options)}

    def served(keys, steps, seed):
        return drawn(keys, steps, 1.0, seed)

    archive = keras.export.ExportArchive()
    keys = tf.TensorSpec([None, None, count], tf.float32, name="keys")
    temperature = tf.TensorSpec([], tf.float32, name="temperature")
    steps_given, seed_given = (tf.TensorSpec([], tf.int32, name=name) for name in ("steps", "seed"))
    with atomic_folder(to) as new:
        with portable(plain):
            archive.add_endpoint("serve", served, [keys, steps_given, seed_given])
            archive.add_endpoint("sample", drawn, [keys, steps_given, temperature, seed_given])
            archive.write_out(str(new), verbose=False)
        plain.save(new / export_folder.KERAS_MODEL)
        (new / MUSIC).write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")
        use = Use(
            "A recurrent network that writes music.",
            f"Input: the keys that sound at each step of {seconds:g} s, {count} from MIDI number {lowest} up. Output: "
            "those of the steps that follow.",
            f"""chord = tf.reduce_sum(tf.one_hot([[[{60 - lowest}, {64 - lowest}, {67 - lowest}]]], {count}), axis=2)
model.serve(chord, tf.constant({steps}), tf.constant(0))["keys"]""",
            '"48 55 64 72" --seed 1',
        )
        complete(new, to.name, [], card, metrics, kind=KIND, use=use, parameters=plain.count_params())
    return to


def save_run(model, folder, to, *, card=None, metrics=None):
    """`save_music` of what lies in a folder: an earlier export."""
    said = json.loads((folder / MUSIC).read_text(encoding="utf-8"))
    del said["count"]
    return save_music(Writer(model), to, **said, card=card, metrics=metrics)
