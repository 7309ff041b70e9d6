"""What answers to many texts share: the check of each text, batches of like length, a progress bar."""

import contextlib

# A batch is padded to its longest text: 64 texts of 100,000 words at once would not fit into memory.
_CHARACTERS_PER_BATCH = 400_000


def checked_texts(texts):
    """Returns the texts as a list; ValueError naming the first that is not text."""
    if isinstance(texts, (str, bytes)):
        raise ValueError(f"`texts` must be a list of strings, got the one string {texts[:40]!r}; pass [text].")
    texts = list(texts)
    for index, text in enumerate(texts):
        if fault := text_fault(text):
            raise ValueError(f"`texts[{index}]` {fault}.")
    return texts


def text_fault(text):
    """Returns what is wrong with a text as the end of a sentence, or None."""
    if not isinstance(text, str):
        return f"must be a string, got {text!r}"
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            return f"holds half a character, {text[error.start]!a}; was it read as UTF-8?"
    return None


def batches_of_like_length(texts, batch_size):
    """Yields lists of rows, longest texts first, so that memory runs out at once or never."""
    rows = sorted(range(len(texts)), key=lambda row: len(texts[row]), reverse=True)
    start = 0
    while start < len(rows):
        longest = max(1, len(texts[rows[start]]))
        count = min(batch_size, max(1, _CHARACTERS_PER_BATCH // longest))
        yield rows[start : start + count]
        start += count


def progress_bar(total, shown):
    """Returns a context in which a call with a count moves a bar of `total` texts on, on standard error."""
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
    def bar():
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
