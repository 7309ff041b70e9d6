"""Music as the keys that sound at each step, for models that write it."""

import dataclasses
import gzip
import hashlib
import json
from pathlib import Path

import numpy as np

LOWEST, KEYS = 21, 88  # MIDI numbers of the keys of a piano: A0 to C8


@dataclasses.dataclass(frozen=True)
class Music:
    """Pieces in three splits.

    Args:
        name: what `load_music` was given.
        train, validation, test: lists of <float32>[steps, 88], 1 where a key sounds.
        licence, source: str.
    """

    name: str
    train: list
    validation: list
    test: list
    licence: str
    source: str

    @property
    def digest(self):
        """SHA-256 of all pieces."""
        pieces = [piece for split in (self.train, self.validation, self.test) for piece in split]
        return hashlib.sha256(b"".join(piece.tobytes() for piece in pieces)).hexdigest()

    def __str__(self):
        sizes = " / ".join(f"{len(split):,}" for split in (self.train, self.validation, self.test))
        return f"{self.name}: {sizes} pieces for training, validation and test"


def load_music(path, *, seconds=0.5):
    """Loads pieces of music.

    Args:
        path: a .json file (also .gz) {"train": [piece], "valid": [piece], "test": [piece]}, a piece a list of steps, a
            step a list of MIDI numbers, as the JSB chorales come; or a folder with .mid files, of which each tenth is
            for validation and each tenth for test.
        seconds: float > 0, the length of a step, where MIDI files are read.
    Returns:
        Music
    Raises:
        ValueError: the file is not of that form, a number is no key of a piano, or a MIDI file holds no notes (file and
            place are named). FileNotFoundError: no such file. ImportError: MIDI files, and mido is not installed.
    """
    path = Path(path)
    if path.is_dir():
        return _from_folder(path, seconds)
    if not path.is_file():
        raise FileNotFoundError(f"`path`: there is no file or folder {path}.")
    try:
        data = path.read_bytes()
        splits = json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)
        pieces = {split: list(splits[split]) for split in ("train", "valid", "test")}
    except (ValueError, KeyError, TypeError, EOFError, gzip.BadGzipFile) as error:
        raise ValueError(f"{path} must be JSON with pieces under 'train', 'valid' and 'test' ({error!r}).") from error
    rolls = {
        split: [roll(piece, f"{path}: {split} piece {number}") for number, piece in enumerate(pieces[split], start=1)]
        for split in pieces
    }
    for split, those in rolls.items():
        if not those:
            raise ValueError(f"{path} must hold a piece under {split!r} at least, got none.")
    return Music(str(path.name), rolls["train"], rolls["valid"], rolls["test"], "not stated", path.name)


def roll(steps, place="the piece"):
    """Steps as lists of MIDI numbers -> <float32>[steps, 88]; ValueError that says where no key is meant."""
    if not isinstance(steps, list) or not all(isinstance(step, (list, tuple)) for step in steps):
        raise ValueError(f"{place} must be a list of steps, each a list of MIDI numbers, got {str(steps)[:60]}.")
    keys = np.zeros((len(steps), KEYS), "float32")
    for number, step in enumerate(steps, start=1):
        for pitch in step:
            if not isinstance(pitch, (int, float)) or not LOWEST <= pitch < LOWEST + KEYS:
                raise ValueError(
                    f"{place}, step {number}: {pitch!r} is no key of a piano; keys are {LOWEST} to {LOWEST + KEYS - 1}."
                )
            keys[number - 1, int(pitch) - LOWEST] = 1
    if not keys.any():
        raise ValueError(f"{place} holds no notes; leave it out.")
    return keys


def _from_folder(folder, seconds):
    from rnn_zoo.datasets.midi import read_midi

    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in (".mid", ".midi"))
    if len(files) < 3:
        raise ValueError(f"{folder} must hold three .mid files at least, for three splits; it holds {len(files)}.")
    pieces = [roll(read_midi(file, seconds), str(file)) for file in files]
    held = max(1, len(files) // 10)
    places = {"validation": range(0, 2 * held, 2), "test": range(1, 2 * held, 2)}
    splits = {split: [pieces[place] for place in those] for split, those in places.items()}
    return Music(
        str(folder), pieces[2 * held :], **splits, licence="the user's own files; not stated", source=folder.name
    )
