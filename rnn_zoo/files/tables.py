"""Columns of a CSV, TSV or JSONL file, with the line of each row."""

import contextlib
import csv
import dataclasses
import gzip
import io
import json
import sys
import zlib
from pathlib import Path
from typing import Any

ENDINGS = (".csv", ".tsv", ".jsonl", ".csv.gz", ".tsv.gz", ".jsonl.gz")

_BINARY = {
    b"\x1f\x8b": "gzip (add .gz to its name)",
    b"PK\x03\x04": "a zip archive or an Excel sheet (unpack it, or export it as CSV)",
    b"%PDF": "a PDF",
    b"PAR1": "Parquet",
    b"SQLite format 3": "an SQLite database",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word document (export it as CSV)",
    b"BZh": "bzip2 (unpack it)",
    b"\xfd7zXZ": "xz (unpack it)",
}
_NAME_IT = "Name one of these, or add it."


@dataclasses.dataclass(frozen=True)
class Table:
    """Rows of a file.

    Args:
        path: Path of the file.
        columns: dict of name -> list with one value a row: str, or whatever a JSONL file holds.
        lines: list of int, the line each row starts at, from 1.
    """

    path: Path
    columns: dict[str, list]
    lines: list[int]

    def __len__(self) -> int:
        return len(self.lines)


def is_table(path: str | Path) -> Any:
    """Whether the name of a file ends as one that `read_table` reads."""
    return Path(path).name.lower().endswith(ENDINGS)


def read_table(path: str | Path, columns: Any) -> "Table":
    """Reads some columns of a CSV, TSV or JSONL file, plain or gzipped.

    UTF-8, with or without a byte order mark. CSV has quotes as in RFC 4180, TSV has none, both have a header; JSONL has
    one object a line. Lines end with "\\n" or "\\r\\n" and nothing else, since texts hold U+0085 and U+2028.

    Args:
        path: the file; its ending tells the format.
        columns: names of the columns to read; every row must have them.
    Returns:
        Table
    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is empty, is not UTF-8, is not what its ending says, lacks a column, or has a row with a
            different number of columns; the message names the file, the line and the fix.
    """
    path, ending, text = _open(path)
    rows = {"csv": _csv_rows, "tsv": _tsv_rows, "jsonl": _jsonl_rows}[ending](path, text, list(columns))
    values = {column: [] for column in columns}
    lines = []
    for line, row in rows:
        lines.append(line)
        for column, value in zip(columns, row, strict=True):
            values[column].append(value)
    if not lines:
        raise ValueError(f"{path} is empty: it holds no row" + (" below its header." if ending != "jsonl" else "."))
    return Table(Path(path), values, lines)


def read_header(path: str | Path) -> Any:
    """The names of the columns of a CSV or TSV file, in its order; errors as in `read_table`."""
    path, ending, text = _open(path)
    if ending == "jsonl":
        raise ValueError(f"{path}: JSONL has no header; save it as CSV.")
    first = next(content for _, content in _lines(text))
    return next(csv.reader([first])) if ending == "csv" else first.split("\t")


def _open(path):
    """(Path, format, text) of a table."""
    path = Path(path)
    if not is_table(path):
        raise ValueError(f"{path}: the name must end in one of {', '.join(ENDINGS)}, so that its format is known.")
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}.")
    ending = path.name.lower().removesuffix(".gz").rpartition(".")[2]
    return path, ending, _decode(path, ending)


