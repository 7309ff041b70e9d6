"""A run of translation on tiny data, for tests and newcomers."""

from pathlib import Path

from rnn_zoo.tasks.task import Example
from rnn_zoo.tasks.translation.data import load_pairs


def example(folder: Path) -> Example:
    """A run on 300 short pairs of the Tatoeba sample, which are written to the folder."""
    pairs = load_pairs("tatoeba").train
    lines = [f"{source}\t{target}\n" for source, target in zip(pairs.sources, pairs.targets, strict=True)]
    data = folder / "pairs.tsv"
    data.write_text("".join(lines[:300]), encoding="utf-8")
    sizes = ("--units", "8", "--dim", "6", "--epochs", "2", "--min-count", "1", "--batch-size", "32", "--width", "2")
    return Example(
        recipe="translation",
        arguments=(str(data), *sizes),
        question="I won!",
        refused=(str(data), "--width", "0"),
        refused_because="`width` must be a positive integer, got 0",
    )
