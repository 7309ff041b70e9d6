"""Exports a network that generates text, with its decoding inside, as a folder that TensorFlow alone can run."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rnn_zoo.checks import positive_integer
from rnn_zoo.decoding.sample import check_sampling
from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.onnx.files import save_onnx
from rnn_zoo.export.onnx.writer import encoder_to_onnx, step_to_onnx
from rnn_zoo.export.saving import check_place, complete, without_optimizer
from rnn_zoo.files import atomic_folder
from rnn_zoo.generation.answers import read_settings
from rnn_zoo.generation.card import use_of
from rnn_zoo.generation.signatures import named_sources, writer_archive
from rnn_zoo.layers.recurrent.implementation import portable
from rnn_zoo.text import Symbols
from rnn_zoo.text.symbols import END, START
from rnn_zoo.topologies.writer import Writer
from rnn_zoo.types import Model

KIND = "writer"
SYMBOLS = "symbols.json"
SOURCE_SYMBOLS = "source_symbols.json"
WRITER = "writer.json"


def save_writer(
    writer: Writer,
    symbols: Symbols,
    to: str | Path,
    *,
    source_symbols: Symbols | None = None,
    first: int | None = START,
    end: int | None = END,
    max_length: int,
    width: int | None = None,
    length_penalty: float = 0.0,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    seed: int = 0,
    card: Mapping[str, Any] | None = None,
    metrics: Mapping[str, Any] | None = None,
) -> Path:
    """Exports a network that generates text: SavedModel, decoding options, symbols, metrics and model card.

    Atomic: if this is killed, `to` is the old export or the new one. It holds the SavedModel, `model.keras` without its
    optimizer, `symbols.json`, `writer.json`, `metrics.json`, the model card and `SHA256SUMS`. The signatures of the
    SavedModel:

    - `serve(text <string>[batch])`, or for a network that describes vectors `serve(features <float>[batch, ...])`,
      returns `text` <string>[batch], the generated text (of a language model the continuation alone), and `score`
      <float>[batch], its log-probability in nats, length-normalised for a beam search with a length penalty. Several
      inputs have the names that they have in the network.
    - Without a width, `sample(text or features, temperature <float>[], seed <int>[], top_k <int>[], top_p <float>[])`
      returns the same, sampled with these options: a top_k of 0 and a top_p of 1 keep all symbols; both may be omitted.
    - For a language model, `rank(text)` returns the most likely next symbols, `next` <string>[batch, 10], and their
      `probability` <float>[batch, 10]. With a width, `complete(text)` returns the best continuations that the search
      found, best first: `text` <string>[batch, width] and `probability` <float>[batch, width], "" and 0 where there
      are fewer.

    Args:
        writer: the trained network, unchanged.
        symbols: the symbols that it generates.
        to: folder to write: new, empty, or an earlier export, which is replaced.
        source_symbols: the symbols that it reads, if its source is text; stored in `source_symbols.json`.
        first: id of the symbol before all generated ones; None: none, a text is continued without it.
        end: id of the symbol that ends a text; None: generation continues to `max_length`.
        max_length: > 0, symbols generated at most.
        width: > 0, width of a beam search. Default None: symbols are sampled.
        length_penalty: >= 0, of the beam search.
        temperature, top_k, top_p, seed: defaults of the sampling, see `rnn_zoo.decoding.sample`.
        card: entries of the model card, see `rnn_zoo.run.Run.card`.
        metrics: written to `metrics.json`.
    Returns:
        the folder.
    Raises:
        ValueError: an argument is out of its range, `to` holds anything but an export, or `symbols` or
            `source_symbols` are not those of the network. Nothing is written then.
        ValueError: Keras runs on another backend than TensorFlow.
    """
    place = check_place(to)
    positive_integer("max_length", max_length)
    check_sampling(temperature, top_k, top_p, seed)
    if width is not None:
        positive_integer("width", width)
    count = getattr(writer.training.output, "shape", [None])[-1]
    if count != symbols.size:
        raise ValueError(
            f"`symbols` must be the {count} that the network generates, got {symbols.size}: pass those it was trained "
            "with."
        )
    settings = {
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
    use = use_of(settings, symbols, list(named_sources(plain.inputs[:-1])))
    with atomic_folder(place) as new:
        with portable(plain):
            writer_archive(Writer(plain), symbols, source_symbols, settings).write_out(str(new), verbose=False)
        plain.save(new / export_folder.KERAS_MODEL)
        symbols.save(new / SYMBOLS)
        if source_symbols is not None:
            source_symbols.save(new / SOURCE_SYMBOLS)
        (new / WRITER).write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
        onnx = save_onnx(new, model=lambda: step_to_onnx(plain), encoder=lambda: encoder_to_onnx(plain))
        sizes = {"parameters": plain.count_params(), "words": symbols.size}
        complete(new, place.name, [], card, metrics, kind=KIND, use=use, **sizes, onnx=onnx)
    return place


def save_run(
    model: Model,
    folder: Path,
    to: str | Path,
    *,
    card: Mapping[str, Any] | None = None,
    metrics: Mapping[str, Any] | None = None,
) -> Path:
    """Calls `save_writer` with the symbols and settings of an earlier export."""
    settings = read_settings(folder)
    source_symbols = Symbols.load(folder / SOURCE_SYMBOLS) if settings.pop("task") == "translate" else None
    symbols = Symbols.load(folder / SYMBOLS)
    options = {**settings, "source_symbols": source_symbols, "card": card, "metrics": metrics}
    return save_writer(Writer(model), symbols, to, **options)


def _task(writer: Writer, source_symbols: Symbols | None, first: int | None) -> str:
    """What the network does: "continue", "translate" or "describe"; ValueError as of `save_writer`."""
    sources = writer.training.inputs[:-1]
    if not sources:
        if source_symbols is not None:
            raise ValueError("`source_symbols` must be None for a network without a source, such as this one.")
        return "continue"
    if first is None:
        raise ValueError("`first` must be a symbol's id for a network with a source, got None: pass START.")
    reads_ids = len(sources) == 1 and "int" in sources[0].dtype and tuple(sources[0].shape) == (None, None)
    if source_symbols is None:
        if reads_ids:
            raise ValueError(
                "`source_symbols` must be the symbols whose ids the network reads, got None: pass those it was trained "
                "with."
            )
        return "describe"
    if not reads_ids:
        inputs = ", ".join(f"{one.name} <{one.dtype}>{list(one.shape)}" for one in sources)
        raise ValueError(
            f"`source_symbols` must be None unless the source is one sequence of ids <int>[batch, time], but it is "
            f"{inputs}: such an export takes numbers."
        )
    size = getattr(getattr(writer.generator.encoder, "front", None), "vocabulary_size", None)
    if size not in (None, source_symbols.size):
        raise ValueError(
            f"`source_symbols` must be the {size} that the network reads, got {source_symbols.size}: pass those it was "
            "trained with."
        )
    return "translate"
