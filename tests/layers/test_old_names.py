"""`.keras` files with the class names of before the renaming load and give the same outputs."""

import re
import zipfile

import h5py
import keras
import numpy as np
import pytest

from rnn_zoo import NextToken, Recurrent, Tokens, Vectors, one_to_many
from rnn_zoo.layers import Chords, LanguageModelLoss, StepLoss, StreamLoss
from rnn_zoo.layers.losses.identity import compile_with_own_loss, output_as_loss

IDS = np.array([[2, 3, 4, 2], [4, 2, 0, 0]], "int32")
KEYS = np.array([[[0, 1], [1, 1], [1, 0]]], "float32")


def stream_model():
    decoder = one_to_many(Tokens(6, 3), Recurrent("gru", 4), NextToken(6, tied=True), seed=1).generator.decoder
    inputs = [keras.Input(batch_shape=(2, None), dtype="int32") for _ in range(2)]
    inputs.append(keras.Input(batch_shape=(2, 1)))
    model = keras.Model(inputs, StreamLoss(decoder, rows=2)(inputs))
    return model, [IDS[:, :-1], IDS[:, 1:], np.zeros((2, 1), "float32")]


def step_model():
    decoder = one_to_many(Vectors(2, mask_value=-1.0), Recurrent("gru", 4), Chords(2, 3), seed=1).generator.decoder
    inputs = [keras.Input((None, 2)), keras.Input((None, 2))]
    return keras.Model(inputs, StepLoss(decoder)(inputs)), [np.zeros_like(KEYS), KEYS]


def language_model():
    front = Tokens(6, 3, seed=1)
    inputs = front.make_input()
    outputs = Recurrent("gru", 4, seed=1)(front(inputs))
    # Samples are random: one word in the texts makes them always the same.
    loss = LanguageModelLoss(6, 3, ahead=1, samples=2, seed=1)
    model = keras.Model(inputs, loss(outputs, inputs))
    loss.adapt([np.array([2])])
    return model, np.where(IDS > 0, 2, 0)


def snake_case(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def rename_in_file(source, target, new, old):
    """Writes the `.keras` file `source` as a version with the old class name would have written it."""
    weights = target.with_suffix(".h5")
    with zipfile.ZipFile(source) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    config = files["config.json"].decode()
    assert f'"rnn_zoo>{new}"' in config and f'"class_name": "{new}"' in config
    config = config.replace(f'"rnn_zoo>{new}"', f'"rnn_zoo>{old}"')
    config = config.replace(f'"class_name": "{new}"', f'"class_name": "{old}"')
    files["config.json"] = config.replace("rnn_zoo.layers.losses.", "rnn_zoo.layers.old.").encode()
    weights.write_bytes(files["model.weights.h5"])
    with h5py.File(weights, "r+") as groups:
        groups.move(f"layers/{snake_case(new)}", f"layers/{snake_case(old)}")
    files["model.weights.h5"] = weights.read_bytes()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


@pytest.mark.parametrize(
    ("make", "new", "old"),
    [
        (stream_model, "StreamLoss", "StreamNats"),
        (step_model, "StepLoss", "StepNats"),
        (language_model, "LanguageModelLoss", "NextWords"),
    ],
)
def test_a_file_with_an_old_class_name_loads_with_the_same_outputs(make, new, old, tmp_path):
    model, inputs = make()
    compile_with_own_loss(model)
    for number, weight in enumerate(model.trainable_variables):
        weight.assign(np.random.default_rng(number).normal(size=weight.shape))
    expected = keras.ops.convert_to_numpy(model(inputs))
    model.save(tmp_path / "new.keras")
    rename_in_file(tmp_path / "new.keras", tmp_path / "old.keras", new, old)
    config = zipfile.ZipFile(tmp_path / "old.keras").read("config.json").decode()
    assert f"rnn_zoo>{old}" in config and "rnn_zoo>as_it_is" in config and new not in config
    loaded = keras.saving.load_model(tmp_path / "old.keras")
    assert loaded.loss is output_as_loss
    np.testing.assert_allclose(loaded(inputs), expected, atol=1e-6)
    assert old in [type(layer).__name__ for layer in loaded.layers]


def test_the_loss_keeps_its_registered_name():
    assert keras.saving.get_registered_name(output_as_loss) == "rnn_zoo>as_it_is"
    assert keras.saving.get_registered_object("rnn_zoo>as_it_is") is output_as_loss
