"""Reading of CSV, TSV and JSONL files, with errors that name the line."""

import contextlib
import csv
import dataclasses
import functools
import gzip
import itertools
import json
import re
import sys
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rnn_zoo.files.cleaning import Cleaning
from rnn_zoo.files.reading import plain_file

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
_SEPARATORS = ",;\t|"
_LONGEST_LINE = 64_000_000
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


def read_table(
    path: str | Path, columns: Sequence[str], cleaning: Cleaning | None = None, *, any_separator: bool = False
) -> Table:
    """Reads some columns of a CSV, TSV or JSONL file, plain or gzipped.

    The file is UTF-8, with or without a byte order mark. CSV has quotes as in RFC 4180, TSV has none, and both have a
    header; JSONL has one object per line. Only "\\n" and "\\r\\n" end a line, because texts may contain U+0085 and
    U+2028.

    Args:
        path: the file; its extension determines the format.
        columns: names of the columns to read; every row must have them.
        cleaning: what becomes of rows of another width, of lines that are not JSON, and of bytes that are not UTF-8.
            Default None: they are errors.
        any_separator: whether a CSV file may also be separated by semicolons, tabs or bars, as its header tells.
    Returns:
        the rows in their order; empty lines are skipped.
    Raises:
        FileNotFoundError: the file does not exist.
        ValueError: the file is empty, is not UTF-8, is not in the format of its extension, lacks a column, or has a row
            with a different number of columns; the message names the file, the line and the fix.
    """
    values = {column: [] for column in columns}
    lines = []
    for line, row in table_rows(path, columns, cleaning, any_separator=any_separator):
        lines.append(line)
        for column, value in zip(columns, row, strict=True):
            values[column].append(value)
    return Table(Path(path), values, lines)


def table_rows(
    path: str | Path, columns: Sequence[str], cleaning: Cleaning | None = None, *, any_separator: bool = False
) -> Iterator[tuple[int, list[Any]]]:
    """Yields (line, values) of one row after the other, so that a file may be larger than memory; see `read_table`."""
    path, ending, lines = _open(path, cleaning := cleaning or Cleaning())
    read: Any = {"csv": _csv_rows, "tsv": _tsv_rows, "jsonl": _jsonl_rows}[ending]
    if any_separator and ending == "csv":
        separator, lines = _separator(lines)
        read = functools.partial(_csv_rows, separator=separator)
    rows = read(path, lines, list(columns), cleaning)
    empty = True
    for row in rows:
        yield row
        empty = False
    if empty:
        raise ValueError(f"{path} is empty: it has no rows" + (" below its header." if ending != "jsonl" else "."))


def read_header(path: str | Path, *, any_separator: bool = False) -> list[str]:
    """The column names of a CSV or TSV file, in their order; arguments and errors are those of `read_table`."""
    path, ending, lines = _open(path, Cleaning())
    if ending == "jsonl":
        raise ValueError(f"{path}: JSONL has no header; save it as CSV.")
    separator = ","
    if any_separator and ending == "csv":
        separator, lines = _separator(lines)
    first = next(content for _, content in _numbered(lines))
    return next(csv.reader([first], delimiter=separator)) if ending == "csv" else first.split("\t")


def _separator(lines):
    """(the separator that the header of a CSV file has most often, the same lines)."""
    seen = []
    for line in (lines := iter(lines)):
        seen.append(line)
        if line.strip():
            break
    header = re.sub(r'"[^"]*"', "", seen[-1])
    return max(_SEPARATORS, key=header.count), itertools.chain(seen, lines)


def _open(path, cleaning):
    """(path, extension without .gz, iterator over its lines with their ends) of a file."""
    path = Path(path)
    if not is_table(path):
        raise ValueError(f"{path}: the file name must end in one of {', '.join(ENDINGS)}.")
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}.")
    ending = path.name.lower().removesuffix(".gz").rpartition(".")[2]
    lines = text_lines(path, cleaning, binary=f"not {ending.upper()}, although its extension says so")
    return path, ending, lines


