import csv
import json

import numpy as np
import pytest
from helpers import load_recipe

import rnn_zoo
from rnn_zoo.cli import main
from rnn_zoo.tasks.music.baselines import key_frequencies, repeat_last_chord
from rnn_zoo.tasks.music.batches import PADDING, Pieces, transposed
from rnn_zoo.tasks.music.midi import read_midi
from rnn_zoo.tasks.music.report import independent_loss_per_step

pytestmark = pytest.mark.long  # test_every_task.py trains its task too

pytest.importorskip("mido")
TINY = {"units": 6, "hidden": 3, "epochs": 2, "batch_size": 4, "steps": 5, "seed": 1}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The folder of a finished run on pieces that move by a step."""
    folder = tmp_path_factory.mktemp("chorales")
    pieces = [[[48 + (n + step) % 5, 60 + n % 7, 64, 72] for step in range(6 + n % 3)] for n in range(14)]
    (folder / "pieces.json").write_text(json.dumps({"train": pieces[:8], "valid": pieces[8:11], "test": pieces[11:]}))
    arguments = {"out": str(folder / "run"), "results": str(folder / "results.csv")}
    load_recipe("chorales").main(str(folder / "pieces.json"), **TINY, **arguments)
    return folder


def test_a_run_leaves_rows_music_and_an_export(run, capsys):
    with open(run / "results.csv", encoding="utf-8", newline="") as file:
        rows = {(row["model"], row["split"]): float(row["value"]) for row in csv.DictReader(file)}
    assert len(rows) == 6 and all(0 < value < 100 for value in rows.values())
    written = read_midi(run / "run" / "written.mid", 0.5)
    assert written[0] == [49, 64, 72], "the first chord of the first test piece"
    examples = (run / "run" / "examples.txt").read_text()
    assert examples.startswith("given: 49 64 72\nwritten: ") and examples.count(" | ") == TINY["steps"] - 1
    assert (run / "run" / "written.png").stat().st_size > 1_000
    model = rnn_zoo.load(run / "run" / "export")
    assert model.kind == "music"
    np.testing.assert_array_equal(
        model.play(model.chord("48 55"), 4, seed=2), model.play(model.chord("48 55"), 4, seed=2)
    )
    assert main(["predict", str(run / "run" / "export"), "48 55 64"]) == 0
    assert len(capsys.readouterr().out.rstrip("\n").split("\n")) >= 2
    assert main(["predict", str(run / "run" / "export"), "--file", str(run / "run" / "written.mid")]) == 0
    assert (run / "run" / "written.predictions.mid").is_file()
    for text, message in (("200", "'200' is not a key"), ("", "the chord is empty")):
        assert main(["predict", str(run / "run" / "export"), text]) == 2
        assert message in capsys.readouterr().err


def test_likelihood_and_baselines():
    piece = np.zeros((3, 88), "float32")
    piece[:, 5] = 1
    assert independent_loss_per_step([piece], lambda given: np.full_like(given, 0.5)) == pytest.approx(88 * np.log(2))
    # A key that always stays is predicted after it sounded, and not before.
    stays = repeat_last_chord([piece] * 50)(piece)
    assert stays[1, 5] > 0.98 and stays[0, 5] == pytest.approx(0.5) and stays[1, 6] < 0.02
    assert key_frequencies([piece] * 50)(piece)[0, 5] > 0.98


def test_pieces_are_transposed_as_a_whole():
    piece = np.zeros((2, 88), "float32")
    piece[:, [0, 40]] = 1
    np.testing.assert_array_equal(np.flatnonzero(transposed(piece, 3)[0]), [3, 43])
    np.testing.assert_array_equal(transposed(piece, -1), piece)  # the lowest key would leave the piano
    batches = Pieces([piece, piece[:1]], 4, transpose=2, seed=1)
    (previous, targets), _, counts = batches[0]
    assert previous.shape == (4, 2, 88) and counts.sum() == 3
    assert (previous[:2, 0] == 0).all() and (previous[2:] == PADDING).all()
    long = int(counts.sum(axis=1).argmax())
    np.testing.assert_array_equal(previous[long, 1], targets[long, 0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steps": 0}, "`steps` must be a positive integer"),
        ({"step_seconds": 0}, "`step_seconds` must be a positive number"),
        ({"batch_size": 0}, "`batch_size` must be a positive integer"),
        ({"epochs": 0}, "`epochs` must be a positive integer"),
        ({"transpose": -2}, "`transpose` and `hidden` must be integers >= 0, got -2"),
    ],
)
def test_bad_options_are_refused_before_training(run, tmp_path, options, message):
    with pytest.raises((ValueError, OSError), match=message):
        load_recipe("chorales").main(str(run / "pieces.json"), **options, out=str(tmp_path / "run"))
    assert not (tmp_path / "run").exists()
