"""What the SavedModel of a network that writes is asked: raw text or vectors in, text out, with TensorFlow alone."""

import keras
import tensorflow as tf

from rnn_zoo.decoding import beam_search, sample
from rnn_zoo.decoding.beam_search import log_probability
from rnn_zoo.decoding.written import BANNED, log_probabilities
from rnn_zoo.text.symbols import PADDING

RANKED = 10


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
        given = [features] if len(sources) == 1 else [features[name] for name in named(sources)]
        mark = getattr(getattr(generator.encoder, "front", None), "mask_value", None) or 0
        given = [one if all(one.shape[1:]) else at_least_one(one, mark) for one in given]
        return decode(begin(tf.shape(given[0])[0]), given[0] if len(given) == 1 else given)

    def drawn(text, temperature, seed):
        return decode(seeded(text), temperature=temperature, seed=seed)

    def completed(text):
        options = {"width": said["width"], "length_penalty": said["length_penalty"], "n_best": said["width"]}
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
        specs = {name: tf.TensorSpec(source.shape, source.dtype, name=name) for name, source in named(sources).items()}
        archive.add_endpoint("serve", described, [specs if len(specs) > 1 else specs["features"]])
    else:
        archive.add_endpoint("serve", continued, [texts])
        archive.add_endpoint("rank", ranked, [texts])
        if said["width"] is None:
            given = [tf.TensorSpec([], tf.float32, name="temperature"), tf.TensorSpec([], tf.int32, name="seed")]
            archive.add_endpoint("sample", drawn, [texts, *given])
        else:
            archive.add_endpoint("complete", completed, [texts])
    return archive


def at_least_one(steps, mark=0):
    """<number>[batch, time, ...] with a step of padding where there is none: empty texts are answered too."""
    missing = tf.maximum(0, 1 - tf.shape(steps)[1])
    padded = tf.pad(steps, [[0, 0], [0, missing], *[[0, 0]] * (len(steps.shape) - 2)], constant_values=mark)
    return tf.ensure_shape(padded, [None, None, *steps.shape[2:]])


def named(sources):
    """The inputs of a network that describes, by the names by which its SavedModel asks for them."""
    return {"features": sources[0]} if len(sources) == 1 else {source.name: source for source in sources}
