"""Terminal: a console that shows what is foreign, such as a model card or a text, without its control characters."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.segment import Segment

from rnn_zoo.faults import printable


class Terminal(Console):
    """rich's Console; control characters inside of texts are shown as escapes and never reach the terminal.

    Args:
        options: those of `rich.console.Console`. Markup and highlighting are off unless given: "[b]" is text.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"markup": False, "highlight": False, **options})

    def render(self, *arguments: Any, **options: Any) -> Iterable[Segment]:
        for segment in super().render(*arguments, **options):
            yield segment if segment.control else Segment(printable(segment.text), segment.style)
