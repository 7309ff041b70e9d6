"""A run of text generation on tiny data, for tests and newcomers."""

from pathlib import Path

from rnn_zoo.files.long_text import load_text
from rnn_zoo.tasks.task import Example


def example(folder: Path) -> Example:
    """A run on the first 400 lines of Tiny Shakespeare, which are written to the folder."""
    lines = load_text("tinyshakespeare").train.split("\n")[:400]
    data = folder / "plays.txt"
    data.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sizes = ("--units", "8", "--dim", "6", "--length", "20", "--batch-size", "16", "--epochs", "2")
    return Example(
        recipe="shakespeare",
        arguments=(str(data), *sizes, "--seed-text", "First"),
        question="First Citizen:",
        refused=(str(data), "--temperature", "-1"),
        refused_because="`temperature` must be a number >= 0, got -1.0",
    )
