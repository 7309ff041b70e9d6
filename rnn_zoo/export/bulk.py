"""Answers every text of a file: CSV, TSV, JSONL or plain lines in, CSV out."""

import collections
import csv
from pathlib import Path

from rnn_zoo.datasets.tables import ENDINGS, is_table, read_table
from rnn_zoo.export.asking import text_fault
from rnn_zoo.files import atomic_file


def predict_file(pretrained, path, out=None, *, text_column="text", batch_size=64, progress=False, overwrite=False):
    """Writes the texts of a file with the model's answers beside them.

    One row a text, in the order of the file: `line` (the line of the file that the text starts at), `text`, `label`,
    `score`, and `probability_<label>` for each class.

    Args:
        pretrained: Pretrained.
        path: .csv, .tsv or .jsonl file (as `rnn_zoo.datasets.read_table` reads them, each also with .gz), or .txt with
            a text a line.
        out: CSV file to write, atomically; by default beside the input, "reviews.csv" -> "reviews.predictions.csv".
        text_column: column (for JSONL: key) of the text; a .txt file has none.
        batch_size: int > 0, texts computed at once.
        progress: bool, shows a progress bar on standard error.
        overwrite: bool, replaces `out` where it exists; never the input.
    Returns:
        (pathlib.Path, collections.Counter): the file written, and how often each label was answered.
    Raises:
        ValueError: the file is empty, is not UTF-8 or not what its ending says, or has no such column (file, line and
            fix are named), or `out` is the input. FileNotFoundError, FileExistsError. Nothing has been written then.
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


def check_output(path, out=None, overwrite=False, ending=".predictions.csv"):
    """Returns the file that the answers go to; raises where `path` cannot be read or something would be lost."""
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}.")
    if not is_table(path) and path.suffix.lower() != ".txt":
        raise ValueError(f"{path}: the name must end in .txt, {', '.join(ENDINGS)}, so that its format is known.")
    if out is None:
        out = path.with_name(path.name.removesuffix(".gz").rpartition(".")[0] + ending)
    out = Path(out)
    if out.exists() and out.samefile(path):
        raise ValueError(f"`out` is the input file, {path}; name another one.")
    if out.is_dir():
        raise ValueError(f"`out` must be a file, but {out} is a folder; name a file in it.")
    if out.exists() and not overwrite:
        raise FileExistsError(f"{out} already exists; name another `out`, or pass `overwrite` to replace it.")
    return out


def read_texts(path, text_column):
    """The texts of a file, as `predict_file` reads it -> (list of int, the line each starts at; list of str)."""
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


def _read_lines(path):
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    if not data.strip():
        raise ValueError(f"{path} is empty.")
    texts = []
    # Lines end with "\n"; `str.splitlines` would also split at U+0085 and its like, which texts hold.
    for line, content in enumerate(data.removesuffix(b"\n").split(b"\n"), start=1):
        try:
            texts.append(content.removesuffix(b"\r").decode("utf-8"))
        except UnicodeDecodeError as error:
            raise ValueError(
                f"{path}: line {line}: byte {content[error.start]:#04x} is not UTF-8. "
                "Save the file as UTF-8 (for Latin-1: iconv -f latin1 -t utf-8)."
            ) from error
    return texts
