"""Predictions for every text of a file: reads CSV, TSV, JSONL or plain lines, writes CSV."""

import collections
import csv
from pathlib import Path
from typing import Any

from rnn_zoo.export.batching import text_fault
from rnn_zoo.export.output import output_file
from rnn_zoo.files import atomic_file
from rnn_zoo.files.tables import ENDINGS, is_table, read_table


def predict_file(
    pretrained: Any,
    path: str | Path,
    out: str | Path | None = None,
    *,
    text_column: str = "text",
    batch_size: int = 64,
    progress: bool = False,
    overwrite: bool = False,
) -> tuple[Path, collections.Counter[str]]:
    """Writes the texts of a file and the predictions of a classifier for them.

    One row per text, in the order of the file: `line` (the line of the file where the text starts), `text`, `label`,
    `score`, and `probability_<label>` for each class.

    Args:
        pretrained: the classifier, `rnn_zoo.tasks.text_classification.answers.Pretrained`.
        path: .csv, .tsv or .jsonl file (as `rnn_zoo.datasets.read_table` reads them, each also with .gz), or .txt file
            with one text per line.
        out: CSV file to write, atomically. Default None: "reviews.predictions.csv" beside the input "reviews.csv".
        text_column: column (for JSONL: key) of the text; not used for .txt files.
        batch_size: > 0, texts per batch.
        progress: shows a progress bar on standard error.
        overwrite: replaces `out` if it exists; never the input.

    Returns:
        The file written, and the number of texts with each label.

    Raises:
        ValueError: the file is empty, not UTF-8 or not in the format of its ending, has no such column (the message
            names file, line and fix), or `out` is the input.
        FileNotFoundError: there is no input file.
        FileExistsError: `out` exists. After any error nothing has been written.
    """
    path = Path(path)
    out = check_output(path, out, overwrite)
    lines, texts = read_texts(path, text_column)
    answers = pretrained.predict(texts, batch_size=batch_size, progress=progress)
    with atomic_file(out, newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["line", "text", "label", "score", *(f"probability_{label}" for label in pretrained.labels)])
        for line, text, answer in zip(lines, texts, answers, strict=True):
            numbers = [f"{value:.6f}" for value in (answer.score, *answer.probabilities.values())]
            writer.writerow([line, text, answer.label, *numbers])
    return out, collections.Counter(answer.label for answer in answers)


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


def read_texts(path: str | Path, text_column: str) -> tuple[list[int], list[str]]:
    """The texts of a file that `predict_file` reads: (the line where each starts, the texts)."""
    path = Path(path)
    if is_table(path):
        table = read_table(path, [text_column])
        lines, texts = table.lines, table.columns[text_column]
    else:
        texts = _read_lines(path)
        lines = list(range(1, len(texts) + 1))
    for line, text in zip(lines, texts, strict=True):
        if fault := text_fault(text):
            raise ValueError(f"{path}: line {line}: the text {fault}.")
    return lines, texts


def _read_lines(path: Path) -> list[str]:
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    if not data.strip():
        raise ValueError(f"{path} is empty.")
    texts = []
    # Lines end with "\n"; `str.splitlines` would also split at U+0085 and its like, which occur inside texts.
    for line, content in enumerate(data.removesuffix(b"\n").split(b"\n"), start=1):
        try:
            texts.append(content.removesuffix(b"\r").decode("utf-8"))
        except UnicodeDecodeError as error:
            raise ValueError(
                f"{path}: line {line}: byte {content[error.start]:#04x} is not UTF-8. "
                "Save the file as UTF-8 (for Latin-1: iconv -f latin1 -t utf-8)."
            ) from error
    return texts