def text_lines(path: Path, cleaning: Cleaning, binary: str = "not a text file") -> Iterator[str]:
    """Yields the lines of a UTF-8 file, plain or gzipped, with their ends; only "\\n" ends a line.

    Args:
        path: the file; .gz is unpacked.
        cleaning: what becomes of bytes that are not UTF-8.
        binary: what the error says of a file that is no text.
    Raises:
        ValueError: the file is empty, binary, damaged or not UTF-8, or has a line of over 64 MB; names the line.
    """
    empty, waiting = True, []  # lines wait until one is not blank
    try:
        with (gzip.open if plain_file(path, "text").name.lower().endswith(".gz") else open)(path, "rb") as file:
            for number, data in enumerate(iter(lambda: file.readline(_LONGEST_LINE + 1), b""), start=1):
                if number == 1:
                    _refuse_binary(path, data, binary)
                    data = data.removeprefix(b"\xef\xbb\xbf")
                if b"\0" in data:
                    raise ValueError(f"{path}: line {number}: a zero byte; the file is {binary}.")
                if len(data) > _LONGEST_LINE:
                    raise ValueError(f"{path}: line {number} is longer than {_LONGEST_LINE:,} bytes; break it.")
                waiting.append(_decoded(path, number, data, cleaning))
                if data.strip() or not empty:
                    yield from waiting
                    waiting, empty = [], False
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise ValueError(f"{path} is not a valid gzip file, although its extension says so: {error}.") from error
    if empty:
        raise ValueError(f"{path} is empty or blank. Give a file with at least one line of text.")


def _refuse_binary(path, data, binary):
    for magic, kind in _BINARY.items():
        if data.startswith(magic):
            raise ValueError(f"{path} is {binary}: its content is {kind}.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ValueError(f"{path}: line 1: the file is UTF-16, not UTF-8. Save it as UTF-8.")


def _decoded(path, number, data, cleaning):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if cleaning.active:
            cleaning.fault(path, number, "not UTF-8.", _NOT_UTF8)
            return data.decode("utf-8", errors="replace")
        raise ValueError(
            f"{path}: line {number}: byte {data[error.start]:#04x} is not UTF-8. Save the file "
            f"as UTF-8 (for Latin-1: iconv -f latin1 -t utf-8), or pass `clean`, which {_NOT_UTF8}."
        ) from error


def _csv_rows(path, lines, columns, cleaning, separator=","):
    with _long_fields():
        reader = csv.reader(_not_markup(path, lines, "CSV"), strict=True, delimiter=separator)
        places = None
        start = 1
        try:
            for row in reader:
                if row and places is None:
                    width, places = len(row), _places(path, row, columns, separator)
                elif row and _has_width(path, start, row, width, cleaning):
                    yield start, [row[place] for place in places]
                start = reader.line_num + 1
        except csv.Error as error:
            raise ValueError(
                f"{path}: line {start}: not CSV ({error}). Put a field that contains a quote or a line break in double "
                'quotes, and double each quote inside it ("").'
            ) from error


def _tsv_rows(path, lines, columns, cleaning):
    places = None
    for line, content in _numbered(_not_markup(path, lines, "TSV")):
        row = content.split("\t")
        if places is None:
            width, places = len(row), _places(path, row, columns, "\t")
        elif _has_width(path, line, row, width, cleaning):
            yield line, [row[place] for place in places]


def _jsonl_rows(path, lines, columns, cleaning):
    for line, content in _numbered(lines):
        try:
            row = json.loads(content)
        except (json.JSONDecodeError, RecursionError) as error:
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


def _numbered(lines):
    """Yields (number, line without its end) of the lines that are not empty."""
    for line, content in enumerate(lines, start=1):
        content = content.removesuffix("\n").removesuffix("\r")
        if content:
            yield line, content


def _places(path, header, columns, separator):
    other = "," if separator == "\t" else "\t"
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


def _not_markup(path, lines, expected):
    """The lines; ValueError if the first that is not blank begins as HTML, XML or JSON does."""
    begun = False
    for line in lines:
        start = line[:1000].lstrip().lower()
        if start and not begun:
            begun = True
            content = "HTML or XML" if start.startswith(("<!doctype", "<html", "<?xml")) else None
            if start.startswith(("{", "[")):
                with contextlib.suppress(json.JSONDecodeError, RecursionError):
                    json.loads(line)
                    content = "JSON. Rename it to .jsonl"
            if content:
                raise ValueError(f"{path} is not {expected}, although its extension says so: its content is {content}.")
        yield line


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
