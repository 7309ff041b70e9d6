"""Steps: opens an exported model that labels every character, and answers whole texts or chunks of them."""

import csv
import functools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console

from rnn_zoo.checks import positive_integer
from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.batching import checked_texts
from rnn_zoo.export.bulk import TextFile, check_output
from rnn_zoo.export.exported import Exported
from rnn_zoo.export.reading import read_labels
from rnn_zoo.files import atomic_file
from rnn_zoo.files.cleaning import with_report
from rnn_zoo.types import Tensor


class Steps(Exported):
    """An exported model that labels every character of a stream, run from its SavedModel.

    Args:
        folder: an exported folder, see `rnn_zoo.tasks.stream_labelling.export.save_steps`.
    Raises:
        ValueError: the folder lacks a file of an export, or is of another kind.
    """

    kind = "steps"
    serves = ("probabilities",)

    @functools.cached_property
    def labels(self) -> list[str]:
        """The name of each probability."""
        return read_labels(self.folder / export_folder.LABELS)

    def probabilities(self, texts: Sequence[str], batch_size: int = 64) -> list[np.ndarray]:
        """The probability of each label at every character.

        Args:
            texts: texts of any length, also "".
            batch_size: > 0, texts per batch.
        Returns:
            <float32>[characters, labels] of each text.
        Raises:
            ValueError: `texts` is one string, or an item is not a string.
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

    def step(
        self, pieces: Sequence[str], state: Mapping[str, Tensor] | None = None
    ) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
        """The probabilities at the next characters of texts that arrive in chunks.

        Args:
            pieces: the next characters of each text, may be "".
            state: the state that the call before returned. None: the texts start here.
        Returns:
            (<float32>[characters, labels] of each text, the new state: name -> <float32>[texts, units]).
        Raises:
            ValueError: `pieces` are not strings, or their number differs from that of the state.
        """
        pieces = checked_texts(pieces)
        if not pieces:
            raise ValueError("`pieces` must hold at least one text, got none.")
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

    def find(self, texts: Sequence[str], threshold: float = 0.5, batch_size: int = 64) -> list[dict[str, list[int]]]:
        """The characters at which each label is detected.

        Args:
            texts, batch_size: see `probabilities`.
            threshold: smallest probability of a detection.
        Returns:
            label -> positions of the characters, counted from 1, of each text.
        """
        return [
            {
                label: (np.flatnonzero(answer[:, place] >= threshold) + 1).tolist()
                for place, label in enumerate(self.labels)
            }
            for answer in self.probabilities(texts, batch_size)
        ]

    def show(self, texts: Sequence[str], console: Console, *, batch_size: int = 64, format: str = "table") -> None:
        """Prints where each label is detected in texts, as a table or as JSON."""
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

    def answer_file(
        self,
        path: str | Path,
        out: str | Path | None = None,
        *,
        text_column: str = "text",
        batch_size: int = 64,
        overwrite: bool = False,
        clean: bool = False,
    ) -> str:
        """Writes the detections in the texts of a file, one per row; see `Exported`."""
        path = Path(path)
        out = check_output(path, out, overwrite)
        texts = TextFile(path, text_column, clean=clean)
        count = 0
        with atomic_file(out, newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["line", "character", "label", "probability"])
            for lines, piece in texts.pieces(progress=True):
                for line, answer in zip(lines, self.probabilities(piece, batch_size), strict=True):
                    for place, label in np.argwhere(answer >= 0.5):
                        writer.writerow([line, place + 1, self.labels[label], f"{answer[place, label]:.6f}"])
                        count += 1
        return with_report(f"{out}: {len(texts):,} texts answered, {count:,} detections.", texts.cleaned)
