"""Writes a network that writes as one folder: raw text or vectors in, text out, with TensorFlow alone."""

import json

from rnn_zoo.checks import positive_integer
from rnn_zoo.decoding.sample import check_drawing
from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.card import Use
from rnn_zoo.export.saving import check_place, complete, without_optimizer
from rnn_zoo.export.writer_signatures import named, writer_archive
from rnn_zoo.files import atomic_folder
from rnn_zoo.layers.implementation import portable
from rnn_zoo.text import Symbols
from rnn_zoo.text.symbols import END, START
from rnn_zoo.topologies.writer import Writer

KIND = "writer"
SYMBOLS = "symbols.json"
SOURCE_SYMBOLS = "source_symbols.json"
WRITER = "writer.json"


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
    top_k=None,
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
      its log-probability in nats, for a beam search made up for the length. Where several inputs are described, they go
      by the names that they have in the network.
    - Without a width, `sample(text or features, temperature <float>[], seed <int>[], top_k <int>[], top_p <float>[])`
      gives what `serve` does, drawn as it is told: a top_k of 0 and a top_p of 1 are all symbols; these two may be left
      out.
    - Of a language model, `rank(text)` gives the likeliest next symbols, `next` <string>[batch, 10], and their
      `probability` <float>[batch, 10]. With a width, `complete(text)` gives the best continuations that the search
      found, the best first: `text` <string>[batch, width] and `probability` <float>[batch, width], "" and 0 where there
      are fewer.

    Args:
        writer: rnn_zoo.topologies.Writer, trained; left as it is.
        symbols: rnn_zoo.text.Symbols that it writes.
        to: folder to write; absent, empty, or an earlier export, which is then replaced.
        source_symbols: rnn_zoo.text.Symbols that it reads, where its source is text; stored in `source_symbols.json`.
        first: int, the symbol before all that is written; None: none, a text is gone on with as it is.
        end: int, the symbol with which a text ends; None: it goes on to `max_length`.
        max_length: int > 0, symbols written at most.
        width: int > 0, that of a beam search; None: symbols are drawn.
        length_penalty: float >= 0, of the beam search.
        temperature, top_k, top_p, seed: of the drawing by `serve`, see `rnn_zoo.decoding.sample`.
        card: dict for the model card, as of `rnn_zoo.export.save`.
        metrics: dict written to `metrics.json`.
    Returns:
        pathlib.Path: the folder.
    Raises:
        ValueError: an argument is out of its range, `to` holds anything but an export, or `symbols` or
            `source_symbols` are not those of the network. Nothing has been written then.
        RuntimeError: Keras runs on another backend than TensorFlow.
    """
    to = check_place(to)
    positive_integer("max_length", max_length)
    check_drawing(temperature, top_k, top_p, seed)
    if width is not None:
        positive_integer("width", width)
    count = getattr(writer.training.output, "shape", [None])[-1]
    if count != symbols.size:
        raise ValueError(
            f"`symbols` must be the {count} that the network writes, got {symbols.size}: give those of its training."
        )
    said = {
        "task": _task(writer, source_symbols, first),
        "first": first,
        "end": end,
        "max_length": max_length,
        "width": width,
        "length_penalty": length_penalty,
        "temperature": temperature,
        "top_k": top_k,
        "top_p": top_p,
        "seed": seed,
    }
    plain = without_optimizer(writer.training)
    with atomic_folder(to) as new:
        with portable(plain):
            writer_archive(Writer(plain), symbols, source_symbols, said).write_out(str(new), verbose=False)
        plain.save(new / export_folder.KERAS_MODEL)
        symbols.save(new / SYMBOLS)
        if source_symbols is not None:
            source_symbols.save(new / SOURCE_SYMBOLS)
        (new / WRITER).write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")
        sizes = {"parameters": plain.count_params(), "words": symbols.size}
        complete(
            new, to.name, [], card, metrics, kind=KIND, use=_use(said, symbols, list(named(plain.inputs[:-1]))), **sizes
        )
    return to


def save_run(model, folder, to, *, card=None, metrics=None):
    """`save_writer` of what lies in a folder: an earlier export."""
    said = json.loads((folder / WRITER).read_text(encoding="utf-8"))
    reads = Symbols.load(folder / SOURCE_SYMBOLS) if said.pop("task") == "translate" else None
    symbols = Symbols.load(folder / SYMBOLS)
    return save_writer(Writer(model), symbols, to, source_symbols=reads, **said, card=card, metrics=metrics)


def _task(writer, source_symbols, first):
    """What the network does: "continue", "translate" or "describe"; ValueError as of `save_writer`."""
    sources = writer.training.inputs[:-1]
    if not sources:
        if source_symbols is not None:
            raise ValueError("`source_symbols` must be None where the network reads no source, as this one.")
        return "continue"
    if first is None:
        raise ValueError("`first` must be a symbol's id where the network reads a source, got None: give START.")
    reads_ids = len(sources) == 1 and "int" in sources[0].dtype and tuple(sources[0].shape) == (None, None)
    if source_symbols is None:
        if reads_ids:
            raise ValueError(
                "`source_symbols` must be those whose ids the network reads, got None: give those of its training."
            )
        return "describe"
    if not reads_ids:
        read = ", ".join(f"{one.name} <{one.dtype}>{list(one.shape)}" for one in sources)
        raise ValueError(
            f"`source_symbols` must be None where the network does not read one source of ids <int>[batch, time], but "
            f"{read}: such an export is given numbers."
        )
    size = getattr(getattr(writer.generator.encoder, "front", None), "vocabulary_size", None)
    if size not in (None, source_symbols.size):
        raise ValueError(
            f"`source_symbols` must be the {size} that the network reads, got {source_symbols.size}: give those of its "
            "training."
        )
    return "translate"


def _use(said, symbols, sources):
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
            f"Input: {', '.join(f'`{name}`' for name in sources)}, a row each. Output: what is written of it, up to "
            f"{said['max_length']} {symbols.unit}.",
        ),
    }[said["task"]]
    if asked is None:
        given = ", ".join(f"{name}={name}" for name in sources)
        ending = "npy" if len(sources) == 1 else "npz"
        return Use(summary, answers, f'model.signatures["serve"]({given})["text"]', f"--file features.{ending}")
    python, arguments = f'model.serve(tf.constant(["{asked}"]))["text"]', f'"{asked}"'
    if said["width"] is None:
        drawn = f"tf.constant({float(said['temperature'])}), tf.constant(1)"
        python += f'\nmodel.sample(tf.constant(["{asked}"]), {drawn})["text"]'
        python += "  # temperature, seed; top k and top p may follow"
        arguments += " --seed 1"
    if said["task"] == "continue":
        python += f'\nmodel.rank(tf.constant(["{asked}"]))["next"]'
        if said["width"] is not None:
            python += f'\nmodel.complete(tf.constant(["{asked}"]))  # text, probability: the best found, ranked'
    return Use(summary, answers, python, arguments)
