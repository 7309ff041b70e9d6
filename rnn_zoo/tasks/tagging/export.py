"""Exports a trained tagger as a folder that tags raw sentences with TensorFlow alone."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.card import Use
from rnn_zoo.export.kinds import KIND
from rnn_zoo.export.onnx.files import save_onnx
from rnn_zoo.export.onnx.tagger import tagger_to_onnx
from rnn_zoo.export.reading import read_labels
from rnn_zoo.export.saving import check_place, complete, metrics_as_json, without_optimizer
from rnn_zoo.files import atomic_file, atomic_folder
from rnn_zoo.layers.recurrent.implementation import portable
from rnn_zoo.tasks.tagging.signatures import TagGraph, tag_archive
from rnn_zoo.text import Spelling
from rnn_zoo.types import Model

_USE = Use(
    "A recurrent network that gives every word a tag.",
    "Input: a batch of sentences of any length, raw or split into words. Output: words, tags and names, with their "
    "offsets in the sentence (in Unicode code points, as in Python strings) and their probabilities. Tags: {labels}.",
    """answers = model.serve(tf.constant(["John lives in Paris.", ""]))
answers["token"], answers["tag"]
answers["span_start"], answers["span_end"], answers["span_type"], answers["span_score"]
answers = model.serve_words(tf.constant([["John", "lives", "in", "Paris", "."], ["Rain", ".", "", "", ""]]))""",
    '"John lives in Paris."',
)


def save_tagger(
    model: Model,
    spelling: Spelling,
    tags: Sequence[str],
    to: str | Path,
    *,
    card: Mapping[str, Any] | None = None,
    metrics: Mapping[str, Any] | None = None,
) -> Path:
    """Exports a tagger: a SavedModel that tags raw sentences, its card, words, letters, tags and metrics.

    Atomic: if this is killed, `to` is the old export or the new one. It holds the files of every export,
    `model.onnx` with the decoding inside, and `vocabulary.txt` and `letters.json` with the words and letters that the
    model knows.

    Args:
        model: built keras.Model that ends in `Tags`, with the inputs {"words", "letters"} of `Characters`; unchanged.
        spelling: what the model was trained with.
        tags: the tags in the order of their ids.
        to: folder to write: new, empty, or an earlier export, which is replaced.
        card: entries of the model card.
        metrics: written to `metrics.json`.
    Returns:
        the folder.
    Raises:
        ValueError: `to` holds anything but an export, or `model` does not end in `Tags` with these tags. Nothing is
            written then.
        ValueError: Keras runs on another backend than TensorFlow.
    """
    place = check_place(to)
    TagGraph(model, spelling, tags)
    metrics_as_json(metrics)  # raises before anything is written
    plain = without_optimizer(model)
    with atomic_folder(place) as new:
        with portable(plain):
            tag_archive(TagGraph(plain, spelling, tags)).write_out(str(new), verbose=False)
        plain.save(new / export_folder.KERAS_MODEL)
        spelling.save(new)
        onnx = save_onnx(new, model=lambda: tagger_to_onnx(plain, list(TagGraph(plain, spelling, tags).continues)))
        sizes = {"parameters": plain.count_params(), "words": spelling.vocabulary.size}
        complete(new, place.name, list(tags), card, metrics, kind="tags", use=_USE, **sizes, onnx=onnx)
    return place


def save_run(
    model: Model,
    folder: Path,
    to: str | Path,
    *,
    card: Mapping[str, Any] | None = None,
    metrics: Mapping[str, Any] | None = None,
) -> Path:
    """Calls `save_tagger` with the words, letters and tags in a run's folder."""
    tags = read_labels(folder / export_folder.LABELS)
    return save_tagger(model, Spelling.load(folder), tags, to, card=card, metrics=metrics)


def complete_run(out: str | Path, spelling: Spelling, tags: Sequence[str]) -> None:
    """Writes words, letters, tags and kind beside `model.keras` in a run's folder, for `rnn-zoo export`."""
    spelling.save(out)
    for name, content in ((export_folder.LABELS, json.dumps(list(tags), ensure_ascii=False)), (KIND, "tags")):
        with atomic_file(Path(out) / name) as file:
            file.write(content + "\n")
