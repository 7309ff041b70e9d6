"""Writes a trained tagger as one folder that anyone can run."""

from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.card import Use
from rnn_zoo.export.saving import check_place, complete, metrics_as_json, without_optimizer
from rnn_zoo.export.source import read_labels
from rnn_zoo.export.tag_signatures import TagGraph, tag_archive
from rnn_zoo.files import atomic_folder
from rnn_zoo.layers.implementation import portable
from rnn_zoo.text import Spelling

_USE = Use(
    "A recurrent network that gives every word a tag.",
    "Input: sentences, any length, any number at once; or words. Output: words, tags and names, with their places in "
    "the sentence, in Unicode code points, as Python's strings count, and their probabilities. Tags: {labels}.",
    """answers = model.serve(tf.constant(["John lives in Paris.", ""]))
answers["token"], answers["tag"]
answers["span_start"], answers["span_end"], answers["span_type"], answers["span_score"]
answers = model.serve_words(tf.constant([["John", "lives", "in", "Paris", "."], ["Rain", ".", "", "", ""]]))""",
    '"John lives in Paris."',
)


def save_tagger(model, spelling, tags, to, *, card=None, metrics=None):
    """Exports a tagger: a SavedModel that tags raw sentences, with all that is known about it.

    The folder `to` is the old export or the new one, whenever this is killed. It holds what every export holds, and the
    words and letters that the model knows.

    Args:
        model: built keras.Model that ends in `Tags`, from {"words", "letters"} as `Characters` reads them; left as it
            is.
        spelling: rnn_zoo.text.Spelling that the model was trained with.
        tags: list of str, the tags in the order of their numbers.
        to: folder to write; absent, empty, or an earlier export, which is then replaced.
        card, metrics: as of `save`.
    Returns:
        pathlib.Path: the folder.
    Raises:
        ValueError: `to` holds anything but an export, or `model` does not end in `Tags` with these tags. Nothing has
            been written then.
        RuntimeError: Keras runs on another backend than TensorFlow.
    """
    to = check_place(to)
    TagGraph(model, spelling, tags)
    metrics_as_json(metrics)
    plain = without_optimizer(model)
    with atomic_folder(to) as new:
        with portable(plain):
            tag_archive(TagGraph(plain, spelling, tags)).write_out(str(new), verbose=False)
        plain.save(new / export_folder.KERAS_MODEL)
        spelling.save(new)
        sizes = {"parameters": plain.count_params(), "words": spelling.vocabulary.size}
        complete(new, to.name, list(tags), card, metrics, kind="tags", use=_USE, **sizes)
    return to


def save_run(model, folder, to, *, card=None, metrics=None):
    """`save_tagger` of a model with the words, letters and tags that lie in the folder of its run."""
    tags = read_labels(folder / export_folder.LABELS)
    return save_tagger(model, Spelling.load(folder), tags, to, card=card, metrics=metrics)
