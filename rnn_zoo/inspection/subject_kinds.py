"""The subjects of exported models that tag, write or forecast."""

import keras
import numpy as np

from rnn_zoo.inspection.subject import Matrix, Subject, mean_output
from rnn_zoo.layers import chain
from rnn_zoo.layers.decoder import Decoder
from rnn_zoo.layers.raw_forecast import RawForecast
from rnn_zoo.layers.tags import Tags
from rnn_zoo.layers.tokens import UNKNOWN

_OUTSIDE = "O"
_MOST_WRITTEN = 60
_LIKELY = 10


def tags_subject(exported, text, window):
    """A tagger and a sentence: explained is the tag that is the surest beside "O".

    Args:
        exported: `rnn_zoo.export.tagger.Tagger`.
        text: str.
        window: int > 0, the most words that are looked into, from the first.

    Returns:
        Subject.
    """
    import tensorflow as tf

    from rnn_zoo.text.word_split import split_words

    model, labels = exported.model, exported.labels
    words = [word.decode() for word in split_words(tf.constant([text]))[0][0].numpy()]
    notes = []
    if len(words) > window:
        notes.append(f"The text has {len(words):,} words; the page looks into the first {window:,}.")
        words = words[:window]
    if not words:
        notes.append("The text holds no word: there is nothing to tag.")
        return _empty(exported, text, notes)
    ids, letters, _ = exported.spelling.encode([words])
    inputs = {"words": ids, "letters": letters}
    outputs = model(keras.tree.map_structure(lambda array: array[None], inputs), training=False)
    head = next(layer for layer in model._flatten_layers() if isinstance(layer, Tags))
    numbers = keras.ops.convert_to_numpy(head.decode(outputs))[0]
    likely = keras.ops.convert_to_numpy(chain.marginals(head.as_chain(outputs)))[0]
    surely = likely[np.arange(len(words)), numbers]
    named = np.array([labels[number] != _OUTSIDE for number in numbers])
    step = int((np.where(named, surely, -1) if named.any() else surely).argmax())
    before = int(numbers[max(step - 1, 0)])
    index = (step, before, int(numbers[step])) if head.crf else (step, int(numbers[step]))
    order = [step, *(other for other in range(len(words)) if other != step)]
    matrices = [
        Matrix("Tags of the words (marginals)", likely.T, labels, words, "tag", "word", "probability"),
    ]
    if head.crf:
        scores = keras.ops.convert_to_numpy(head.sequence.transitions)
        shown = np.where(np.asarray(head.sequence.allowed), scores, np.nan)
        matrices.append(
            Matrix("Which tag follows which (CRF)", shown, labels, labels, "tag before", "tag", "score", signed=True)
        )
        notes.append("Contributions are to the log-probability of the tag, given the one before.")
    return Subject(
        name=exported.name,
        model=model,
        inputs=inputs,
        steps=words,
        unknown=ids == UNKNOWN,
        answers=[(f"{words[k]}: {labels[numbers[k]]}", float(surely[k])) for k in order],
        index=index,
        targets=numbers[None],
        card=exported.card,
        notes=notes,
        given=text,
        matrices=matrices,
    )


def writer_subject(exported, text, window):
    """A network that writes and a text: what it goes on with, or writes for it, and where it looks.

    Args:
        exported: `rnn_zoo.export.pretrained_writer.PretrainedWriter`.
        text: str.
        window: int > 0, the most symbols that are looked into, those at the end.

    Returns:
        Subject.

    Raises:
        ValueError: it describes vectors, or there is nothing to go on from.
    """
    task = exported.settings["task"]
    if task == "continue":
        return _going_on(exported, text, window)
    if task == "translate":
        return _translating(exported, text, window)
    raise ValueError(f"{exported.folder} describes vectors and reads no text; give its live model and its vectors.")


def _going_on(exported, text, window):
    import tensorflow as tf

    from rnn_zoo.decoding.written import BANNED

    model, symbols = exported.model, exported.symbols
    symbols.check_beginning(text, "text")
    ids = symbols.from_text(tf.constant([text])).numpy()[0]
    if exported.settings["first"] is not None:
        ids = np.concatenate([[exported.settings["first"]], ids])
    ids, notes = ids[-window:].astype("int32"), []
    if len(ids) == window:
        notes.append(f"The page looks into the last {window:,} symbols.")
    scores = keras.ops.convert_to_numpy(model(ids[None], training=False))[0, -1]
    scores[list(BANNED)] = -np.inf  # padding and such are never written
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    order = np.argsort(-chances, kind="stable")[:_LIKELY]
    order = order[chances[order] > 0]
    notes.append("Contributions are to the score of the likeliest symbol to come next.")
    return Subject(
        name=exported.name,
        model=model,
        inputs=ids,
        steps=_names(symbols, ids),
        unknown=ids == UNKNOWN,
        answers=[(f"next: {name}", float(chances[k])) for k, name in zip(order, _names(symbols, order), strict=True)],
        index=(len(ids) - 1, int(order[0])),
        targets=np.concatenate([ids[1:], order[:1]])[None],
        card=exported.card,
        notes=notes,
        given=text,
    )


