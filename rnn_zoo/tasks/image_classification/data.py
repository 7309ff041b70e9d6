"""Data sets of labelled images in three splits: scikit-learn's digits, or the user's own."""

import dataclasses
import hashlib
import json
from pathlib import Path

import numpy as np

from rnn_zoo.checks import one_of, positive_integer
from rnn_zoo.files.reading import read_arrays, real_numbers
from rnn_zoo.files.splits import hold_out
from rnn_zoo.tasks.image_classification.image_files import is_image, read_image

_HELD_OUT = 0.2
_LARGEST = 2_048  # pixels per edge: 16 MB an image, and all are in memory


@dataclasses.dataclass(frozen=True)
class ImageSplit:
    """Images and their labels.

    Args:
        images: <float32>[images, height, width, channels], pixels from 0 to 255.
        labels: <int32>[images], indices into `ImageDataset.labels`.
    """

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.images)


@dataclasses.dataclass(frozen=True)
class ImageDataset:
    """Images of a known number of classes, in three splits.

    Args:
        name: the data that `load_images` was given.
        labels: the names of the classes.
        train, validation, test: the splits; all images have one shape.
        licence, source: for the model card.

    Attributes:
        shape: (height, width, channels).
        digest: SHA-256 of the training and validation images and labels: equal digests give equal trainings.
    """

    name: str
    labels: tuple[str, ...]
    train: ImageSplit
    validation: ImageSplit
    test: ImageSplit
    licence: str
    source: str

    @property
    def shape(self) -> tuple[int, ...]:
        return self.train.images.shape[1:]

    @property
    def digest(self) -> str:
        digest = hashlib.sha256(json.dumps([list(self.labels), list(self.shape)]).encode())
        for split in (self.train, self.validation):
            digest.update(np.ascontiguousarray(split.images, "float32").tobytes())
            digest.update(np.ascontiguousarray(split.labels, "int32").tobytes())
        return digest.hexdigest()

    def __repr__(self) -> str:
        sizes = f"train={len(self.train):,}, validation={len(self.validation):,}, test={len(self.test):,}"
        height, width, channels = self.shape
        return f"ImageDataset({self.name!r}, {len(self.labels)} classes, {height} x {width} x {channels}, {sizes})"


def load_images(data: str | Path, *, size: int | None = None, color: bool = False, seed: int = 0) -> ImageDataset:
    """Loads labelled images; a fifth becomes the test split and a fifth of the others the validation split.

    Args:
        data: "digits" (1,797 handwritten digits of 8 x 8 pixels, with scikit-learn); a folder that holds a
            folder of image files for each class; or an .npz file with `images` <number>[images, height, width] or
            [images, height, width, channels], pixels from 0 to 255, and `labels` [images], strings or integers.
        size: in [1, 2048], pixels per edge to resize image files to. None: they all have one size.
        color: read image files in colour.
        seed: of the splits; those of "digits" are fixed.
    Returns:
        the data set.
    Raises:
        ValueError: an unknown name, or bad data: the message names the file and the fix.
        FileNotFoundError: there is no such file or folder.
    """
    if size is not None and not positive_integer("size", size) <= _LARGEST:
        raise ValueError(f"`size` must be at most {_LARGEST:,} pixels, got {size}.")
    if (data == "digits" or Path(data).is_file()) and (size is not None or color):
        name = "size" if size is not None else "color"
        raise ValueError(f"`{name}` is for a folder of image files, and `data` is {str(data)!r}; leave it out.")
    if data == "digits":
        return _digits()
    path = Path(data)
    if not path.exists():
        if not path.suffix and len(path.parts) == 1:
            one_of("data", str(data), ["digits", "a folder", "an .npz file"])
        raise FileNotFoundError(f"`data`: there is no file or folder {path}.")
    images, names = _read_folder(path, size, color) if path.is_dir() else _read_npz(path)
    return _split(str(data), images, names, seed, "the user's own data; not stated", str(path))


def _digits() -> ImageDataset:
    from sklearn.datasets import load_digits

    digits = load_digits()
    source = (
        "scikit-learn's digits: the test part of E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, "
        "UCI Machine Learning Repository 1998; shuffled, so that the splits share writers"
    )
    return _split("digits", digits.images * (255 / 16), digits.target.astype(str), 0, "CC BY 4.0", source)


def _split(name: str, images: np.ndarray, names: np.ndarray, seed: int, licence: str, source: str) -> ImageDataset:
    if images.ndim == 3:
        images = images[..., None]
    classes, labels = np.unique(names, return_inverse=True)
    if len(classes) < 2:
        raise ValueError(f"{source} must hold at least two classes, got {len(classes)}.")
    counts = np.bincount(labels)
    if counts.min() < 3:
        few = str(classes[counts.argmin()])
        raise ValueError(f"{source}: class {few!r} has {counts.min()} images, and three splits need 3; add some.")
    images, labels = images.astype("float32"), labels.astype("int32")
    rest, test = hold_out(labels, _HELD_OUT, seed)
    kept, held = hold_out(labels[rest], _HELD_OUT, seed)
    train, validation, tested = (ImageSplit(images[rows], labels[rows]) for rows in (rest[kept], rest[held], test))
    return ImageDataset(name, tuple(map(str, classes)), train, validation, tested, licence, source)


def _read_folder(path: Path, size: int | None, color: bool) -> tuple[np.ndarray, np.ndarray]:
    classes = sorted(entry for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    images: list[np.ndarray] = []
    names = []
    for folder in classes:
        for file in sorted(filter(is_image, folder.iterdir())):
            image = read_image(file, None if size is None else (size, size), color)
            if images and image.shape != images[0].shape:
                raise ValueError(
                    f"{file} has {image.shape[0]} x {image.shape[1]} pixels, and the first image "
                    f"{images[0].shape[0]} x {images[0].shape[1]}; give the `size` to resize all images to."
                )
            images.append(image)
            names.append(folder.name)
    if not images:
        raise ValueError(f"{path} must hold a folder of image files for each class, and it holds no image.")
    return np.stack(images), np.array(names)


def _read_npz(path: Path) -> tuple[np.ndarray, np.ndarray]:
    images, labels = read_arrays(path, ["images", "labels"], "images and labels").values()
    real_numbers(path, "images", images)
    if labels.dtype.kind not in "biufUS" or (labels.dtype.kind == "f" and not np.isfinite(labels).all()):
        raise ValueError(f"{path}: `labels` must hold names or numbers, got the type {labels.dtype}, or NaN.")
    if images.ndim not in (3, 4) or len(images) != len(labels) or labels.ndim != 1 or not len(images):
        raise ValueError(
            f"{path}: `images` must have the shape [images, height, width] or [images, height, width, channels] and "
            f"`labels` [images], got {list(images.shape)} and {list(labels.shape)}."
        )
    if not np.isfinite(images).all() or images.min() < 0 or images.max() > 255:
        raise ValueError(f"{path}: `images` must hold pixels from 0 to 255, got {images.min()} to {images.max()}.")
    return images, labels.astype(str)
