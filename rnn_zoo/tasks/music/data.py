"""Data sets of music: which piano keys sound at each step of a piece."""

import dataclasses
import functools
import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from rnn_zoo.files.cleaning import Cleaning, with_report
from rnn_zoo.files.reading import read_json
from rnn_zoo.tasks.music.midi import NoNotes, read_midi
from rnn_zoo.types import Tensor

LOWEST, KEYS = 21, 88  # MIDI numbers of the keys of a piano: A0 to C8
_SPLITS = ("train", "valid", "test")


@dataclasses.dataclass(frozen=True)
class Music:
    """Pieces in three splits.

    Args:
        name: the path that `load_music` was given.
        train, validation, test: pieces <float32>[steps, 88], 1 where a key sounds.
        licence, source: for the model card.
        cleaned: what was done to the faults of the files, a sentence each.
    """

    name: str
    train: list[np.ndarray]
    validation: list[np.ndarray]
    test: list[np.ndarray]
    licence: str
    source: str
    cleaned: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of all pieces."""
        pieces = [piece for split in (self.train, self.validation, self.test) for piece in split]
        return hashlib.sha256(b"".join(piece.tobytes() for piece in pieces)).hexdigest()

    def __str__(self) -> str:
        sizes = " / ".join(f"{len(split):,}" for split in (self.train, self.validation, self.test))
        return with_report(f"{self.name}: {sizes} pieces for training, validation and test", self.cleaned)


def load_music(path: str | Path, *, seconds: float = 0.5, clean: bool = False) -> Music:
    """Loads pieces of music.

    Args:
        path: a .json file (also .gz) {"train": [piece], "valid": [piece], "test": [piece]}, where a piece is a list of
            steps and a step a list of MIDI numbers, the format of the JSB chorales; or a folder of .mid files, of
            which a tenth is for validation and a tenth for test.
        seconds: > 0, the length of a step when MIDI files are read.
        clean: leaves pieces without notes out, which otherwise are errors; `cleaned` says how many.
    Returns:
        the pieces.
    Raises:
        ValueError: the file has another format, a number is not a piano key, or a MIDI file holds no notes; names the
            file and the place.
        FileNotFoundError: there is no such file.
        ImportError: MIDI files need mido, which is not installed.
    """
    path = Path(path)
    cleaning = Cleaning(clean)
    if path.is_dir():
        return _from_folder(path, seconds, cleaning)
    if not path.is_file():
        raise FileNotFoundError(f"`path`: there is no file or folder {path}.")
    pieces = read_json(path, {split: [list] for split in _SPLITS})
    rolls = {
        split: [
            roll
            for number, piece in enumerate(pieces[split], start=1)
            for roll in _with_notes(path, f"{split} piece {number}", functools.partial(piano_roll, piece), cleaning)
        ]
        for split in _SPLITS
    }
    for split, found in rolls.items():
        if not found:
            raise ValueError(f"{path} must hold at least one piece under {split!r}, got none.")
    splits = {"train": rolls["train"], "validation": rolls["valid"], "test": rolls["test"]}
    return Music(str(path.name), **splits, licence="not stated", source=path.name, cleaned=cleaning.report())


def _with_notes(path, place, read, cleaning):
    """[the piano roll that `read` returns], or [] where it holds no notes and cleaning leaves it out."""
    try:
        return [read(f"{path}: {place}")]
    except NoNotes:
        cleaning.fault(path, place, "holds no notes; leave it out.", "leaves such pieces out")
        return []


def piano_roll(steps: Any, place: str = "the piece") -> np.ndarray:
    """Converts steps, lists of MIDI numbers, to <float32>[steps, 88]; ValueError names the place of a wrong number."""
    if not isinstance(steps, list) or not all(isinstance(step, list | tuple) for step in steps):
        raise ValueError(f"{place} must be a list of steps, each a list of MIDI numbers, got {str(steps)[:60]}.")
    keys = np.zeros((len(steps), KEYS), "float32")
    for number, step in enumerate(steps, start=1):
        for pitch in step:
            whole = type(pitch) is int or (type(pitch) is float and pitch.is_integer())
            if not whole or not LOWEST <= pitch < LOWEST + KEYS:
                raise ValueError(
                    f"{place}, step {number}: {pitch!r} is not a piano key; keys are {LOWEST} to {LOWEST + KEYS - 1}."
                )
            keys[number - 1, int(pitch) - LOWEST] = 1
    if not keys.any():
        raise NoNotes(f"{place} holds no notes; leave it out.")
    return keys


def as_midi_numbers(roll: Tensor) -> str:
    """The steps of a piano roll as text, "48 55 64 | 50 57"."""
    return " | ".join(" ".join(str(key + LOWEST) for key in np.flatnonzero(step)) for step in roll)


def _from_folder(folder: Path, seconds: float, cleaning: Cleaning) -> Music:
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in (".mid", ".midi"))
    pieces = [
        roll
        for file in files
        for roll in _with_notes(
            folder, file.name, lambda place, file=file: piano_roll(read_midi(file, seconds), place), cleaning
        )
    ]
    if len(pieces) < 3:
        raise ValueError(f"{folder} must hold at least three .mid files, for three splits; it holds {len(pieces)}.")
    held_out = max(1, len(pieces) // 10)
    places = {"validation": range(0, 2 * held_out, 2), "test": range(1, 2 * held_out, 2)}
    splits = {split: [pieces[place] for place in chosen] for split, chosen in places.items()}
    splits["train"] = pieces[2 * held_out :]
    licence = "the user's own files; not stated"
    return Music(str(folder), **splits, licence=licence, source=folder.name, cleaned=cleaning.report())
