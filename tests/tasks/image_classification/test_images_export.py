import json

import keras
import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from rnn_zoo import create_model
from rnn_zoo.tasks.image_classification.export import save_images
from rnn_zoo.zoo import load

LABELS = ["zero", "one"]
PIXELS = np.random.default_rng(0).integers(0, 256, (3, 4, 5, 1)).astype("uint8")


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    return create_model("digit_rows", shape=(4, 5, 1), classes=2, units=3)


@pytest.fixture(scope="module")
def images(model, tmp_path_factory):
    return load(save_images(model, LABELS, tmp_path_factory.mktemp("zoo") / "eye", card={"data": "noise"}))


def test_the_export_answers_as_the_model(model, images):
    assert images.kind == "images" and images.shape == (4, 5, 1) and "labels.json" in images.verify()
    expected = model.predict(PIXELS.astype("float32"), verbose=0)
    np.testing.assert_allclose(images.probabilities(PIXELS, batch_size=2), expected, atol=1e-6)
    np.testing.assert_allclose(images.probabilities(PIXELS[..., 0]), expected, atol=1e-6)
    assert [answer.label for answer in images.predict(PIXELS)] == [LABELS[best] for best in expected.argmax(axis=1)]
    assert "4 x 5 pixels" in images.card and "picture.png" in images.card
    assert images.predict(PIXELS[:0]) == []


def test_image_files_are_answered_as_their_pixels(images, tmp_path, capsys):
    files = []
    for number, pixels in enumerate(PIXELS):
        files.append(str(tmp_path / "all" / f"{number}.png"))
        (tmp_path / "all").mkdir(exist_ok=True)
        Image.fromarray(pixels[..., 0]).save(files[-1])
    np.testing.assert_allclose(images.probabilities(files), images.probabilities(PIXELS), atol=1e-6)
    Image.fromarray(PIXELS[0, ..., 0]).convert("RGB").resize((50, 40)).save(tmp_path / "large.png")
    assert images.predict([tmp_path / "large.png"])[0].label in LABELS
    images.show(files, Console(), format="json")
    shown = json.loads(capsys.readouterr().out)
    assert [row["image"] for row in shown] == files and set(shown[0]["probabilities"]) == set(LABELS)
    images.show(files, Console(width=200))
    assert "0.png" in capsys.readouterr().out
    np.savez(tmp_path / "all.npz", images=PIXELS)
    assert "3 images answered" in images.answer_file(tmp_path / "all", tmp_path / "folder.csv")
    images.answer_file(tmp_path / "all.npz")
    folder, arrays = ((tmp_path / name).read_text().splitlines() for name in ("folder.csv", "all.predictions.csv"))
    assert folder[0] == arrays[0] == "image,label,score,probability_zero,probability_one"
    assert [row.split(",", 1)[1] for row in folder] == [row.split(",", 1)[1] for row in arrays]
    with pytest.raises(FileExistsError, match="already exists"):
        images.answer_file(tmp_path / "all.npz")


def test_images_of_another_shape_are_refused(model, images, tmp_path):
    with pytest.raises(ValueError, match=r"shape \[images, 4, 5, 1\], got \[3, 5, 4, 1\]"):
        images.predict(PIXELS.transpose(0, 2, 1, 3))
    with pytest.raises(ValueError, match=r"`images\[1\]` holds NaN"):
        images.predict(np.where(np.arange(3)[:, None, None, None] == 1, np.nan, PIXELS))
    with pytest.raises(ValueError, match=r"got the one path picture.png; pass \[path\]"):
        images.predict("picture.png")
    with pytest.raises(FileNotFoundError, match=r"there is no file missing.png"):
        images.predict(["missing.png"])
    with pytest.raises(FileNotFoundError):
        images.answer_file(tmp_path / "missing")
    with pytest.raises(ValueError, match="`labels` must name each of the model's 2 outputs"):
        save_images(model, ["zero"], tmp_path / "new")
    flat = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    with pytest.raises(ValueError, match="`model` must take images of one shape"):
        save_images(flat, LABELS, tmp_path / "new")
    assert not (tmp_path / "new").exists()
