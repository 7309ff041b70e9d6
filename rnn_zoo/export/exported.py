"""Exported: what every exported folder offers, whatever it answers."""

import functools
import json
from pathlib import Path

from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.kinds import kind_of


class Exported:
    """An exported model, run from its SavedModel; nothing is read before it is asked for.

    A subclass sets `kind`, is entered in `rnn_zoo.export.kinds.KINDS`, and defines what `rnn-zoo predict` calls:
    `show` and `answer_file`. Where its answers are drawn, `draws` names the settings of the drawing that both take.

    Args:
        folder: an exported folder of this kind.
    Raises:
        ValueError: the folder lacks a file of an export, or is of another kind.
    """

    kind = None
    draws = ()

    def __init__(self, folder):
        self.folder = Path(folder)
        if missing := export_folder.missing_files(self.folder):
            raise ValueError(
                f"{self.folder} is not an exported model: it has no {', '.join(missing)}. "
                "Write one with `rnn-zoo export` or `rnn_zoo.export.save`."
            )
        if (kind := kind_of(self.folder)) != self.kind:
            raise ValueError(
                f"{self.folder} is of the kind {kind!r}, which {type(self).__name__} does not open; "
                "`rnn_zoo.load` opens every kind."
            )
        self.name = self.folder.resolve().name

    def __repr__(self):
        return f"{type(self).__name__}({str(self.folder)!r})"

    @functools.cached_property
    def metrics(self):
        """dict: the measurements that were exported with the model."""
        return json.loads((self.folder / export_folder.METRICS).read_text(encoding="utf-8"))

    @functools.cached_property
    def card(self):
        """str: the model card, Markdown."""
        return (self.folder / export_folder.CARD).read_text(encoding="utf-8")

    @functools.cached_property
    def model(self):
        """keras.Model: the network inside, as its file gives it back, not compiled."""
        import keras

        import rnn_zoo.layers  # noqa: F401  registers the layers that the file names

        return keras.saving.load_model(self.folder / export_folder.KERAS_MODEL, compile=False)

    @functools.cached_property
    def _saved_model(self):
        import tensorflow as tf  # seconds long, and not needed to read a card

        return tf.saved_model.load(str(self.folder))

    def verify(self):
        """Compares every file with SHA256SUMS; returns the files compared, ValueError if any differs."""
        return export_folder.verify_checksums(self.folder)

    def show(self, texts, console, *, batch_size=64, format="table"):
        """Answers texts and prints the answers.

        Args:
            texts: sequence of str.
            console: rich.console.Console.
            batch_size: int > 0, texts computed at once.
            format: "table", for people; "json", the data.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `show`.")

    def answer_file(self, path, out=None, *, text_column="text", batch_size=64, overwrite=False):
        """Writes the answers to what a file holds; returns one sentence about them.

        Args:
            path: the file.
            out: file to write; None: one beside the file.
            text_column: column of the texts, where the file has columns.
            batch_size: int > 0, texts computed at once.
            overwrite: bool, replaces `out` where it exists; never the input.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `answer_file`.")
