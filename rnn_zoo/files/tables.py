"""Reading of CSV, TSV and JSONL files, with errors that name the line."""

import contextlib
import csv
import dataclasses
import gzip
import io
import json
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

from rnn_zoo.files.cleaning import Cleaning

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
LEAVES_OUT = "leaves such rows out"
_NOT_UTF8 = "replaces bytes that are not UTF-8 by U+FFFD"
_NAME_IT = "Name one of these, or add it."


@dataclasses.dataclass(frozen=True)
class Table:
    """The rows of a file.

    Args:
        path: the file.
        columns: name -> one value per row: str from CSV and TSV, any JSON value from JSONL.
        lines: the line at which each row starts, from 1.
    """

    path: Path
    columns: dict[str, list]
    lines: list[int]

    def __len__(self) -> int:
        return len(self.lines)


def is_table(path: str | Path) -> bool:
    """Whether a file name has an extension that `read_table` reads."""
    return Path(path).name.lower().endswith(ENDINGS)


def read_table(path: str | Path, columns: Sequence[str], cleaning: Cleaning | None = None) -> Table:
    """Reads some columns of a CSV, TSV or JSONL file, plain or gzipped.

    The file is UTF-8, with or without a byte order mark. CSV has quotes as in RFC 4180, TSV has none, and both have a
    header; JSONL has one object per line. Only "\\n" and "\\r\\n" end a line, because texts may contain U+0085 and
    U+2028.

    Args:
        path: the file; its extension determines the format.
        columns: names of the columns to read; every row must have them.
        cleaning: what becomes of rows of another width, of lines that are not JSON, and of bytes that are not UTF-8.
            Default None: they are errors.
    Returns:
        the rows in their order; empty lines are skipped.
    Raises:
        FileNotFoundError: the file does not exist.
        ValueError: the file is empty, is not UTF-8, is not in the format of its extension, lacks a column, or has a row
            with a different number of columns; the message names the file, the line and the fix.
    """
    cleaning = cleaning or Cleaning()
    path, ending, text = _open(path, cleaning)
    rows = {"csv": _csv_rows, "tsv": _tsv_rows, "jsonl": _jsonl_rows}[ending](path, text, list(columns), cleaning)
    values = {column: [] for column in columns}
    lines = []
    for line, row in rows:
        lines.append(line)
        for column, value in zip(columns, row, strict=True):
            values[column].append(value)
    if not lines:
        raise ValueError(f"{path} is empty: it has no rows" + (" below its header." if ending != "jsonl" else "."))
    return Table(Path(path), values, lines)


def read_header(path: str | Path) -> list[str]:
    """The column names of a CSV or TSV file, in their order; raises the errors of `read_table`."""
    path, ending, text = _open(path, Cleaning())
    if ending == "jsonl":
        raise ValueError(f"{path}: JSONL has no header; save it as CSV.")
    first = next(content for _, content in _lines(text))
    return next(csv.reader([first])) if ending == "csv" else first.split("\t")


def _open(path, cleaning):
    """Reads a file: (path, extension without .gz, text)."""
    path = Path(path)
    if not is_table(path):
        raise ValueError(f"{path}: the file name must end in one of {', '.join(ENDINGS)}.")
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}.")
    ending = path.name.lower().removesuffix(".gz").rpartition(".")[2]
    return path, ending, _decode(path, ending, cleaning)


