"""Files of an export, checked; a ValueError names the file."""

import json
from pathlib import Path
from typing import Any

_AGAIN = "Export or download it again."


def read_words(path: str | Path) -> list[str]:
    """The lines of a `vocabulary.txt`: "", "[UNK]" and at least one word."""
    try:
        words = Path(path).read_bytes().decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not a saved vocabulary: it is not UTF-8 text ({error}). {_AGAIN}") from error
    if words.pop() != "" or words[:2] != ["", "[UNK]"] or len(words) < 3:
        raise ValueError(f"{path} is not a whole saved vocabulary: '', '[UNK]' and words, one on each line. {_AGAIN}")
    return words


def read_letters(path: str | Path) -> tuple[list[str], int]:
    """(letters, largest number of letters of a word) of a `letters.json`."""
    try:
        about: Any = json.loads(Path(path).read_bytes())
        letters, length = about["letters"], about["word_length"]
    except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
        raise ValueError(f"{path} is not a file of letters: {error}. {_AGAIN}") from error
    whole = isinstance(letters, list) and all(isinstance(letter, str) and len(letter) == 1 for letter in letters)
    if not whole or not isinstance(length, int) or isinstance(length, bool) or length < 2 or length % 2:
        raise ValueError(f"{path} is not a file of letters: single letters, and an even number of them. {_AGAIN}")
    return letters, length
