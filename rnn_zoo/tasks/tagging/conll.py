"""CoNLL and CoNLL-U files: one word per line with its tag in a column, a blank line after each sentence."""

import contextlib
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from rnn_zoo.checks import one_of
from rnn_zoo.files.cleaning import Cleaning
from rnn_zoo.files.tables import text_lines
from rnn_zoo.tasks.tagging.dataset import TaggedSplit
from rnn_zoo.text.tag_scheme import SCHEMES, convert, fault, find_scheme, split

_CONLLU = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")
_DOCUMENT = "-DOCSTART-"
_NO_SENTENCE = "leaves such sentences out"


def read_conll(
    path: str | Path,
    *,
    word_column: int | str | None = None,
    tag_column: int | str | None = None,
    scheme: str | None = None,
    cleaning: Cleaning | None = None,
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
        cleaning: what becomes of faults. Where it is active, control characters are removed, lines without a word or a
            tag and sentences with another number of columns or a wrong tag are left out, and bytes that are not UTF-8
            become U+FFFD. Default None: they are errors.

    Returns:
        (sentences, scheme of the file); names are converted to BIO.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: lines with different numbers of columns, no such column, a tag outside the scheme, a control
            character in a word, invalid UTF-8, no sentence; names the file, the line and the fix.
    """
    path = Path(path)
    cleaning = cleaning or Cleaning()
    if scheme is not None:
        one_of("scheme", scheme, SCHEMES)
    conllu = path.name.lower().removesuffix(".gz").endswith((".conllu", ".conllup"))
    lines = _lines(path, cleaning)
    names = list(_CONLLU) if conllu else None
    header = not conllu and any(isinstance(column, str) for column in (word_column, tag_column))
    rows: list[list[tuple[int, str, str]]] = [[]]
    documents: list[int] = []
    document = 0
    tab: bool | None = None
    width: int | None = None
    broken: set[int] = set()  # numbers of sentences
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            broken -= set() if rows[-1] else {len(rows) - 1}
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
            cleaning.fault(
                path,
                number,
                f"{len(fields)} columns where the lines above have {width}, separated by {separator}. Fill in the "
                "missing ones, or end the sentence with a blank line.",
                _NO_SENTENCE,
            )
            broken.add(len(rows) - 1)
            continue
        if conllu and not fields[0].isdigit():
            continue
        word = _cleaned_word(path, number, fields[columns[0]], fields[columns[1]], cleaning)
        if word:
            rows[-1].append((number, word, fields[columns[1]]))
    if rows[-1]:
        documents.append(document)
    else:
        rows.pop()
    kept = [sentence for sentence in range(len(rows)) if sentence not in broken]
    rows, documents = [rows[sentence] for sentence in kept], [documents[sentence] for sentence in kept]
    if not rows:
        raise ValueError(
            f"{path} holds no sentence: write one word per line, its tag in the last column, blank lines between "
            "sentences."
        )
    tags = [[tag for _, _, tag in sentence] for sentence in rows]
    scheme = scheme or _detect_scheme(tags)
    kept = []
    for sentence, (row, sentence_tags) in enumerate(zip(rows, tags, strict=True)):
        if wrong := fault(sentence_tags, scheme):
            place, message = wrong
            cleaning.fault(path, row[place][0], message, _NO_SENTENCE)
        else:
            kept.append(sentence)
    if not kept:
        raise ValueError(f"{path} holds no sentence without a fault; check the columns and the scheme of its tags.")
    rows, documents = [rows[sentence] for sentence in kept], [documents[sentence] for sentence in kept]
    tags = [tags[sentence] for sentence in kept]
    words = [[word for _, word, _ in sentence] for sentence in rows]
    if scheme != "plain":
        tags = [convert(sentence, scheme, "BIO") for sentence in tags]
    return TaggedSplit(words, tags, documents), scheme


def _detect_scheme(tags: Sequence[Sequence[str]]) -> str:
    """The scheme of the tags; of tags with a fault, the scheme in which it is reported."""
    with contextlib.suppress(ValueError):
        return find_scheme(tags)
    return "BIOES" if any(split(tag)[0] in ("E", "S") for sentence in tags for tag in sentence) else "BIO"


def _lines(path: Path, cleaning: Cleaning) -> Iterator[str]:
    """The lines without their ends."""
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}.")
    return (line.removesuffix("\n").removesuffix("\r") for line in text_lines(path, cleaning))


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


def _cleaned_word(path: Path, number: int, word: str, tag: str, cleaning: Cleaning) -> str:
    """The word without control characters; "" if the line is to be left out."""
    for what, text in (("word", word), ("tag", tag)):
        if not text.strip():
            cleaning.fault(path, number, f"the {what} is empty. Fill it in.", "leaves such lines out")
            return ""
    for character in word:
        if unicodedata.category(character) == "Cc":
            message = f"the word {word!r} holds the control character U+{ord(character):04X}. Remove it."
            cleaning.fault(path, number, message, "removes control characters")
            word = word.replace(character, "")
    return word
