"""A run of music on tiny data, for tests and newcomers."""

import json
from pathlib import Path

import numpy as np

from rnn_zoo.tasks.task import Example

_PROGRESSIONS = ((0, 5, 7, 0), (0, 9, 5, 7), (0, 7, 9, 5))  # the roots of the chords, in semitones above the key note
_MAJOR_CHORD = (0, 4, 7, 12)


def example(folder: Path) -> Example:
    """A run on twelve generated pieces of simple chord progressions, which are written to the folder."""
    pieces = generated_pieces(12, seed=0)
    splits = {"train": pieces[:8], "valid": pieces[8:10], "test": pieces[10:]}
    (folder / "pieces.json").write_text(json.dumps(splits), encoding="utf-8")
    data = str(folder / "pieces.json")
    sizes = ("--units", "6", "--hidden", "3", "--epochs", "2", "--batch-size", "4", "--steps", "5")
    return Example(
        recipe="chorales",
        arguments=(data, *sizes),
        question="48 52 55 60",
        refused=(data, "--steps", "0"),
        refused_because="`steps` must be a positive integer, got 0",
    )


def generated_pieces(count: int, *, seed: int) -> list[list[list[int]]]:
    """Pieces of major chords, each a random progression in a random key: lists of steps, lists of MIDI numbers."""
    random = np.random.default_rng(seed)
    pieces = []
    for _ in range(count):
        key_note = 48 + int(random.integers(0, 5))
        roots = [root for number in random.integers(0, len(_PROGRESSIONS), 3) for root in _PROGRESSIONS[number]]
        pieces.append([[key_note + root + interval for interval in _MAJOR_CHORD] for root in roots])
    return pieces
