"""Writes a network that writes as one folder: raw text or vectors in, text out, with TensorFlow alone."""

import json

import keras
import tensorflow as tf

from rnn_zoo.checks import positive_integer, positive_number
from rnn_zoo.decoding import beam_search, sample
from rnn_zoo.decoding.beam_search import log_probability
from rnn_zoo.decoding.written import BANNED, log_probabilities
from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.card import Use
from rnn_zoo.export.saving import check_place, complete, without_optimizer
from rnn_zoo.files import atomic_folder
from rnn_zoo.layers.implementation import portable
from rnn_zoo.text.symbols import END, PADDING, START
from rnn_zoo.topologies.writer import Writer

KIND = "writer"
SYMBOLS = "symbols.json"
SOURCE_SYMBOLS = "source_symbols.json"
WRITER = "writer.json"
RANKED = 10


def save_writer(
    writer,
    symbols,
    to,
    *,
    source_symbols=None,
    first=START,
    end=END,
    max_length,
    width=None,
    length_penalty=0.0,
    temperature=1.0,
    top_p=None,
    seed=0,
    card=None,
    metrics=None,
):
    """Exports a network that writes, its decoding inside, with all that is known about it.

    The folder `to` is the old export or the new one, whenever this is killed. It holds the SavedModel, `model.keras`
    without its optimizer, `symbols.json`, `writer.json`, `metrics.json`, the model card and `SHA256SUMS`. The
    signatures of the SavedModel:

    - `serve(text <string>[batch])`, or of a network that describes vectors `serve(features <float>[batch, ...])`, gives
      `text` <string>[batch], what is written (after the text, where that is gone on with), and `score` <float>[batch],
      its log-probability in nats, for a beam search made up for the length.
    - Of a language model, `rank(text)` gives the likeliest next symbols, `next` <string>[batch, 10], and their
      `probability` <float>[batch, 10]. With a width, `complete(text)` gives all continuations that the search found,
      the best first: `text` <string>[batch, width] and `probability` <float>[batch, width]; without, `sample(text,
      temperature <float>[], seed <int>[])` gives what `serve` does.

    Args:
        writer: rnn_zoo.topologies.Writer, trained; left as it is.
        symbols: rnn_zoo.text.Symbols that it writes.
        to: folder to write; absent, empty, or an earlier export, which is then replaced.
        source_symbols: rnn_zoo.text.Symbols that it reads, where it translates; stored in `source_symbols.json`.
        first: int, the symbol before all that is written; None: none, a text is gone on with as it is.
        end: int, the symbol with which a text ends; None: it goes on to `max_length`.
        max_length: int > 0, symbols written at most.
        width: int > 0, that of a beam search; None: symbols are drawn.
        length_penalty: float >= 0, of the beam search.
        temperature, top_p, seed: of the drawing by `serve`, see `rnn_zoo.decoding.sample`.
        card: dict for the model card, as of `rnn_zoo.export.save`.
        metrics: dict written to `metrics.json`.
    Returns:
        pathlib.Path: the folder.
    Raises:
        ValueError: an argument is out of its range, `to` holds anything but an export, or `symbols` are not those of
            the network. Nothing has been written then.
        RuntimeError: Keras runs on another backend than TensorFlow.
    """
    to = check_place(to)
    positive_integer("max_length", max_length)
    positive_number("temperature", temperature)
    if width is not None:
        positive_integer("width", width)
    count = getattr(writer.training.output, "shape", [None])[-1]
    if count != symbols.size:
        raise ValueError(
            f"`symbols` must be the {count} that the network writes, got {symbols.size}: give those of its training."
        )
    task = "continue" if writer.generator.encoder is None else "describe" if source_symbols is None else "translate"
    said = {
        "task": task,
        "first": first,
        "end": end,
        "max_length": max_length,
        "width": width,
        "length_penalty": length_penalty,
        "temperature": temperature,
        "top_p": top_p,
        "seed": seed,
    }
    plain = without_optimizer(writer.training)
    with atomic_folder(to) as new:
        with portable(plain):
            _archive(Writer(plain), symbols, source_symbols, said).write_out(str(new), verbose=False)
        plain.save(new / export_folder.KERAS_MODEL)
        symbols.save(new / SYMBOLS)
        if source_symbols is not None:
            source_symbols.save(new / SOURCE_SYMBOLS)
        (new / WRITER).write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")
        sizes = {"parameters": plain.count_params(), "words": symbols.size}
        complete(new, to.name, [], card, metrics, kind=KIND, use=_use(said, symbols), **sizes)
    return to


