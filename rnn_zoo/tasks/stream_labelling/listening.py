"""Listening: prints text as a network reads it, with its detections."""

import sys
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.text import Text

from rnn_zoo.tasks.stream_labelling.batches import padded
from rnn_zoo.terminal import Terminal
from rnn_zoo.text import Symbols
from rnn_zoo.topologies import Stream
from rnn_zoo.types import Model


def demonstrate(network: Model, symbols: Symbols, word: str, listen: bool = False) -> None:
    """Prints the detections of a word in an example, then in the lines of standard input if `listen`."""
    console, stream = Terminal(), Stream(network)
    state = print_detections(stream, symbols, word, f"{word[:-1]}{word}... {word.upper()}? {word}!\n", console)
    if not listen:
        return
    console.print("Listening; end with Ctrl-D.", style="dim")
    for line in sys.stdin:
        state = print_detections(stream, symbols, word, line, console, state)


def print_detections(
    stream: Callable[..., Any], symbols: Symbols, word: str, text: str, console: Console, state: Any = None
) -> Any:
    """Feeds a text to a stream letter by letter and prints it, detected words in bold; returns the new state."""
    shown = Text()
    for letter in text.rstrip("\n"):
        probabilities, state = stream(padded(symbols.encode([letter])), state)
        probability = probabilities[0, 0, 0]
        shown.append(letter)
        if probability >= 0.5:
            shown.stylize("bold green", len(shown) - len(word))
            shown.append(f" <- {probability:.2f} ", style="green")
    console.print(shown)
    return state