def _decode(path, ending, cleaning):
    data = path.read_bytes()
    if path.name.lower().endswith(".gz"):
        try:
            data = gzip.decompress(data)
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise ValueError(f"{path} is not a valid gzip file, although its extension says so: {error}.") from error
    for magic, kind in _BINARY.items():
        if data.startswith(magic):
            raise ValueError(f"{path} is not {ending.upper()}, although its extension says so: its content is {kind}.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ValueError(f"{path}: line 1: the file is UTF-16, not UTF-8. Save it as UTF-8.")
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.strip():
        raise ValueError(f"{path} is empty. Give a file with at least one row.")
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise ValueError(
            f"{path}: line {line}: a zero byte; the file is not {ending.upper()}, although its extension says so."
        )
    return decode_utf8(path, data, cleaning)


def decode_utf8(path: str | Path, data: bytes, cleaning: Cleaning) -> str:
    """The text of a UTF-8 file; where cleaning is active, bytes that are not UTF-8 become U+FFFD, a line at a time.

    Raises:
        ValueError: a byte is not UTF-8, and cleaning is not active; names the line.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if not cleaning.active:
            number = data.count(b"\n", 0, error.start) + 1
            raise ValueError(
                f"{path}: line {number}: byte {data[error.start]:#04x} at offset {error.start} is not UTF-8. Save the "
                f"file as UTF-8 (for Latin-1: iconv -f latin1 -t utf-8), or pass `clean`, which {_NOT_UTF8}."
            ) from error
    lines = data.split(b"\n")
    for number, line in enumerate(lines, start=1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            cleaning.fault(path, number, "not UTF-8.", _NOT_UTF8)
            lines[number - 1] = line.decode("utf-8", errors="replace").encode()
    return b"\n".join(lines).decode("utf-8")


def _csv_rows(path, text, columns, cleaning):
    _check_not_markup(path, text, "CSV")
    with _long_fields():
        reader = csv.reader(io.StringIO(text, newline="\n"), strict=True)
        places = None
        start = 1
        try:
            for row in reader:
                if row and places is None:
                    width, places = len(row), _places(path, row, columns, ",")
                elif row and _has_width(path, start, row, width, cleaning):
                    yield start, [row[place] for place in places]
                start = reader.line_num + 1
        except csv.Error as error:
            raise ValueError(
                f"{path}: line {start}: not CSV ({error}). Put a field that contains a quote or a line break in double "
                'quotes, and double each quote inside it ("").'
            ) from error


def _tsv_rows(path, text, columns, cleaning):
    _check_not_markup(path, text, "TSV")
    places = None
    for line, content in _lines(text):
        row = content.split("\t")
        if places is None:
            width, places = len(row), _places(path, row, columns, "\t")
        elif _has_width(path, line, row, width, cleaning):
            yield line, [row[place] for place in places]


def _jsonl_rows(path, text, columns, cleaning):
    for line, content in _lines(text):
        try:
            row = json.loads(content)
        except json.JSONDecodeError as error:
            cleaning.fault(path, line, f"not JSON ({error}). JSONL has one object per line.", LEAVES_OUT)
            continue
        if not isinstance(row, dict):
            kind = type(row).__name__
            cleaning.fault(
                path, line, f"expected a JSON object, got a {kind}. JSONL has one object per line.", LEAVES_OUT
            )
            continue
        missing = [column for column in columns if column not in row]
        if missing:
            cleaning.fault(path, line, f"no column {missing[0]!r}; it has {_listed(row)}. {_NAME_IT}", LEAVES_OUT)
            continue
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
        raise ValueError(
            f"{path} is not {kinds[separator]}, although its extension says so: its header looks like {kinds[other]}."
        )
    for column in columns:
        if column not in header:
            raise ValueError(f"{path}: line 1: no column {column!r}; it has {_listed(header)}. {_NAME_IT}")
        if header.count(column) > 1:
            raise ValueError(
                f"{path}: line 1: column {column!r} occurs {header.count(column)} times; rename the others."
            )
    return [header.index(column) for column in columns]


def _has_width(path, line, row, width, cleaning):
    if len(row) == width:
        return True
    cleaning.fault(
        path,
        line,
        f"{len(row)} columns, but the header has {width}. In CSV, put a text that contains a comma in double quotes; "
        "in TSV, a text cannot contain a tab.",
        LEAVES_OUT,
    )
    return False


def _check_not_markup(path, text, expected):
    start = text[:1000].lstrip().lower()
    if start.startswith(("<!doctype", "<html", "<?xml")):
        raise ValueError(f"{path} is not {expected}, although its extension says so: its content is HTML or XML.")
    if start.startswith(("{", "[")):
        first = text.lstrip().split("\n", 1)[0]
        with contextlib.suppress(json.JSONDecodeError):
            json.loads(first)
            raise ValueError(
                f"{path} is not {expected}, although its extension says so: its content is JSON. Rename it to .jsonl."
            )


def _listed(names):
    return ", ".join(repr(name) for name in names) or "none"


@contextlib.contextmanager
def _long_fields():
    # The csv module allows 131,072 characters per field, fewer than a text of 100,000 words has.
    before = csv.field_size_limit(sys.maxsize)
    try:
        yield
    finally:
        csv.field_size_limit(before)
