import json

import numpy as np
import pytest

from rnn_zoo.tasks.music.data import load_music, piano_roll
from rnn_zoo.tasks.music.midi import read_midi, write_midi

mido = pytest.importorskip("mido")
STEPS = [[48, 60], [48, 62], [], [50, 62], [50]]


def test_a_written_file_is_read_back(tmp_path):
    write_midi(tmp_path / "piece.mid", piano_roll(STEPS), lowest=21, seconds=0.25)
    assert read_midi(tmp_path / "piece.mid", 0.25) == STEPS
    # A key that sounds at successive steps is one note.
    notes = [message for message in mido.MidiFile(tmp_path / "piece.mid") if message.type == "note_on"]
    assert [message.note for message in notes] == [48, 60, 62, 50, 62]


def test_a_folder_of_files(tmp_path):
    for number in range(4):
        write_midi(tmp_path / f"{number}.mid", piano_roll([[60 + number], [62]]), lowest=21)
    music = load_music(tmp_path)
    assert [len(split) for split in (music.train, music.validation, music.test)] == [2, 1, 1]
    assert music.train[0].shape == (2, 88)


def test_files_without_notes(tmp_path):
    mido.MidiFile(tracks=[mido.MidiTrack()]).save(tmp_path / "silent.mid")
    with pytest.raises(ValueError, match=r"silent\.mid holds no notes; leave it out"):
        read_midi(tmp_path / "silent.mid")
    (tmp_path / "text.mid").write_text("no music")
    with pytest.raises(ValueError, match=r"text\.mid is not a MIDI file, or is damaged"):
        read_midi(tmp_path / "text.mid")
    with pytest.raises(ValueError, match="`keys` must hold at least one note"):
        write_midi(tmp_path / "none.mid", np.zeros((3, 88)))
    assert not (tmp_path / "none.mid").exists()


def test_json_pieces(tmp_path):
    file = tmp_path / "pieces.json"
    file.write_text(json.dumps({"train": [STEPS, STEPS], "valid": [STEPS], "test": [STEPS]}))
    music = load_music(file)
    np.testing.assert_array_equal(np.flatnonzero(music.train[0][1]) + 21, [48, 62])
    for content, message in (
        ({"train": [STEPS], "valid": [STEPS], "test": [[[20]]]}, "test piece 1, step 1: 20 is not a piano key"),
        ({"train": [STEPS], "valid": [], "test": [STEPS]}, "must hold at least one piece under 'valid'"),
        ({"train": [[[]]], "valid": [STEPS], "test": [STEPS]}, "train piece 1: holds no notes"),
        ({"train": []}, r"pieces\.json lacks 'valid'"),
        ({"train": 5, "valid": [STEPS], "test": [STEPS]}, "must hold a list at train, got int"),
        ({"train": [[60, 62]], "valid": [STEPS], "test": [STEPS]}, "train piece 1 must be a list of steps, each"),
    ):
        file.write_text(json.dumps(content))
        with pytest.raises(ValueError, match=message):
            load_music(file)
    with pytest.raises(FileNotFoundError, match="there is no file or folder"):
        load_music(tmp_path / "none.json")
