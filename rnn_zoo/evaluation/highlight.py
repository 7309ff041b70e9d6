"""Sentences with their names in colour, for a terminal and as HTML."""

import io

from rich.console import Console
from rich.text import Text

from rnn_zoo.files import atomic_file

# Light enough for black letters on any terminal, and told apart by those who see no red or green as well.
_COLORS = ("#8ecae6", "#ffd166", "#b8e0a0", "#f4a6c0", "#cdb4f6", "#f6bd8b", "#a0e3d6", "#d9d9a3")


def colors(types):
    """A colour for each type: list of str -> dict."""
    return {kind: _COLORS[number % len(_COLORS)] for number, kind in enumerate(sorted(types))}


def highlighted(text, spans, palette):
    """A text with its names in colour, each with its type behind it.

    Args:
        text: str.
        spans: list of (start, end, type), in characters of the text, which do not overlap.
        palette: dict of type to colour, see `colors`.
    Returns:
        rich.text.Text.
    """
    shown, place = Text(), 0
    for start, end, kind in sorted(spans):
        shown.append(text[place:start])
        shown.append(text[start:end], style=f"black on {palette.get(kind, '#d0d0d0')}")
        shown.append(f" {kind}", style="dim")
        place = end
    return shown.append(text[place:])


def of_words(words, spans):
    """(the words with blanks between, spans of words as spans of its characters)."""
    places, start = [], 0
    for word in words:
        places.append((start, start + len(word)))
        start += len(word) + 1
    return " ".join(words), [(places[start][0], places[end - 1][1], kind) for start, end, kind in spans]


def write_html(path, lines, title):
    """Writes lines of rich.text.Text as an HTML page, atomically."""
    console = Console(record=True, file=io.StringIO(), width=100, markup=False, highlight=False)
    console.print(Text(title, style="bold"), *lines, sep="\n")
    with atomic_file(path) as file:
        file.write(console.export_html(inline_styles=True).replace("<head>", f"<head><title>{title}</title>"))
