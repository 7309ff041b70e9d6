"""The inspection page of a network that generates text."""

import json
from typing import Any

import keras
import numpy as np

from rnn_zoo.files.reading import read_array
from rnn_zoo.inspection.look import visible
from rnn_zoo.inspection.subject import Matrix, Subject, answer_of, head_of
from rnn_zoo.layers.fronts.tokens import UNKNOWN
from rnn_zoo.layers.seq2seq.decoder import Decoder
from rnn_zoo.layers.seq2seq.encoder import Encoder
from rnn_zoo.topologies.writer import Generator, Writer
from rnn_zoo.types import Model

_MAX_LENGTH = 60
_LIKELY = 10


def is_live(model: Model, given: Any) -> bool:
    """Whether this page shows a live model and its input."""
    return head_of(model, Decoder) is not None


def opened(exported: Any) -> dict[str, Any]:
    """What an exported model brings to its page."""
    from rnn_zoo.text import Symbols

    source_symbols = exported.folder / "source_symbols.json"
    return {
        "vocabulary": Symbols.load(source_symbols) if exported.settings["task"] == "translate" else exported.symbols,
        "labels": exported.symbols,
    }


def subject(model: Model, given: Any, look: Any) -> Subject:
    """The page's subject: a network that generates text, and its input: a text, ids <int>[time], or numbers."""
    generator = Writer(model).generator
    if generator.encoder is None:
        return _continuation(model, given, look)
    return _translation(model, generator, given, look)


def _settings(look):
    """The decoding options of an exported network; for a live one the defaults of `save_writer`."""
    from rnn_zoo.text.symbols import END, START

    if look.exported is not None:
        return look.exported.settings
    return {"first": START, "end": END, "max_length": _MAX_LENGTH}


def _input(given, look, dimensions=None):
    """(input without the batch, names of its steps, the input as text); a file may hold one row of a batch."""
    if isinstance(given, str) and given.endswith(".npy"):
        given = read_array(given, "numbers")
        given = given[0] if given.ndim == dimensions and len(given) == 1 else given
    if isinstance(given, str):
        ids, names = look.read(given)
        return ids, names, given
    array = np.asarray(given)
    if array.dtype.kind == "f":
        size = " x ".join(map(str, array.shape))
        return array.astype("float32"), [str(k + 1) for k in range(len(array))], f"{size} numbers"
    symbols = getattr(look.vocabulary, "symbols", None)
    return array, [visible(symbols[id]) if symbols else str(id) for id in array], f"{len(array)} steps"


def _continuation(model, given, look):
    from rnn_zoo.decoding.loop import BANNED

    if look.exported is not None:
        look.vocabulary.check_beginning(given, "text")
    ids, names, text = _input(given, look)
    if not len(ids):
        raise ValueError("`given` is empty: there is nothing to continue; give at least one word or character.")
    if look.exported is not None and look.exported.settings["first"] is not None:
        first = look.exported.settings["first"]
        ids, names = np.concatenate([[first], ids]).astype("int32"), [visible(look.vocabulary.symbols[first]), *names]
    notes = ["Contributions are to the score of the most likely next symbol."]
    if len(ids) > look.window:
        notes.append(f"The page explains the last {look.window:,} of {len(ids):,} symbols.")
        ids, names = ids[-look.window :], names[-look.window :]
    scores = answer_of(model, ids)[-1].astype("float64")
    scores[list(BANNED)] = -np.inf  # padding and the like are never generated
    probabilities = np.exp(scores - scores.max())
    probabilities /= probabilities.sum()
    order = np.argsort(-probabilities, kind="stable")[:_LIKELY]
    order = order[probabilities[order] > 0]
    labels = look.label(len(scores))
    return Subject(
        name=look.named(model),
        model=model,
        inputs=ids,
        steps=names,
        unknown=ids == UNKNOWN,
        answers=[(f"next: {labels[k]}", float(probabilities[k])) for k in order],
        index=look.index or (len(ids) - 1, int(order[0])),
        unit="score",
        targets=np.concatenate([ids[1:], order[:1]])[None],
        card=look.card,
        notes=notes,
        given=text,
    )


def _translation(model: Model, generator: Generator, given: Any, look: Any) -> Subject:
    shape = model.inputs[0].shape[1:]
    source, names, text = _input(given, look, len(shape) + 1)
    if source.ndim != len(shape) or any(size not in (None, got) for size, got in zip(shape, source.shape, strict=True)):
        expected = str(tuple(shape)).replace("None", "any")
        raise ValueError(f"`given` must be of the shape {expected} for this network, got {source.shape}.")
    notes = []
    if source.dtype.kind != "f" and len(source) > look.window:
        notes.append(f"The network reads the first {look.window:,} of {len(source):,} steps.")
        source, names = source[: look.window], names[: look.window]
    if not len(source):
        notes.append("The text holds no word, so nothing is generated.")
        return Subject(look.named(model), model, source, card=look.card, notes=notes, given=text)
    written, previous = _greedy(generator, source, look)
    scores = answer_of(model, [source, previous])
    labels = look.label(scores.shape[-1])
    words = [labels[id] for id in written]
    probabilities = keras.ops.convert_to_numpy(keras.ops.softmax(scores))[np.arange(len(written)), written]
    pictures = []
    if generator.decoder.attention:
        weights = keras.ops.convert_to_numpy(generator.attention(previous[None], source[None]))[0]
        columns = names if len(names) == weights.shape[1] else [str(k + 1) for k in range(weights.shape[1])]
        if len(columns) > 1:  # with one cell all weights are 1
            matrix = Matrix("Attention", weights, words, columns, "output step", "input step", "attention weight")
            pictures.append(matrix.picture())
    notes.append(
        "Decoded greedily: the most likely symbol at each step. The bars are their probabilities; contributions are of "
        f"the input to the score of {words[0]!r}, the first of them."
    )
    texts = isinstance(generator.encoder, Encoder) and source.dtype.kind != "f"
    return Subject(
        name=look.named(model),
        model=model,
        inputs=[source, previous],
        steps=names,
        unknown=source == UNKNOWN if texts else None,
        answers=[
            (f"{k + 1}. {word}", float(probability))
            for k, (word, probability) in enumerate(zip(words, probabilities, strict=True))
        ],
        index=look.index or (0, int(written[0])),
        explained=words[0],
        unit="score",
        targets=written[None],
        card=look.card,
        notes=notes,
        given=text,
        answer=_sentence(written, look, words),
        written=words,
        pictures=pictures,
        texts=texts,
    )


def _greedy(generator, source, look):
    """(ids decoded for a source, ids that the decoder reads before each): <int32>[time] each."""
    import tensorflow as tf

    from rnn_zoo.decoding import greedy

    settings = _settings(look)
    first, end = settings["first"], settings["end"]
    length = min(settings["max_length"], _MAX_LENGTH, look.window)
    beginning = tf.fill([1, 1], first)
    written = greedy(generator, beginning, tf.constant(source[None]), max_length=length, end=end)[0].numpy()[0]
    ends = np.flatnonzero(np.isin(written, (0, end)))
    written = written[: ends[0] + 1] if len(ends) else written
    return written, np.concatenate([[first], written[:-1]]).astype("int32")


def _sentence(written, look, words):
    """The generated text, detokenised."""
    if hasattr(look.labels, "to_text"):
        return look.labels.to_text(np.asarray(written)[None].astype("int32")).numpy()[0].decode() or "(nothing)"
    return json.dumps(" ".join(words), ensure_ascii=False)[1:-1]
