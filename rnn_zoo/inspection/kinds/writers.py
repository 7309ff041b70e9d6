"""Pages of networks that write, exported or live: what they write, where they look, and what made them."""

import json

import keras
import numpy as np

from rnn_zoo.inspection.kinds.look import visible
from rnn_zoo.inspection.subject import Matrix, Subject, answer_of, head_of
from rnn_zoo.layers.decoder import Decoder
from rnn_zoo.layers.encoder import Encoder
from rnn_zoo.layers.tokens import UNKNOWN

_MOST_WRITTEN = 60
_LIKELY = 10


def is_live(model, given):
    return head_of(model, Decoder) is not None


def opened(exported):
    from rnn_zoo.text import Symbols

    reads = exported.folder / "source_symbols.json"
    return {
        "vocabulary": Symbols.load(reads) if exported.settings["task"] == "translate" else exported.symbols,
        "labels": exported.symbols,
    }


def subject(model, given, look):
    """A network that writes, and what it goes on from, or reads: a text, its ids <int>[time], or numbers."""
    from rnn_zoo.topologies.writer import Writer

    generator = Writer(model).generator
    if generator.encoder is None:
        return _going_on(model, given, look)
    return _writing(model, generator, given, look)


def _settings(look):
    """How an exported network writes; of a live one, as `save_writer` has it by default."""
    from rnn_zoo.text.symbols import END, START

    if look.exported is not None:
        return look.exported.settings
    return {"first": START, "end": END, "max_length": _MOST_WRITTEN}


def _read(given, look):
    """(what is read without the batch, the names of its steps, what was asked, as text)."""
    if isinstance(given, str) and given.endswith(".npy"):
        given = np.load(given)
    if isinstance(given, str):
        ids, names = look.read(given)
        return ids, names, given
    read = np.asarray(given)
    if read.dtype.kind == "f":
        size = " x ".join(map(str, read.shape))
        return read.astype("float32"), [str(k + 1) for k in range(len(read))], f"{size} numbers"
    symbols = getattr(look.vocabulary, "symbols", None)
    return read, [visible(symbols[id]) if symbols else str(id) for id in read], f"{len(read)} steps"


def _going_on(model, given, look):
    from rnn_zoo.decoding.written import BANNED

    if look.exported is not None:
        look.vocabulary.check_beginning(given, "text")
    ids, names, asked = _read(given, look)
    if not len(ids):
        raise ValueError("`given` is empty: there is nothing to go on from; give a word or a character at least.")
    if look.exported is not None and look.exported.settings["first"] is not None:
        first = look.exported.settings["first"]
        ids, names = np.concatenate([[first], ids]).astype("int32"), [visible(look.vocabulary.symbols[first]), *names]
    notes = ["Contributions are to the score of the likeliest symbol to come next."]
    if len(ids) > look.window:
        notes.append(f"The page looks into the last {look.window:,} of {len(ids):,} symbols.")
        ids, names = ids[-look.window :], names[-look.window :]
    scores = answer_of(model, ids)[-1].astype("float64")
    scores[list(BANNED)] = -np.inf  # padding and such are never written
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    order = np.argsort(-chances, kind="stable")[:_LIKELY]
    order = order[chances[order] > 0]
    labels = look.label(len(scores))
    return Subject(
        name=look.named(model),
        model=model,
        inputs=ids,
        steps=names,
        unknown=ids == UNKNOWN,
        answers=[(f"next: {labels[k]}", float(chances[k])) for k in order],
        index=look.index or (len(ids) - 1, int(order[0])),
        unit="score",
        targets=np.concatenate([ids[1:], order[:1]])[None],
        card=look.card,
        notes=notes,
        given=asked,
    )


def _writing(model, generator, given, look):
    import tensorflow as tf

    from rnn_zoo.decoding import greedy

    source, names, asked = _read(given, look)
    shape = model.inputs[0].shape[1:]
    if source.ndim != len(shape) or any(size not in (None, got) for size, got in zip(shape, source.shape, strict=True)):
        wanted = str(tuple(shape)).replace("None", "any")
        raise ValueError(f"`given` must be of the shape {wanted} for this network to read, got {source.shape}.")
    notes = []
    if source.dtype.kind != "f" and len(source) > look.window:
        notes.append(f"The network is given the first {look.window:,} of {len(source):,} steps.")
        source, names = source[: look.window], names[: look.window]
    if not len(source):
        notes.append("The text holds no word: there is nothing to write for.")
        return Subject(look.named(model), model, source, card=look.card, notes=notes, given=asked)
    settings = _settings(look)
    length = min(settings["max_length"], _MOST_WRITTEN, look.window)
    first, end = settings["first"], settings["end"]
    beginning = tf.fill([1, 1], first)
    written = greedy(generator, beginning, tf.constant(source[None]), max_length=length, end=end)[0].numpy()[0]
    ends = np.flatnonzero(np.isin(written, (0, end)))
    written = written[: ends[0] + 1] if len(ends) else written
    previous = np.concatenate([[first], written[:-1]]).astype("int32")
    scores = answer_of(model, [source, previous])
    labels = look.label(scores.shape[-1])
    words = [labels[id] for id in written]
    chances = keras.ops.convert_to_numpy(keras.ops.softmax(scores))[np.arange(len(written)), written]
    pictures = []
    if generator.decoder.attention:
        looked = keras.ops.convert_to_numpy(generator.attention(previous[None], source[None]))[0]
        columns = names if len(names) == looked.shape[1] else [str(k + 1) for k in range(looked.shape[1])]
        if len(columns) > 1:  # of one cell there is nothing to choose from
            seen = Matrix("Attention", looked, words, columns, "step written", "step read", "share of attention")
            pictures.append(seen.picture())
    notes.append(
        "Written greedily, the likeliest symbol at each step. The bars are the probability of each; contributions are "
        f"of what is read to the score of {words[0]!r}, the first of them."
    )
    texts = isinstance(generator.encoder, Encoder) and source.dtype.kind != "f"
    return Subject(
        name=look.named(model),
        model=model,
        inputs=[source, previous],
        steps=names,
        unknown=source == UNKNOWN if texts else None,
        answers=[
            (f"{k + 1}. {word}", float(chance)) for k, (word, chance) in enumerate(zip(words, chances, strict=True))
        ],
        index=look.index or (0, int(written[0])),
        explained=words[0],
        unit="score",
        targets=written[None],
        card=look.card,
        notes=notes,
        given=asked,
        answer=_sentence(written, look, words),
        written=words,
        pictures=pictures,
        texts=texts,
    )


def _sentence(written, look, words):
    """What was written, as people read it."""
    if hasattr(look.labels, "to_text"):
        return look.labels.to_text(np.asarray(written)[None].astype("int32")).numpy()[0].decode() or "(nothing)"
    return json.dumps(" ".join(words), ensure_ascii=False)[1:-1]