def _decode(path, ending):
    data = path.read_bytes()
    if path.name.lower().endswith(".gz"):
        try:
            data = gzip.decompress(data)
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise ValueError(f"{path} is not a whole gzip file, as its ending says it is: {error}.") from error
    for magic, kind in _BINARY.items():
        if data.startswith(magic):
            raise ValueError(f"{path} is not {ending.upper()}, as its ending says: its content is {kind}.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ValueError(f"{path}: line 1: the file is UTF-16, not UTF-8. Save it as UTF-8.")
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.strip():
        raise ValueError(f"{path} is empty. Give a file with a text a row.")
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise ValueError(
            f"{path}: line {line}: a zero byte; the file is not {ending.upper()} text, as its ending says."
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ValueError(
            f"{path}: line {line}: byte {data[error.start]:#04x} at offset {error.start} is not UTF-8. "
            f"Save the file as UTF-8 (for Latin-1: iconv -f latin1 -t utf-8)."
        ) from error


def _csv_rows(path, text, columns):
    _refuse_other_text(path, text, "CSV")
    with _long_fields():
        reader = csv.reader(io.StringIO(text, newline="\n"), strict=True)
        places = None
        start = 1
        try:
            for row in reader:
                if row and places is None:
                    width, places = len(row), _places(path, row, columns, ",")
                elif row:
                    _check_width(path, start, row, width)
                    yield start, [row[place] for place in places]
                start = reader.line_num + 1
        except csv.Error as error:
            raise ValueError(
                f"{path}: line {start}: not CSV ({error}). A field that holds a quote or a line break stands between "
                'quotes, and a quote inside it is doubled ("").'
            ) from error


def _tsv_rows(path, text, columns):
    _refuse_other_text(path, text, "TSV")
    places = None
    for line, content in _lines(text):
        row = content.split("\t")
        if places is None:
            width, places = len(row), _places(path, row, columns, "\t")
        else:
            _check_width(path, line, row, width)
            yield line, [row[place] for place in places]


def _jsonl_rows(path, text, columns):
    for line, content in _lines(text):
        try:
            row = json.loads(content)
        except json.JSONDecodeError as error:
            raise ValueError(f"{path}: line {line}: not JSON ({error}). JSONL holds one object a line.") from error
        if not isinstance(row, dict):
            kind = type(row).__name__
            raise ValueError(
                f"{path}: line {line}: expected a JSON object, got a {kind}. JSONL holds one object a line."
            )
        for column in columns:
            if column not in row:
                raise ValueError(f"{path}: line {line}: no column {column!r}; it has {_listed(row)}. {_NAME_IT}")
        yield line, [row[column] for column in columns]


def _lines(text):
    for line, content in enumerate(text.split("\n"), start=1):
        content = content.removesuffix("\r")
        if content:
            yield line, content


def _places(path, header, columns, separator):
    other = {",": "\t", "\t": ","}[separator]
    if len(header) == 1 and other in header[0] and not set(columns) <= set(header):
        kinds = {",": "CSV, separated by commas", "\t": "TSV, separated by tabs"}
        raise ValueError(f"{path} is not {kinds[separator]}, as its ending says: its header looks like {kinds[other]}.")
    for column in columns:
        if column not in header:
            raise ValueError(f"{path}: line 1: no column {column!r}; it has {_listed(header)}. {_NAME_IT}")
        if header.count(column) > 1:
            raise ValueError(
                f"{path}: line 1: column {column!r} is there {header.count(column)} times; rename the others."
            )
    return [header.index(column) for column in columns]


def _check_width(path, line, row, width):
    if len(row) != width:
        raise ValueError(
            f"{path}: line {line}: {len(row)} columns where the header has {width}. "
            "In CSV a text that holds a comma stands between quotes; in TSV no text holds a tab."
        )


def _refuse_other_text(path, text, expected):
    start = text[:1000].lstrip().lower()
    if start.startswith(("<!doctype", "<html", "<?xml")):
        raise ValueError(f"{path} is not {expected}, as its ending says: its content is HTML or XML.")
    if start.startswith(("{", "[")):
        first = text.lstrip().split("\n", 1)[0]
        with contextlib.suppress(json.JSONDecodeError):
            json.loads(first)
            raise ValueError(f"{path} is not {expected}, as its ending says: its content is JSON. Rename it to .jsonl.")


def _listed(names):
    return ", ".join(repr(name) for name in names) or "none"


@contextlib.contextmanager
def _long_fields():
    # csv stops at 131,072 characters a field, and a text of 100,000 words is longer.
    before = csv.field_size_limit(sys.maxsize)
    try:
        yield
    finally:
        csv.field_size_limit(before)
