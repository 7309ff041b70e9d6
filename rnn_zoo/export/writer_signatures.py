"""What the SavedModel of a network that writes is asked: raw text or vectors in, text out, with TensorFlow alone."""

import keras
import tensorflow as tf

from rnn_zoo.decoding import beam_search, sample
from rnn_zoo.decoding.beam_search import log_probability
from rnn_zoo.decoding.written import BANNED, log_probabilities
from rnn_zoo.text.symbols import PADDING

RANKED = 10
# How symbols are drawn: arguments of `rnn_zoo.decoding.sample`, of the signature `sample`, and entries of writer.json.
DRAWING = {"temperature": tf.float32, "seed": tf.int32, "top_k": tf.int32, "top_p": tf.float32}


def writer_archive(writer, symbols, source_symbols, said):
    """Wraps a network that writes into a `keras.export.ExportArchive`.

    Args:
        writer: rnn_zoo.topologies.Writer.
        symbols: rnn_zoo.text.Symbols that it writes.
        source_symbols: those that it reads, or None.
        said: dict, the content of writer.json.
    Returns:
        keras.export.ExportArchive with the endpoints that `rnn_zoo.export.save_writer` lists.
    """
    generator, sources = writer.generator, writer.training.inputs[:-1]
    length = {"max_length": said["max_length"], "end": said["end"]}
    search = {"width": said["width"], "length_penalty": said["length_penalty"], **length}

    def begin(batch):
        return tf.fill([batch, 1], said["first"])

    def beginning_and_source(given):
        """What is asked as ids and numbers: what is gone on from, and what is read."""
        if said["task"] == "continue":
            ids = at_least_one(symbols.from_text(given))
            return (ids if said["first"] is None else tf.concat([begin(tf.shape(ids)[0]), ids], axis=1)), None
        if said["task"] == "translate":
            return begin(tf.shape(given)[0]), at_least_one(source_symbols.from_text(given))
        read = [given] if len(sources) == 1 else [given[name] for name in named(sources)]
        mark = getattr(getattr(generator.encoder, "front", None), "mask_value", None) or 0
        read = [one if all(one.shape[1:]) else at_least_one(one, mark) for one in read]
        return begin(tf.shape(read[0])[0]), read[0] if len(read) == 1 else read

    def served(given):
        if said["width"] is None:
            return drawn(given, *(said[name] for name in DRAWING))
        ids, scores = beam_search(generator, *beginning_and_source(given), **search)
        return {"text": symbols.to_text(ids[:, 0]), "score": scores[:, 0]}

    def drawn(given, temperature, seed, top_k=said["top_k"] or 0, top_p=said["top_p"] or 1.0):
        options = dict(zip(DRAWING, (temperature, seed, top_k, top_p), strict=True))
        ids, scores = sample(generator, *beginning_and_source(given), **length, **options)
        return {"text": symbols.to_text(ids), "score": scores}

    def completed(text):
        ids, scores = beam_search(generator, *beginning_and_source(text), n_best=said["width"], **search)
        steps = tf.reduce_sum(tf.cast(ids != PADDING, tf.float32), axis=2)
        texts = tf.reshape(symbols.to_text(tf.reshape(ids, [-1, tf.shape(ids)[2]])), tf.shape(scores))
        return {"text": texts, "probability": tf.exp(log_probability(scores, steps, said["length_penalty"]))}

    def ranked(text):
        scores, _ = generator.start(*beginning_and_source(text))
        chances = tf.exp(log_probabilities(scores, BANNED))
        best = tf.math.top_k(chances, min(RANKED, symbols.size))
        return {"next": tf.gather(tf.constant(symbols.symbols), best.indices), "probability": best.values}

    archive = keras.export.ExportArchive()
    given = tf.TensorSpec([None], tf.string, name="text")
    if said["task"] == "describe":
        specs = {name: tf.TensorSpec(source.shape, source.dtype, name=name) for name, source in named(sources).items()}
        given = specs if len(specs) > 1 else specs["features"]
    else:
        table = (source_symbols or symbols).table
        table.built = True  # Keras refuses to track a layer that says it is not built; this one has no weights.
        archive.track(table)
    archive.add_endpoint("serve", served, [given])
    if said["width"] is None:
        archive.add_endpoint(
            "sample", drawn, [given, *(tf.TensorSpec([], kind, name=name) for name, kind in DRAWING.items())]
        )
    if said["task"] == "continue":
        archive.add_endpoint("rank", ranked, [given])
        if said["width"] is not None:
            archive.add_endpoint("complete", completed, [given])
    return archive


def at_least_one(steps, mark=0):
    """<number>[batch, time, ...] with a step of padding where there is none: empty texts are answered too."""
    missing = tf.maximum(0, 1 - tf.shape(steps)[1])
    padded = tf.pad(steps, [[0, 0], [0, missing], *[[0, 0]] * (len(steps.shape) - 2)], constant_values=mark)
    return tf.ensure_shape(padded, [None, None, *steps.shape[2:]])


def named(sources):
    """The inputs of a network that describes, by the names by which its SavedModel asks for them."""
    return {"features": sources[0]} if len(sources) == 1 else {source.name: source for source in sources}
