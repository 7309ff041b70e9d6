"""Sentences with coloured names, for a terminal and as HTML."""

import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich.text import Text

from rnn_zoo.files import atomic_file
from rnn_zoo.terminal import Terminal

# Light enough for black letters on any terminal, and distinguishable without red-green vision.
_COLORS = ("#8ecae6", "#ffd166", "#b8e0a0", "#f4a6c0", "#cdb4f6", "#f6bd8b", "#a0e3d6", "#d9d9a3")


def colors(types: Iterable[str]) -> dict[str, str]:
    """A colour for each type."""
    return {kind: _COLORS[number % len(_COLORS)] for number, kind in enumerate(sorted(types))}


def highlighted(text: str, spans: Iterable[tuple[int, int, str]], palette: Mapping[str, str]) -> Text:
    """A text with its names in colour, each followed by its type.

    Args:
        text: the text.
        spans: (start, end, type) of each name, in characters of the text; they do not overlap.
        palette: the colour of each type, see `colors`.
    """
    shown, place = Text(), 0
    for start, end, kind in sorted(spans):
        shown.append(text[place:start])
        shown.append(text[start:end], style=f"black on {palette.get(kind, '#d0d0d0')}")
        shown.append(f" {kind}", style="dim")
        place = end
    return shown.append(text[place:])


def join_words(words: Sequence[str], spans: Iterable[tuple[int, int, str]]) -> tuple[str, list[tuple[int, int, str]]]:
    """The words joined by spaces, and spans of words as spans of the text's characters."""
    places, start = [], 0
    for word in words:
        places.append((start, start + len(word)))
        start += len(word) + 1
    return " ".join(words), [(places[start][0], places[end - 1][1], kind) for start, end, kind in spans]


def write_html(path: str | Path, lines: Iterable[Text], title: str) -> None:
    """Writes lines of rich.text.Text as an HTML page, atomically."""
    console = Terminal(record=True, file=io.StringIO(), width=100)
    console.print(Text(title, style="bold"), *lines, sep="\n")
    with atomic_file(path) as file:
        file.write(console.export_html(inline_styles=True).replace("<head>", f"<head><title>{title}</title>"))
