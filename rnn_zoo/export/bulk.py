"""The texts of a file, read in pieces, and the predictions of a classifier for them."""

import collections
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rnn_zoo.export.batching import progress_bar, text_fault
from rnn_zoo.export.output import output_file
from rnn_zoo.files import atomic_file
from rnn_zoo.files.cleaning import Cleaning
from rnn_zoo.files.tables import ENDINGS, LEAVES_OUT, is_table, table_rows, text_lines

_PIECE = 16_384  # texts in memory at a time
_PIECE_CHARACTERS = 16_000_000


class TextFile:
    """The texts of a file that `predict_file` reads. It is read once when opened, to check it, and again in pieces.

    Args:
        path: .csv, .tsv or .jsonl file (as `rnn_zoo.datasets.read_table` reads them, each also with .gz), or .txt file
            with one text per line.
        text_column: column (for JSONL: key) of the text; not used for .txt files.
        clean: leaves faulty rows out, which otherwise are errors.

    Attributes:
        cleaned: what was done to faults, a sentence each.

    Raises:
        ValueError: the file is empty, not UTF-8 or not in the format of its ending, or has no such column; the message
            names file, line and fix.
    """

    def __init__(self, path: str | Path, text_column: str = "text", *, clean: bool = False) -> None:
        self.path, self._column, self._clean = Path(path), text_column, clean
        cleaning = Cleaning(clean)
        self._count = sum(1 for _ in self._rows(cleaning))
        self.cleaned = cleaning.report()

    def __len__(self) -> int:
        return self._count

    def pieces(self, progress: bool = False) -> Iterator[tuple[list[int], list[str]]]:
        """Yields (the lines where texts start, the texts), in the order of the file.

        Args:
            progress: shows a progress bar of all texts on standard error.
        """
        lines: list[int] = []
        texts: list[str] = []
        characters = 0
        with progress_bar(self._count, shown=progress) as advance:
            for line, text in self._rows(Cleaning(self._clean)):
                lines.append(line)
                texts.append(text)
                characters += len(text)
                if len(texts) == _PIECE or characters > _PIECE_CHARACTERS:
                    yield lines, texts
                    advance(len(texts))
                    lines, texts, characters = [], [], 0
            if texts:
                yield lines, texts
                advance(len(texts))

    def _rows(self, cleaning: Cleaning) -> Iterator[tuple[int, str]]:
        rows: Iterator[tuple[int, Any]]
        if is_table(self.path):
            rows = ((line, values[0]) for line, values in table_rows(self.path, [self._column], cleaning))
        else:
            lines = text_lines(self.path, cleaning)
            rows = ((line, text.removesuffix("\n").removesuffix("\r")) for line, text in enumerate(lines, start=1))
        for line, text in rows:
            if fault := text_fault(text):
                cleaning.fault(self.path, line, f"the text {fault}.", LEAVES_OUT)
            else:
                yield line, text


def predict_file(
    pretrained: Any,
    path: str | Path,
    out: str | Path | None = None,
    *,
    text_column: str = "text",
    batch_size: int = 64,
    progress: bool = False,
    overwrite: bool = False,
    clean: bool = False,
) -> tuple[Path, collections.Counter[str], tuple[str, ...]]:
    """Writes the texts of a file and the predictions of a classifier for them, a piece at a time.

    One row per text, in the order of the file: `line` (the line of the file where the text starts), `text`, `label`,
    `score`, and `probability_<label>` for each class.

    Args:
        pretrained: the classifier, `rnn_zoo.tasks.text_classification.answers.Pretrained`.
        path: the file, see `TextFile`, which may be larger than memory.
        out: CSV file to write, atomically. Default None: "reviews.predictions.csv" beside the input "reviews.csv".
        text_column: column (for JSONL: key) of the text; not used for .txt files.
        batch_size: > 0, texts per batch.
        progress: shows a progress bar on standard error.
        overwrite: replaces `out` if it exists; never the input.
        clean: leaves faulty rows out, which otherwise are errors.

    Returns:
        The file written, the number of texts with each label, and what was done to faults.

    Raises:
        ValueError: the file is empty, not UTF-8 or not in the format of its ending, has no such column (the message
            names file, line and fix), or `out` is the input.
        FileNotFoundError: there is no input file.
        FileExistsError: `out` exists. After any error nothing has been written.
    """
    path = Path(path)
    out = check_output(path, out, overwrite)
    texts = TextFile(path, text_column, clean=clean)
    counts: collections.Counter[str] = collections.Counter()
    with atomic_file(out, newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["line", "text", "label", "score", *(f"probability_{label}" for label in pretrained.labels)])
        for lines, piece in texts.pieces(progress):
            answers = pretrained.predict(piece, batch_size=batch_size)
            for line, text, answer in zip(lines, piece, answers, strict=True):
                numbers = [f"{value:.6f}" for value in (answer.score, *answer.probabilities.values())]
                writer.writerow([line, text, answer.label, *numbers])
            counts.update(answer.label for answer in answers)
    return out, counts, texts.cleaned


def check_output(
    path: str | Path, out: str | Path | None = None, overwrite: bool = False, ending: str = ".predictions.csv"
) -> Path:
    """Returns the file that predictions are written to; raises if `path` is unreadable or data would be lost."""
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}.")
    if not is_table(path) and path.suffix.lower() != ".txt":
        raise ValueError(f"{path}: the name must end in .txt, {', '.join(ENDINGS)}, which states its format.")
    return output_file(path, out, overwrite, ending)
