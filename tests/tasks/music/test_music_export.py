import json

import numpy as np
import pytest
import tensorflow as tf

from rnn_zoo import Labels, Recurrent, Vectors, one_to_many
from rnn_zoo.cli import main
from rnn_zoo.decoding import sample_keys
from rnn_zoo.tasks.exporting import save_from
from rnn_zoo.tasks.music.export import save_music
from rnn_zoo.zoo import load


@pytest.fixture(scope="module")
def music(tmp_path_factory):
    """A network that writes music, and its export."""
    writer = one_to_many(Vectors(5, mask_value=-1.0), Recurrent("gru", 3), Labels(5))
    options = {"lowest": 60, "seconds": 0.5, "steps": 6}
    return writer, save_music(writer, tmp_path_factory.mktemp("zoo") / "music", **options)


def test_it_samples_as_the_generator_does(music):
    writer, folder = music
    model = load(folder)
    chord = model.chord("60 64")
    for options in ({}, {"seed": 3}, {"seed": 3, "temperature": 0.5}, {"temperature": 0}):
        given = tf.concat([tf.zeros([1, 1, 5]), chord[None]], axis=1)
        expected = sample_keys(writer.generator, given, max_length=6, **options)[0]
        np.testing.assert_array_equal(model.play(chord, **options), expected)
    assert (model.play(chord, 20, seed=1) != model.play(chord, 20, seed=2)).any()
    for options, message in (({"temperature": -1}, "`temperature` must be"), ({"steps": 0}, "`steps` must be")):
        with pytest.raises(ValueError, match=message):
            model.play(chord, **options)


def test_the_command_passes_the_sampling_options(music, capsys):
    model = load(music[1])
    assert main(["predict", str(music[1]), "60 64", "--seed", "3", "--temperature", "2", "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)[0]["steps"]
    played = model.play(model.chord("60 64"), seed=3, temperature=2.0)
    assert shown == [(np.flatnonzero(step) + 60).tolist() for step in played]
    assert main(["predict", str(music[1]), "60 64", "--top-p", "0.5"]) == 2
    assert "--top-p: " in (error := capsys.readouterr().err) and "takes only --temperature, --seed" in error


def test_an_export_of_an_earlier_version_still_plays(music, monkeypatch):
    model = load(music[1])
    monkeypatch.setattr(model._saved_model, "signatures", {"serve": model._saved_model.signatures["serve"]})
    assert model.play(model.chord("60"), seed=2).shape == (6, 5)
    with pytest.raises(ValueError, match="without a temperature: export it again"):
        model.play(model.chord("60"), temperature=0.5)


@pytest.mark.long
def test_an_export_is_exported_again(music, tmp_path):
    one, again = load(music[1]), load(save_from(music[1], tmp_path / "again"))
    np.testing.assert_array_equal(again.play(one.chord("60 64"), seed=3), one.play(one.chord("60 64"), seed=3))
