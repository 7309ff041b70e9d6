import numpy as np
import pytest
from PIL import Image

from rnn_zoo.tasks.image_classification.augmentation import augment
from rnn_zoo.tasks.image_classification.data import load_images
from rnn_zoo.tasks.image_classification.image_files import read_image


def write_images(folder, counts, edge=4):
    """A folder of small images for each class; pixel 0 encodes the class, pixel 1 the number of the image."""
    for place, (name, count) in enumerate(counts.items()):
        (folder / name).mkdir(parents=True)
        for number in range(count):
            pixels = np.zeros((edge, edge, 3), "uint8")
            pixels[0, 0], pixels[0, 1] = 100 * place + 50, number
            Image.fromarray(pixels).save(folder / name / f"{number}.png")
    return folder


def test_the_digits_are_complete_and_their_splits_fixed():
    digits = load_images("digits")
    parts = (digits.train, digits.validation, digits.test)
    assert [len(part) for part in parts] == [1150, 288, 359]
    assert digits.shape == (8, 8, 1) and digits.labels == tuple("0123456789")
    assert (digits.train.images.min(), digits.train.images.max()) == (0, 255)
    assert all(len(np.unique(part.labels)) == 10 for part in parts)
    assert load_images("digits", seed=5).digest == digits.digest


def test_a_folder_for_each_class(tmp_path):
    folder = write_images(tmp_path / "mine", {"cat": 10, "dog": 8})
    (folder / "cat" / "notes.txt").write_text("no image")
    images = load_images(folder, seed=1)
    assert images.labels == ("cat", "dog") and images.shape == (4, 4, 1)
    parts = (images.train, images.validation, images.test)
    assert sum(map(len, parts)) == 18
    for part in parts:
        np.testing.assert_array_equal(part.images[:, 0, 0, 0], 100 * part.labels + 50)
    assert load_images(folder, size=8, color=True).shape == (8, 8, 3)
    Image.fromarray(np.zeros((5, 4), "uint8")).save(folder / "dog" / "wide.png")
    with pytest.raises(ValueError, match=r"wide.png has 5 x 4 pixels, and the first image 4 x 4; give the `size`"):
        load_images(folder)


def test_arrays_in_a_file(tmp_path):
    file = tmp_path / "mine.npz"
    np.savez(file, images=np.ones((12, 3, 2), "uint8"), labels=np.arange(12) % 3)
    images = load_images(file)
    assert images.shape == (3, 2, 1) and images.labels == ("0", "1", "2")


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"pixels": np.zeros((4, 2, 2))}, "must hold an array `images`, got pixels"),
        ({"images": np.zeros((4, 2, 2)), "labels": np.zeros(3)}, r"got \[4, 2, 2\] and \[3\]"),
        ({"images": np.full((4, 2, 2), 256.0), "labels": np.zeros(4)}, "pixels from 0 to 255, got 256.0"),
        ({"images": np.full((4, 2, 2), np.nan), "labels": np.zeros(4)}, "pixels from 0 to 255"),
        ({"images": np.zeros((4, 2, 2)), "labels": np.zeros(4)}, "at least two classes, got 1"),
        ({"images": np.zeros((4, 2, 2)), "labels": [0, 0, 0, 1]}, "class '1' has 1 images, and three splits need 3"),
    ],
)
def test_bad_arrays_are_refused(tmp_path, arrays, message):
    np.savez(tmp_path / "bad.npz", **arrays)
    with pytest.raises(ValueError, match=rf"bad.npz.*{message}"):
        load_images(tmp_path / "bad.npz")


def test_bad_files_and_names_are_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.png").write_text("no image")
    (tmp_path / "text.npz").write_text("no arrays")
    with pytest.raises(ValueError, match="it holds no image"):
        load_images(tmp_path / "empty")
    with pytest.raises(ValueError, match=r"text.npz is not an .npz file"):
        load_images(tmp_path / "text.npz")
    with pytest.raises(ValueError, match="Did you mean 'digits'"):
        load_images("digit")
    with pytest.raises(FileNotFoundError, match=r"there is no file or folder missing\.npz"):
        load_images("missing.npz")
    with pytest.raises(ValueError, match=r"text\.png is not an image, or is damaged"):
        read_image(tmp_path / "text.png")
    with pytest.raises(FileNotFoundError, match=r"there is no file missing\.png"):
        read_image("missing.png")


def test_augmented_copies_are_seeded_and_near_their_images():
    digits = load_images("digits").train
    split = type(digits)(digits.images[:6], digits.labels[:6])
    augmented = augment(split, 2, seed=1)
    np.testing.assert_array_equal(augmented.images[:6], split.images)
    np.testing.assert_array_equal(augmented.labels, np.tile(split.labels, 3))
    np.testing.assert_array_equal(augment(split, 2, seed=1).images, augmented.images)
    assert not np.array_equal(augment(split, 2, seed=2).images, augmented.images)
    for number, copy in enumerate(augment(split, 2, rotation=4, shift=0.02, scaling=0.02).images[6:]):
        distances = np.abs(split.images - copy).mean(axis=(1, 2, 3))
        assert distances.argmin() == number % 6 and distances.min() > 0
    np.testing.assert_allclose(augment(split, 1, rotation=0, shift=0, scaling=0).images[6:], split.images, atol=1e-3)
