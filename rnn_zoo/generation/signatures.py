"""The SavedModel of a network that generates text: signatures from raw text or vectors to text, decoding included."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

from rnn_zoo.decoding import beam_search, sample
from rnn_zoo.decoding.beam_search import log_probability
from rnn_zoo.decoding.loop import BANNED, log_probabilities
from rnn_zoo.text import Symbols
from rnn_zoo.text.symbols import PADDING
from rnn_zoo.topologies.writer import Writer
from rnn_zoo.types import Tensor

RANKED = 10
# Sampling options: arguments of `rnn_zoo.decoding.sample` and of the signature `sample`, and keys of writer.json.
SAMPLING = {"temperature": tf.float32, "seed": tf.int32, "top_k": tf.int32, "top_p": tf.float32}


def writer_archive(
    writer: Writer, symbols: Symbols, source_symbols: Symbols | None, settings: Mapping[str, Any]
) -> Any:
    """Wraps a network that generates text in a `keras.export.ExportArchive`.

    Args:
        writer: the network.
        symbols: the symbols that it generates.
        source_symbols: the symbols that it reads, or None.
        settings: the content of writer.json.
    Returns:
        keras.export.ExportArchive with the endpoints that `rnn_zoo.generation.export.save_writer` lists.
    """
    generator, sources = writer.generator, writer.training.inputs[:-1]
    length = {"max_length": settings["max_length"], "end": settings["end"]}
    search = {"width": settings["width"], "length_penalty": settings["length_penalty"], **length}

    def begin(batch):
        return tf.fill([batch, 1], settings["first"])

    def beginning_and_source(given):
        """(ids that generation starts from, input of the encoder or None)."""
        if settings["task"] == "continue":
            ids = at_least_one_step(symbols.from_text(given))
            return (ids if settings["first"] is None else tf.concat([begin(tf.shape(ids)[0]), ids], axis=1)), None
        if settings["task"] == "translate":
            return begin(tf.shape(given)[0]), at_least_one_step(source_symbols.from_text(given))
        inputs = [given] if len(sources) == 1 else [given[name] for name in named_sources(sources)]
        mask_value = getattr(getattr(generator.encoder, "front", None), "mask_value", None) or 0
        inputs = [one if all(one.shape[1:]) else at_least_one_step(one, mask_value) for one in inputs]
        return begin(tf.shape(inputs[0])[0]), inputs[0] if len(inputs) == 1 else inputs

    def serve(given):
        if settings["width"] is None:
            return sampled(given, *(settings[name] for name in SAMPLING))
        ids, scores = beam_search(generator, *beginning_and_source(given), **search)
        return {"text": symbols.to_text(ids[:, 0]), "score": scores[:, 0]}

    def sampled(given, temperature, seed, top_k=settings["top_k"] or 0, top_p=settings["top_p"] or 1.0):
        options = dict(zip(SAMPLING, (temperature, seed, top_k, top_p), strict=True))
        ids, scores = sample(generator, *beginning_and_source(given), **length, **options)
        return {"text": symbols.to_text(ids), "score": scores}

    def complete(text):
        ids, scores = beam_search(generator, *beginning_and_source(text), n_best=settings["width"], **search)
        steps = tf.reduce_sum(tf.cast(ids != PADDING, tf.float32), axis=2)
        texts = tf.reshape(symbols.to_text(tf.reshape(ids, [-1, tf.shape(ids)[2]])), tf.shape(scores))
        return {"text": texts, "probability": tf.exp(log_probability(scores, steps, settings["length_penalty"]))}

    def rank(text):
        scores, _ = generator.start(*beginning_and_source(text))
        probabilities = tf.exp(log_probabilities(scores, BANNED))
        best = tf.math.top_k(probabilities, min(RANKED, symbols.size))
        return {"next": tf.gather(tf.constant(symbols.symbols), best.indices), "probability": best.values}

    archive = keras.export.ExportArchive()
    given = tf.TensorSpec([None], tf.string, name="text")
    if settings["task"] == "describe":
        specs = {name: tf.TensorSpec(one.shape, one.dtype, name=name) for name, one in named_sources(sources).items()}
        given = specs if len(specs) > 1 else specs["features"]
    else:
        table = (source_symbols or symbols).table
        table.built = True  # Keras refuses to track a layer that is not built; this one has no weights.
        archive.track(table)
    archive.add_endpoint("serve", serve, [given])
    if settings["width"] is None:
        options = [tf.TensorSpec([], dtype, name=name) for name, dtype in SAMPLING.items()]
        archive.add_endpoint("sample", sampled, [given, *options])
    if settings["task"] == "continue":
        archive.add_endpoint("rank", rank, [given])
        if settings["width"] is not None:
            archive.add_endpoint("complete", complete, [given])
    return archive


def at_least_one_step(steps: Tensor, mask_value: float = 0) -> Tensor:
    """<number>[batch, time, ...] with a step of padding where time is 0, so that empty texts are answered too."""
    missing = tf.maximum(0, 1 - tf.shape(steps)[1])
    padded = tf.pad(steps, [[0, 0], [0, missing], *[[0, 0]] * (len(steps.shape) - 2)], constant_values=mask_value)
    return tf.ensure_shape(padded, [None, None, *steps.shape[2:]])


def named_sources(sources: Sequence[Tensor]) -> dict[str, Tensor]:
    """The inputs of a network that describes vectors, by their names in the SavedModel."""
    return {"features": sources[0]} if len(sources) == 1 else {source.name: source for source in sources}
