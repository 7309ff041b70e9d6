"""Patterns and lower case as they are in the graph of an export, whatever Unicode this Python knows.

`unicode.json` holds the classes of characters of RE2, the regular expressions of TensorFlow, as ranges of code points.
"""

import functools
import json
import re
from pathlib import Path

_CLASS = re.compile(r"\\p\{(\w+)\}")
_CODE = re.compile(r"\\x\{([0-9A-Fa-f]+)\}")
# In RE2 these are ASCII alone.
_ASCII = {r"\s": r"\t\n\f\r ", r"\w": "0-9A-Za-z_", r"\d": "0-9"}


def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of RE2 as one of Python that matches the same texts.

    Args:
        pattern: with \\p{L} and others of `unicode.json`, \\x{200D}, and \\s, \\S, \\w, \\d and \\b, which are ASCII in
            RE2.
    """
    parts, inside, place = [], False, 0
    while place < len(pattern):
        named, code, two = _CLASS.match(pattern, place), _CODE.match(pattern, place), pattern[place : place + 2]
        if named:
            parts.append(classes()[named[1]] if inside else f"[{classes()[named[1]]}]")
            place = named.end()
        elif code:
            parts.append(_escaped(int(code[1], 16)))
            place = code.end()
        elif two == r"\S":
            parts.append(r"[^\t\n\f\r ]")
            place += 2
        elif two == r"\b":
            parts.append(r"(?:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))")
            place += 2
        elif two in _ASCII:
            parts.append(_ASCII[two] if inside else f"[{_ASCII[two]}]")
            place += 2
        elif two[0] == "\\":
            parts.append(two)
            place += 2
        else:
            inside = {"[": True, "]": False}.get(two[0], inside)
            parts.append(two[0])
            place += 1
    return re.compile("".join(parts))


@functools.cache
def classes() -> dict[str, str]:
    """{name of a class: its ranges, as they stand between the brackets of a pattern}."""
    ranges = json.loads((Path(__file__).parent / "unicode.json").read_text(encoding="utf-8"))
    return {name: "".join(map(_range, pairs)) for name, pairs in ranges.items()}


def lowered(text: str) -> str:
    """The text in lower case; letters that Unicode has had for a short time stay as they are."""
    if text.isascii() or not _kept().search(text):
        return text.lower()
    pieces = _kept().split(text)  # the kept letters stand at the odd places
    return "".join(piece if place % 2 else piece.lower() for place, piece in enumerate(pieces))


@functools.cache
def _kept():
    return re.compile(f"([{classes()['Kept']}])")


def _range(pair: list[int]) -> str:
    first, last = pair
    return _escaped(first) if first == last else f"{_escaped(first)}-{_escaped(last)}"


def _escaped(code: int) -> str:
    return f"\\U{code:08x}"
