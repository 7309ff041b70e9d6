"""Writes a model that answers at every character as one folder that anyone can run, whole or step by step."""

import keras
import tensorflow as tf

from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.card import Use
from rnn_zoo.export.saving import check_place, complete, without_optimizer
from rnn_zoo.files import atomic_folder
from rnn_zoo.layers.implementation import portable
from rnn_zoo.topologies import Stream

SYMBOLS = "symbols.json"
KIND = "steps"

STEPS = Use(
    "A recurrent network that answers at every character, as the characters come.",
    "Input: text, any length, any number at once. Output: at every character the probability of {labels}.",
    """model.serve(tf.constant(["a whole text"]))["probabilities"]  # [batch, characters, labels]

state = model.start(1)  # or step by step: pieces of any length, the state in and out by name
for piece in ["a wh", "o", "le text"]:
    answer = model.step(tf.constant([piece]), state)
    state = {name: answer[name] for name in state}""",
    '"a whole text"',
)


def save_steps(model, symbols, labels, to, *, card=None, metrics=None):
    """Exports a model of characters: a SavedModel that answers at each, for whole texts and for a stream of pieces.

    The folder `to` is the old export or the new one, whenever this is killed. It holds the SavedModel, see
    `steps_archive`, `model.keras` without its optimizer, `symbols.json`, `labels.json`, `metrics.json`, the model card
    and `SHA256SUMS`.

    Args:
        model: built keras.Model, ids <int>[batch, time] -> probabilities <float>[batch, time, labels], that `Stream`
            takes; left as it is.
        symbols: rnn_zoo.text.Symbols of characters, that the model was trained with.
        labels: list of str, the name of each probability.
        to: folder to write; absent, empty, or an earlier export, which is then replaced.
        card: dict for the model card, as of `rnn_zoo.export.save`.
        metrics: dict written to `metrics.json`.
    Returns:
        pathlib.Path: the folder.
    Raises:
        ValueError: `to` holds anything but an export, `labels` do not fit the outputs of `model`, or `Stream` refuses
            the model. Nothing has been written then.
        RuntimeError: Keras runs on another backend than TensorFlow.
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
        sizes = {"parameters": plain.count_params(), "words": None}
        complete(new, to.name, list(labels), card, metrics, kind=KIND, use=STEPS, **sizes)
    return to


def steps_archive(model, symbols=None):
    """Wraps a model into a `keras.export.ExportArchive` that TensorFlow alone can serve, whole and step by step.

    Args:
        model: keras.Model that `Stream` takes.
        symbols: rnn_zoo.text.Symbols, which turns text into the ids of `model`; None: the model's inputs are given as
            they are, [batch, time, ...].
    Returns:
        keras.export.ExportArchive with three endpoints (`serving_default` is `serve`), the text <string>[batch]:
        `serve(inputs)` -> {"probabilities": <float>[batch, time, count]}, 0 at padding;
        `step(inputs, state)` -> the same and, by its name, each state after the last step <float>[batch, units]; where
        it is asked as a signature, with its states one by one, "_" stands for the "/" in the names that go in;
        `start(batch)` -> the state before the first step.
    Raises:
        ValueError: `Stream` refuses the model.
    """
    stream = Stream(model)

    def read(inputs):
        """The steps, one at least, as a recurrence needs; and how many were given."""
        steps = inputs if symbols is None else symbols.from_text(inputs)
        time = tf.shape(steps)[1]
        padding = [[0, 0], [0, tf.maximum(0, 1 - time)]] + [[0, 0]] * (len(steps.shape) - 2)
        return tf.pad(steps, padding), time

    def answer(outputs, steps, time):
        if symbols is not None:
            outputs = tf.where((steps != 0)[..., None], outputs, 0.0)
        return {"probabilities": outputs[:, :time]}

    def serve(inputs):
        steps, time = read(inputs)
        return answer(model(steps, training=False), steps, time)

    def step(inputs, state):
        steps, time = read(inputs)
        outputs, after = stream.compute(steps, state)
        return {**answer(outputs, steps, time), **after}

    archive = keras.export.ExportArchive()
    if symbols is not None:
        symbols.table.built = True  # Keras refuses to track a layer that says it is not built; this one has no weights
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
