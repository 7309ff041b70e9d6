"""CoNLL and CoNLL-U files: one word per line with its tag in a column, a blank line after each sentence."""

import contextlib
import gzip
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from rnn_zoo.checks import one_of
from rnn_zoo.tasks.tagging.dataset import TaggedSplit
from rnn_zoo.text.tag_scheme import SCHEMES, convert, fault, find_scheme, split

_CONLLU = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")
_DOCUMENT = "-DOCSTART-"


def read_conll(
    path: str | Path,
    *,
    word_column: int | str | None = None,
    tag_column: int | str | None = None,
    scheme: str | None = None,
) -> tuple[TaggedSplit, str]:
    """Reads words and tags.

    Columns are separated by tabs if the first line of words holds one, else by spaces. "-DOCSTART-" lines (CoNLL)
    and "# newdoc" comments (CoNLL-U) start a document. In a .conllu file "#" starts a comment, and multiword tokens
    (1-2) and empty nodes (1.1) are left out; elsewhere "#" is a word. UTF-8, with or without a byte order
    mark.

    Args:
        path: the file; .gz is unpacked; a name in .conllu means CoNLL-U.
        word_column, tag_column: number of the column from 0, negative from the end; or its name, from the first line
            or, in CoNLL-U, such as "upos". Default: the first and the last; in CoNLL-U "form" and "upos".
        scheme: the tag scheme of the file, "BIO", "IOB1", "BIOES" or "plain" (no names); None detects it.

    Returns:
        (sentences, scheme of the file); names are converted to BIO.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: lines with different numbers of columns, no such column, a tag outside the scheme, a control
            character in a word, invalid UTF-8, no sentence; names the file, the line and the fix.
    """
    path = Path(path)
    if scheme is not None:
        one_of("scheme", scheme, SCHEMES)
    conllu = path.name.lower().removesuffix(".gz").endswith((".conllu", ".conllup"))
    lines = _lines(path)
    names = list(_CONLLU) if conllu else None
    header = not conllu and any(isinstance(column, str) for column in (word_column, tag_column))
    rows: list[list[tuple[int, str, str]]] = [[]]
    documents: list[int] = []
    document = 0
    tab: bool | None = None
    width: int | None = None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            if rows[-1]:
                documents.append(document)
                rows.append([])
            continue
        if conllu and line.startswith("#"):
            document += line.startswith("# newdoc") and bool(documents)
            continue
        if tab is None:
            tab = "\t" in line
        fields = line.split("\t") if tab else line.split()
        if fields[0] == _DOCUMENT:
            document += bool(documents)
            continue
        if header:
            names, header = fields, False
            continue
        if width is None:
            width = len(names or fields)
            columns = [
                _column_index(path, number, column, width, names, default)
                for column, default in (
                    (word_column, "form" if conllu else 0),
                    (tag_column, "upos" if conllu else -1),
                )
            ]
        if len(fields) != width:
            separator = "a tab" if tab else "spaces"
            raise ValueError(
                f"{path}: line {number}: {len(fields)} columns where the lines above have {width}, separated by "
                f"{separator}. Fill in the missing ones, or end the sentence with a blank line."
            )
        if conllu and not fields[0].isdigit():
            continue
        rows[-1].append((number, fields[columns[0]], fields[columns[1]]))
        _check_word(path, *rows[-1][-1])
    if rows[-1]:
        documents.append(document)
    rows = [sentence for sentence in rows if sentence]
    if not rows:
        raise ValueError(
            f"{path} holds no sentence: write one word per line, its tag in the last column, blank lines between "
            "sentences."
        )
    tags = [[tag for _, _, tag in sentence] for sentence in rows]
    scheme = scheme or _detect_scheme(tags)
    for sentence, sentence_tags in zip(rows, tags, strict=True):
        if wrong := fault(sentence_tags, scheme):
            place, message = wrong
            raise ValueError(f"{path}: line {sentence[place][0]}: {message}")
    words = [[word for _, word, _ in sentence] for sentence in rows]
    if scheme != "plain":
        tags = [convert(sentence, scheme, "BIO") for sentence in tags]
    return TaggedSplit(words, tags, documents), scheme


def _detect_scheme(tags: Sequence[Sequence[str]]) -> str:
    """The scheme of the tags; of tags with a fault, the scheme in which it is reported."""
    with contextlib.suppress(ValueError):
        return find_scheme(tags)
    return "BIOES" if any(split(tag)[0] in ("E", "S") for sentence in tags for tag in sentence) else "BIO"


def _lines(path: Path) -> Iterator[str]:
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}.")
    data = path.read_bytes()
    if path.name.lower().endswith(".gz"):
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            raise ValueError(f"{path} is not a valid gzip file ({error}): copy or download it again.") from error
    # Lines end with "\n"; `str.splitlines` also splits at characters such as U+0085, which words may hold.
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        try:
            yield line.removesuffix(b"\r").decode("utf-8")
        except UnicodeDecodeError as error:
            raise ValueError(
                f"{path}: line {number}: byte {line[error.start]:#04x} is not UTF-8. "
                "Save the file as UTF-8 (for Latin-1: iconv -f latin1 -t utf-8)."
            ) from error


def _column_index(
    path: Path, number: int, column: int | str | None, width: int, names: Sequence[str] | None, default: int | str
) -> int:
    column = default if column is None else column
    if isinstance(column, str):
        names = names or ()
        lowered = [name.lower() for name in names]
        if column.lower() not in lowered:
            raise ValueError(
                f"{path}: no column {column!r}; it has {', '.join(names)}. Name one of these, or its number."
            )
        return lowered.index(column.lower())
    if not -width <= column < width:
        raise ValueError(f"{path}: line {number}: no column {column}; it has {width}, from 0 to {width - 1}.")
    return column


def _check_word(path: Path, number: int, word: str, tag: str) -> None:
    for what, text in (("word", word), ("tag", tag)):
        if not text.strip():
            raise ValueError(f"{path}: line {number}: the {what} is empty. Fill it in, or remove the line.")
    for character in word:
        if unicodedata.category(character) == "Cc":
            raise ValueError(
                f"{path}: line {number}: the word {word!r} holds the control character U+{ord(character):04X}. "
                "Remove it."
            )
