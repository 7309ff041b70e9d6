"""Steps: opens an exported model that answers at every character, and asks it whole texts or pieces of them."""

import csv
import functools
import json
from pathlib import Path

import numpy as np

from rnn_zoo.checks import positive_integer
from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.asking import checked_texts
from rnn_zoo.export.bulk import check_output, read_texts
from rnn_zoo.export.exported import Exported
from rnn_zoo.files import atomic_file


class Steps(Exported):
    """An exported model that tells, at every character, what has just happened; run from its SavedModel.

    Args:
        folder: an exported folder, as `rnn_zoo.export.save_steps` writes it.
    Raises:
        ValueError: the folder lacks a file of an export, or is of another kind.
    """

    kind = "steps"

    @functools.cached_property
    def labels(self):
        """list of str: what each probability is of."""
        return json.loads((self.folder / export_folder.LABELS).read_text(encoding="utf-8"))

    def probabilities(self, texts, batch_size=64):
        """The probability of each label at every character.

        Args:
            texts: sequence of str of any length; "" has no character to be answered.
            batch_size: int > 0, texts computed at once.
        Returns:
            list of <float32>[characters, labels], one a text.
        Raises:
            ValueError: `texts` is one string, or an item is not text.
        """
        texts = checked_texts(texts)
        positive_integer("batch_size", batch_size)
        import tensorflow as tf

        found = []
        for start in range(0, len(texts), batch_size):
            batch = texts[start : start + batch_size]
            answers = self._saved_model.serve(tf.constant(batch, tf.string))["probabilities"].numpy()
            found += [answer[: len(text)] for answer, text in zip(answers, batch, strict=True)]
        return found

    def step(self, pieces, state=None):
        """The probabilities at the next characters of texts that come in pieces.

        Args:
            pieces: sequence of str, the next characters of each text; "" where there are none.
            state: dict, as the call before returned it; None: the texts start here.
        Returns:
            (list of <float32>[characters, labels], dict of <float32>[texts, units]).
        Raises:
            ValueError: `pieces` are no texts, or more or fewer than the state is of.
        """
        pieces = checked_texts(pieces)
        if not pieces:
            raise ValueError("`pieces` must hold one text at least, got none.")
        import tensorflow as tf

        if state is None:
            state = self._saved_model.start(len(pieces))
        rows = {len(value) for value in state.values()}
        if rows != {len(pieces)}:
            raise ValueError(f"`state` is of {min(rows)} texts, and `pieces` of {len(pieces)}; give the same texts.")
        answers = self._saved_model.step(
            tf.constant(pieces, tf.string), {name: tf.constant(value) for name, value in state.items()}
        )
        found = answers["probabilities"].numpy()
        after = {name: answers[name].numpy() for name in sorted(state)}
        return [answer[: len(piece)] for answer, piece in zip(found, pieces, strict=True)], after

    def find(self, texts, threshold=0.5, batch_size=64):
        """Where each label is told.

        Args:
            texts, batch_size: as of `probabilities`.
            threshold: float, the probability from which on it is told.
        Returns:
            list of dict, label -> list of the numbers of characters, the first being 1, one dict a text.
        """
        return [
            {
                label: (np.flatnonzero(answer[:, place] >= threshold) + 1).tolist()
                for place, label in enumerate(self.labels)
            }
            for answer in self.probabilities(texts, batch_size)
        ]

    def show(self, texts, console, *, batch_size=64, format="table"):
        answers, found = self.probabilities(texts, batch_size), self.find(texts, batch_size=batch_size)
        if format == "json":
            rows = [
                {"text": text, "found": places, "probabilities": np.round(answer, 6).tolist()}
                for text, places, answer in zip(texts, found, answers, strict=True)
            ]
            console.out(json.dumps(rows, indent=2, ensure_ascii=False), highlight=False)
            return
        from rich.table import Table

        table = Table(box=None, header_style="bold", pad_edge=False)
        table.add_column("text", overflow="ellipsis", no_wrap=True)
        for label in self.labels:
            table.add_column(f"{label}, at the characters", overflow="fold")
        for text, places in zip(texts, found, strict=True):
            table.add_row(text, *[", ".join(map(str, places[label])) or "–" for label in self.labels])
        console.print(table)

    def answer_file(self, path, out=None, *, text_column="text", batch_size=64, overwrite=False):
        path = Path(path)
        out = check_output(path, out, overwrite)
        lines, texts = read_texts(path, text_column)
        count = 0
        answers = self.probabilities(texts, batch_size)
        with atomic_file(out, newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["line", "character", "label", "probability"])
            for line, answer in zip(lines, answers, strict=True):
                for place, label in np.argwhere(answer >= 0.5):
                    writer.writerow([line, place + 1, self.labels[label], f"{answer[place, label]:.6f}"])
                    count += 1
        return f"{out}: {len(texts):,} texts read, {count:,} places told."
