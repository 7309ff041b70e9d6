"""Batched prediction shared by all exported models: input checks, length bucketing, progress bar."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

# A batch is padded to its longest text: 64 texts of 100,000 words at once would not fit into memory.
_CHARACTERS_PER_BATCH = 400_000


def checked_texts(texts: Iterable[str]) -> list[str]:
    """Returns the texts as a list; ValueError that names the first that is not text."""
    if isinstance(texts, (str, bytes)):
        raise ValueError(f"`texts` must be a list of strings, got the one string {texts[:40]!r}; pass [text].")
    texts = list(texts)
    for index, text in enumerate(texts):
        if fault := text_fault(text):
            raise ValueError(f"`texts[{index}]` {fault}.")
    return texts


def text_fault(text: Any) -> str | None:
    """Returns the fault of a text as the end of an error message, or None."""
    if not isinstance(text, str):
        return f"must be a string, got {text!r}"
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            return f"holds half a character, {text[error.start]!a}; was it read as UTF-8?"
    return None


def batches_of_like_length(texts: Sequence[str], batch_size: int) -> Iterator[list[int]]:
    """Yields lists of row numbers, longest texts first, so that a lack of memory shows in the first batch."""
    rows = sorted(range(len(texts)), key=lambda row: len(texts[row]), reverse=True)
    start = 0
    while start < len(rows):
        longest = max(1, len(texts[rows[start]]))
        count = min(batch_size, max(1, _CHARACTERS_PER_BATCH // longest))
        yield rows[start : start + count]
        start += count


def progress_bar(total: int, shown: bool) -> contextlib.AbstractContextManager[Callable[[int], Any]]:
    """A progress bar on standard error, as a context that yields a function: its argument is the number of texts done.

    Args:
        total: number of all texts.
        shown: False: no bar, and the function does nothing.
    """
    if not shown:
        return contextlib.nullcontext(lambda count: None)
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    @contextlib.contextmanager
    def bar() -> Iterator[Callable[[int], Any]]:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=Console(stderr=True)) as progress:
            task = progress.add_task("texts", total=total)
            yield lambda count: progress.advance(task, count)

    return bar()
