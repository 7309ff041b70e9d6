"""A malformed input and the command that gets it."""

import dataclasses
from collections.abc import Callable
from pathlib import Path


@dataclasses.dataclass(frozen=True)
class Case:
    """A malformed input.

    Args:
        name: what is wrong.
        make: folder -> the command line after `rnn-zoo`; it writes the input to the folder.
        named: what an error must name, one of these: files or options.
        refused: whether the input is surely wrong; of a changed byte no one knows.
    """

    name: str
    make: Callable[[Path], list[str]]
    named: tuple[str, ...]
    refused: bool = True