def _archive(writer, symbols, source_symbols, said):
    generator = writer.generator
    length = {"max_length": said["max_length"], "end": said["end"]}

    def decode(beginning, source=None, temperature=said["temperature"], seed=said["seed"]):
        if said["width"] is None:
            options = {"temperature": temperature, "top_p": said["top_p"], "seed": seed}
            ids, scores = sample(generator, beginning, source, **length, **options)
        else:
            options = {"width": said["width"], "length_penalty": said["length_penalty"]}
            ids, scores = beam_search(generator, beginning, source, **length, **options)
            ids, scores = ids[:, 0], scores[:, 0]
        return {"text": symbols.to_text(ids), "score": scores}

    def begin(batch):
        return tf.fill([batch, 1], said["first"])

    def seeded(text):
        ids = at_least_one(symbols.from_text(text))
        return ids if said["first"] is None else tf.concat([begin(tf.shape(ids)[0]), ids], axis=1)

    def continued(text):
        return decode(seeded(text))

    def translated(text):
        return decode(begin(tf.shape(text)[0]), at_least_one(source_symbols.from_text(text)))

    def described(features):
        return decode(begin(tf.shape(features)[0]), features)

    def drawn(text, temperature, seed):
        return decode(seeded(text), temperature=temperature, seed=seed)

    def completed(text):
        options = {"width": said["width"], "length_penalty": said["length_penalty"]}
        ids, scores = beam_search(generator, seeded(text), **length, **options)
        steps = tf.reduce_sum(tf.cast(ids != PADDING, tf.float32), axis=2)
        texts = tf.reshape(symbols.to_text(tf.reshape(ids, [-1, tf.shape(ids)[2]])), tf.shape(scores))
        return {"text": texts, "probability": tf.exp(log_probability(scores, steps, said["length_penalty"]))}

    def ranked(text):
        scores, _ = generator.start(seeded(text))
        chances = tf.exp(log_probabilities(scores, BANNED))
        best = tf.math.top_k(chances, min(RANKED, symbols.size))
        return {"next": tf.gather(tf.constant(symbols.symbols), best.indices), "probability": best.values}

    texts = tf.TensorSpec([None], tf.string, name="text")
    archive = keras.export.ExportArchive()
    for table in {"continue": [symbols.table], "translate": [source_symbols and source_symbols.table]}.get(
        said["task"], []
    ):
        table.built = True  # Keras refuses to track a layer that says it is not built; this one has no weights.
        archive.track(table)
    if said["task"] == "translate":
        archive.add_endpoint("serve", translated, [texts])
    elif said["task"] == "describe":
        (features,) = generator.encoder.inputs
        archive.add_endpoint("serve", described, [tf.TensorSpec(features.shape, features.dtype, name="features")])
    else:
        archive.add_endpoint("serve", continued, [texts])
        archive.add_endpoint("rank", ranked, [texts])
        if said["width"] is None:
            given = [tf.TensorSpec([], tf.float32, name="temperature"), tf.TensorSpec([], tf.int32, name="seed")]
            archive.add_endpoint("sample", drawn, [texts, *given])
        else:
            archive.add_endpoint("complete", completed, [texts])
    return archive


def at_least_one(ids):
    """Ids <int>[batch, time], with a step of padding where there is none: empty texts are answered too."""
    return tf.pad(ids, [[0, 0], [0, tf.maximum(0, 1 - tf.shape(ids)[1])]])


def _use(said, symbols):
    asked = {"continue": "To be, or not", "translate": "A dog runs."}.get(said["task"])
    if said["task"] == "continue" and symbols.unit == "words":
        asked = "The food is"
    summary, answers = {
        "continue": (
            f"A recurrent network that goes on with a text, {symbols.unit[:-1]} by {symbols.unit[:-1]}.",
            f"Input: text, the beginning. Output: what follows, up to {said['max_length']} {symbols.unit}, and its "
            "log-probability in nats.",
        ),
        "translate": (
            "A recurrent network that reads a sentence and writes another.",
            f"Input: a sentence. Output: what is written for it, up to {said['max_length']} {symbols.unit}.",
        ),
        "describe": (
            "A recurrent network that describes vectors in words.",
            f"Input: `features`, a vector each. Output: what is written of it, up to {said['max_length']} "
            f"{symbols.unit}.",
        ),
    }[said["task"]]
    if asked is None:
        return Use(summary, answers, 'model.signatures["serve"](features=features)["text"]', "--file features.npy")
    python = f'model.serve(tf.constant(["{asked}"]))["text"]'
    if said["task"] == "continue":
        python += f'\nmodel.rank(tf.constant(["{asked}"]))["next"]'
        if said["width"] is not None:
            python += f'\nmodel.complete(tf.constant(["{asked}"]))  # text, probability: the best found, ranked'
    return Use(summary, answers, python, f'"{asked}"')