def _translating(exported, text, window):
    import tensorflow as tf

    from rnn_zoo.decoding import greedy
    from rnn_zoo.text import Symbols
    from rnn_zoo.topologies.writer import Writer

    model, symbols, settings = exported.model, exported.symbols, exported.settings
    read = Symbols.load(exported.folder / "source_symbols.json")
    source = read.from_text(tf.constant([text])).numpy().astype("int32")[:, :window]
    if not source.shape[1]:
        return _empty(exported, text, ["The text holds no word: there is nothing to translate."])
    generator = Writer(model).generator
    first = tf.fill([1, 1], settings["first"])
    length = min(settings["max_length"], _MOST_WRITTEN)
    written = greedy(generator, first, tf.constant(source), max_length=length, end=settings["end"])[0].numpy()[0]
    ends = np.flatnonzero(np.isin(written, (0, settings["end"])))
    written = written[: ends[0] + 1] if len(ends) else written
    previous = np.concatenate([[settings["first"]], written[:-1]]).astype("int32")
    sources, targets = _names(read, source[0]), _names(symbols, written)
    matrices = []
    decoder = next(layer for layer in model._flatten_layers() if isinstance(layer, Decoder))
    if decoder.attention:
        looked = keras.ops.convert_to_numpy(generator.attention(previous[None], source))[0]
        matrices.append(
            Matrix("Attention", looked, targets, sources, "word written", "word read", "share of attention")
        )
    return Subject(
        name=exported.name,
        model=model,
        inputs=[source[0], previous],
        steps=sources,
        unknown=source[0] == UNKNOWN,
        answers=[],
        index=None,
        targets=written[None],
        card=exported.card,
        notes=[
            "Written greedily, the likeliest symbol at each step. A network that writes a sequence of its own shows "
            "where it looks in place of contributions to one number."
        ],
        given=text,
        written=targets,
        matrices=matrices,
    )


def series_subject(exported, path, window):
    """A forecaster and a file: explained is the first step ahead of the first target.

    Args:
        exported: `rnn_zoo.export.forecasts.Forecasts`.
        path: CSV or TSV file of its columns, whose last rows are what it reads.
        window: int > 0, not read: a forecaster reads a fixed number of steps.

    Returns:
        Subject.

    Raises:
        ValueError: as of `Forecasts.predict`.
    """
    about = exported.about
    past, known, times = exported._read(path)
    inputs = {"past": past.astype("float32")}
    if known is not None:
        inputs["known"] = known.astype("float32")
    if about["clock"]:
        from rnn_zoo.datasets.series_windows import minutes

        inputs["times"] = minutes(times)
    answers = exported.model.output["forecast"]
    model = keras.Model(exported.model.input, answers, name=exported.name)
    forecast = keras.ops.convert_to_numpy(
        model(keras.tree.map_structure(lambda array: array[None], inputs), training=False)
    )[0]
    target = about["targets"][0]
    named = [str(time) for time in (times.date if (times == times.normalize()).all() else times)]
    seen, ahead = named[: len(past)], named[len(past) :]
    return Subject(
        name=exported.name,
        model=model,
        inputs=inputs,
        steps=seen,
        unknown=np.zeros(len(seen), bool),
        answers=[(f"{target}, {time}", float(value)) for time, value in zip(ahead, forecast[:, 0], strict=True)],
        index=(0, 0),
        targets=forecast[None],
        card=exported.card,
        notes=[
            f"Contributions are of the steps of the past, against a past that stays at its mean, in units of {target}."
        ],
        given=f"{path}: {len(past)} steps, from {seen[0]} to {seen[-1]}",
        loss=mean_output,
        baseline=np.broadcast_to(inputs["past"].mean(axis=0), past.shape),
        drawn=next(layer for layer in exported.model.layers if isinstance(layer, RawForecast)).network,
    )


def _names(symbols, ids):
    """Symbols as they can be seen: a space and the end of a line have none."""
    seen = {" ": "␣", "\n": "⏎", "": "(padding)"}
    return [seen.get(symbols.symbols[id], symbols.symbols[id]) for id in ids]


def _empty(exported, text, notes):
    nothing = np.zeros(0, "int32")
    return Subject(exported.name, exported.model, nothing, [], nothing > 0, [], None, None, exported.card, notes, text)


SUBJECTS = {"tags": tags_subject, "writer": writer_subject, "series": series_subject}
