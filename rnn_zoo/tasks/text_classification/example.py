"""A run of text classification on tiny data, for tests and newcomers."""

from pathlib import Path

from rnn_zoo.tasks.task import Example


def example(folder: Path) -> Example:
    """A run on the sentences that ship with the package; nothing is written to the folder."""
    sizes = ("--vocabulary-size", "300", "--max-length", "12", "--epochs", "2", "--batch-size", "256")
    return Example(
        recipe="imdb_sentiment",
        arguments=("sample", "--model", "imdb_vanilla", *sizes),
        question="The food is not good",
        refused=("sample", "--model", "imdb_gru", "--epochs", "0"),
        refused_because="`epochs` must be a positive integer, got 0",
    )
