"""MIDI files: reads them as steps of keys and writes such steps, by mido."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from rnn_zoo.checks import positive_number
from rnn_zoo.files import atomic_file
from rnn_zoo.files.reading import plain_file, reading
from rnn_zoo.types import Tensor

_TICKS = 480  # per quarter note
_TEMPO = 500_000  # microseconds per quarter note: 120 per minute
_LONGEST = 24 * 60 * 60  # seconds of a piece: a few bytes can claim centuries
_DRUMS = 9  # the channel of percussion


class NoNotes(ValueError):
    """A piece in which no key sounds."""


def read_midi(path: str | Path, seconds: float = 0.5) -> list[list[int]]:
    """Reads which MIDI numbers sound at each step of a file.

    Args:
        path: a .mid file.
        seconds: > 0, the length of a step.
    Returns:
        the sorted MIDI numbers of each step.
    Raises:
        ValueError: the file is not a MIDI file, or holds no notes.
        ImportError: mido is not installed.
    """
    mido, path = import_mido(), Path(path)
    positive_number("seconds", seconds)
    with reading(plain_file(path, "MIDI"), "a MIDI file"):
        file = mido.MidiFile(path)
        if file.ticks_per_beat < 1:
            raise ValueError(f"{path} has {file.ticks_per_beat} ticks per beat; save it again with at least 1.")
        messages = list(file)
    now, notes = 0.0, []
    began: dict[tuple[int, int], float] = {}
    for message in messages:
        now += message.time
        if message.type not in ("note_on", "note_off") or getattr(message, "channel", 0) == _DRUMS:
            continue
        key = (message.channel, message.note)
        if key in began:
            notes.append((message.note, began.pop(key), now))
        if message.type == "note_on" and message.velocity:
            began[key] = now
    if now > _LONGEST:
        raise ValueError(f"{path} lasts {now:,.0f} seconds, more than {_LONGEST:,} (a day); cut it.")
    if not notes:
        raise NoNotes(f"{path} holds no notes; leave it out.")
    steps: list[set[int]] = [set() for _ in range(max(1, round(max(stop for _, _, stop in notes) / seconds)))]
    for note, start, stop in notes:
        first = round(start / seconds)
        for step in steps[first : max(first + 1, round(stop / seconds))]:
            step.add(note)
    return [sorted(step) for step in steps]


def write_midi(path: str | Path, keys: Tensor, *, lowest: int = 21, seconds: float = 0.5) -> None:
    """Writes keys over time as a MIDI file, atomically; a key that sounds at successive steps is one long note.

    Args:
        path: file to write.
        keys: <bool or number>[steps, keys], true where a key sounds.
        lowest: the MIDI number of the first key.
        seconds: > 0, the length of a step.
    Raises:
        ValueError: no key sounds at any step.
        ImportError: mido is not installed.
    """
    mido = import_mido()
    keys = np.asarray(keys, bool)
    if not keys.any():
        raise ValueError("`keys` must hold at least one note, got none.")
    ticks = round(_TICKS * positive_number("seconds", seconds) * 1e6 / _TEMPO)
    file = mido.MidiFile(ticks_per_beat=_TICKS)
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=_TEMPO)])
    file.tracks.append(track)
    before, waited = np.zeros(keys.shape[1], bool), 0
    for step in [*keys, np.zeros(keys.shape[1], bool)]:
        for kind, changed in (("note_off", before & ~step), ("note_on", step & ~before)):
            for key in np.flatnonzero(changed):
                track.append(mido.Message(kind, note=int(lowest + key), velocity=80, time=waited))
                waited = 0
        before, waited = step, waited + ticks
    with tempfile.NamedTemporaryFile(suffix=".mid") as scratch:
        file.save(scratch.name)
        with atomic_file(path, "wb") as written:
            written.write(Path(scratch.name).read_bytes())


def import_mido() -> Any:
    """Returns the module mido; ImportError says how to install it."""
    try:
        import mido
    except ImportError as error:
        raise ImportError('MIDI files need mido: pip install "rnn-zoo[writing]"') from error
    return mido
