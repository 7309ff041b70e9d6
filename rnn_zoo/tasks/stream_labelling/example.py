"""A run of stream labelling on tiny data, for tests and newcomers."""

from pathlib import Path

from rnn_zoo.tasks.task import Example


def example(folder: Path) -> Example:
    """A run on a few generated streams; nothing is written to the folder."""
    sizes = ("--streams", "40", "--length", "20", "--units", "4", "--epochs", "2")
    return Example(
        recipe="word_detector",
        arguments=("ab", *sizes),
        question="abba, cab",
        refused=("b",),
        refused_because="`word` must have at least two characters, got 'b'",
    )
