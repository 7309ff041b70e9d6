import csv

import keras
import numpy as np
import pytest
from helpers import load_recipe
from PIL import Image

import rnn_zoo

pytestmark = pytest.mark.long  # test_every_task.py trains its task too

TINY = {"units": 6, "dim": 4, "batch_size": 8, "epochs": 1, "seed": 1, "min_count": 1, "width": 2, "max_length": 6}


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """A folder with captions of two kinds of image, their features, and pictures of some."""
    folder = tmp_path_factory.mktemp("images")
    random = np.random.default_rng(0)
    kinds = random.integers(0, 2, 40)
    lines = ["image\tcaption"]
    for number, kind in enumerate(kinds):
        lines += [f"{number}.jpg\t{text} ." for text in (["A dog runs", "The dog"], ["A red car", "A car !"])[kind]]
        Image.new("RGB", (4, 4), (255 * int(kind), 0, 0)).save(folder / f"{number}.jpg")
    (folder / "captions.tsv").write_text("\n".join(lines) + "\n")
    np.save(folder / "features.npy", kinds[:, None] + random.normal(size=(40, 5)).astype("float32"))
    return folder


@pytest.fixture(scope="module")
def run(images):
    arguments = {"out": str(images / "run"), "results": str(images / "results.csv"), "pictures": str(images)}
    load_recipe("image_captions").main(str(images), str(images / "features.npy"), **TINY, **arguments, neighbours=3)
    return images


def test_it_leaves_numbers_a_page_and_a_model(run):
    with open(run / "results.csv", encoding="utf-8", newline="") as file:
        rows = {(row["model"], row["split"]): float(row["value"]) for row in csv.DictReader(file)}
    models = ("caption_gru", "caption_gru greedy", "baseline:nearest_image", "baseline:consensus_of_3")
    assert set(rows) == {(model, split) for model in models for split in ("validation", "test")}
    page = (run / "run" / "captions.html").read_text()
    assert page.count("<img src=") == 2  # of 40 images two are for the test
    assert "a dog runs / the dog" in page or "a red car / a car" in page
    model = rnn_zoo.load(run / "run" / "export")
    answers = model.predict(np.load(run / "features.npy")[:3])
    assert len(answers) == 3 and all(len(answer.text.split()) <= TINY["max_length"] for answer in answers)


def test_cells_are_attended_to_and_long_captions_cut_on_request(images, tmp_path, capsys):
    seen = np.load(images / "features.npy")
    np.save(tmp_path / "cells.npy", np.stack([seen, -seen], axis=1).reshape(40, 2, 1, 5))
    chosen = {**TINY, "attention": "additive", "max_length": 2, "split": "validation", "neighbours": 3}
    arguments = {"cut": True, "out": str(tmp_path / "run")}
    load_recipe("image_captions").main(str(images), str(tmp_path / "cells.npy"), **chosen, **arguments)
    assert "left out" not in capsys.readouterr().out
    model = rnn_zoo.load(tmp_path / "run" / "export")
    (answer,) = model.predict(np.zeros((1, 2, 5), "float32"))
    assert len(answer.text.split()) <= 2
    with pytest.raises(
        ValueError, match=r"`attention` 'none' takes one vector per image, and .* holds 2 cells of each"
    ):
        load_recipe("image_captions").main(str(images), str(tmp_path / "cells.npy"), attention="none", out="run")


def test_without_attention_the_vector_starts_the_recurrence(images, tmp_path, capsys):
    chosen = {**TINY, "attention": "none", "max_length": 2, "split": "validation", "neighbours": 3}
    load_recipe("image_captions").main(str(images), str(images / "features.npy"), **chosen, out=str(tmp_path / "run"))
    assert "train captions of more than 2 words are left out; --cut keeps them" in capsys.readouterr().out
    assert rnn_zoo.load(tmp_path / "run" / "export").predict(np.zeros((1, 5), "float32"))


def test_features_of_images(images, tmp_path, monkeypatch):
    """A small network stands in for MobileNetV2, whose weights Keras would download."""

    def network(include_top, pooling):
        inputs = keras.Input((224, 224, 3))
        cells = keras.layers.AveragePooling2D(112)(inputs)
        return keras.Model(inputs, keras.layers.GlobalAveragePooling2D()(inputs) if pooling else cells)

    monkeypatch.setattr(keras.applications, "MobileNetV2", network)
    recipe = load_recipe("image_captions")
    recipe.features(str(images / "captions.tsv"), str(images), out=str(tmp_path / "found.npy"))
    found = np.load(tmp_path / "found.npy")
    red = [np.asarray(Image.open(images / f"{number}.jpg"))[0, 0, 0] > 127 for number in range(40)]
    assert found.shape == (40, 3)
    np.testing.assert_array_equal(found[:, 0] > 0, red)
    recipe.features(str(images / "captions.tsv"), str(images), out=str(tmp_path / "cells.npy"), cells=True)
    cells = np.load(tmp_path / "cells.npy")
    assert cells.shape == (40, 4, 3)
    np.testing.assert_allclose(cells.mean(axis=1), found, atol=1e-3)
    (images / "39.jpg").rename(tmp_path / "39.jpg")
    with pytest.raises(FileNotFoundError, match=r"names 1 images that are not there, such as .*39\.jpg"):
        recipe.features(str(images / "captions.tsv"), str(images), out=str(tmp_path / "found.npy"))
    (tmp_path / "39.jpg").rename(images / "39.jpg")


def test_too_few_features_cost_no_training(images, tmp_path):
    np.save(tmp_path / "few.npy", np.zeros((4, 5)))
    with pytest.raises(ValueError, match=r"few\.npy holds 4 rows, fewer than the images"):
        load_recipe("image_captions").main(str(images), str(tmp_path / "few.npy"), out=str(tmp_path / "run"))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pictures": "gone"}, "`pictures`: there is no folder or .tar file gone"),
        ({"length_penalty": -1.0}, "`length_penalty` must be a number >= 0"),
        ({"epochs": 0}, "`epochs` must be a positive integer"),
        ({"max_length": 1}, "`max_length` 1 is less than every train caption has words"),
        ({"attention": "dot"}, "`attention` must be one of 'multiplicative', 'additive', 'none'"),
    ],
)
def test_bad_options_cost_no_training(run, tmp_path, options, message):
    with pytest.raises((ValueError, OSError), match=message):
        load_recipe("image_captions").main(str(run), str(run / "features.npy"), **options, out=str(tmp_path / "run"))
    assert not (tmp_path / "run").exists()
