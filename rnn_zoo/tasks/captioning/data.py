"""Captions of images, several per image, and the features of the images."""

import csv
import dataclasses
import gzip
import hashlib
import io
import json
from pathlib import Path

import numpy as np

from rnn_zoo.files.cleaning import Cleaning, with_report
from rnn_zoo.files.long_text import read_text
from rnn_zoo.files.paths import leads_out
from rnn_zoo.files.reading import plain_file, read_array
from rnn_zoo.files.splits import SPLIT_NAMES

_HELD_OUT = ("validation", "test")  # one of every twenty images without a split each; the others are for training


@dataclasses.dataclass(frozen=True)
class CaptionSplit:
    """Images and their captions.

    Args:
        images: file names.
        rows: <int>[images], the row of each in an array of features.
        captions: at least one for each image.
    """

    images: list[str]
    rows: np.ndarray
    captions: list[list[str]]

    def __len__(self) -> int:
        return len(self.images)


@dataclasses.dataclass(frozen=True)
class Captions:
    """Captioned images in three splits.

    Args:
        name: the argument of `load_captions`.
        train, validation, test: the splits.
        licence, source: of the data.
        cleaned: what was done to the faults of the file, a sentence each.
    """

    name: str
    train: CaptionSplit
    validation: CaptionSplit
    test: CaptionSplit
    licence: str
    source: str
    cleaned: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of names, rows and captions."""
        splits = (self.train, self.validation, self.test)
        whole = [[split.images, split.rows.tolist(), split.captions] for split in splits]
        return hashlib.sha256(json.dumps(whole).encode()).hexdigest()

    def __str__(self) -> str:
        sizes = " / ".join(f"{len(split):,}" for split in (self.train, self.validation, self.test))
        return with_report(f"{self.name}: {sizes} captioned images for training, validation and test", self.cleaned)


def load_captions(path: str | Path, *, clean: bool = False) -> Captions:
    """Loads captions of images.

    Args:
        path: a .tsv file (also .gz) with a header, or a folder with `captions.tsv` in it. Columns: `image`, the file's
            name, and `caption`, one line per caption; optionally `row`, the image's row in an array of features, by
            default its position in the order of first mention; and `split` (train; val, valid, validation or dev;
            test; others are left out), by default one of every twenty images for validation and one for test.
        clean: leaves lines with an empty caption out, which otherwise are errors; `cleaned` says how many.
    Raises:
        ValueError: a column is missing, a row has no number, an image's name leads out of its folder, an image has two
            splits or rows, a caption is empty (the line is named), or a split has no image.
        FileNotFoundError: there is no such file.
    """
    path, cleaning = Path(path), Cleaning(clean)
    if path.is_dir():
        path = next((file for file in (path / "captions.tsv", path / "captions.tsv.gz") if file.is_file()), path)
    if not path.is_file():
        raise FileNotFoundError(f"`path`: there is no file {path}, and no captions.tsv in a folder of that name.")
    reader = csv.DictReader(io.StringIO(read_text(path, cleaning)), delimiter="\t", quoting=csv.QUOTE_NONE)
    missing = {"image", "caption"} - set(reader.fieldnames or ())
    if missing:
        raise ValueError(f"{path}: line 1: expected the columns image and caption, got {reader.fieldnames}.")
    images: dict[str, tuple[tuple[str | None, int], list[str]]] = {}
    for number, line in enumerate(reader, start=2):
        image, caption = line["image"], (line["caption"] or "").strip()
        if leads_out(image):
            raise ValueError(
                f"{path}: line {number}: the image {image!r} leads out of the folder of pictures; name one inside it."
            )
        if not caption:
            cleaning.fault(path, number, f"{image} has an empty caption; leave the line out.", "leaves such lines out")
            continue
        known = images.setdefault(image, (_place(path, number, line, len(images)), []))
        if "row" in line or "split" in line:
            place = _place(path, number, line, known[0][1])
            if place != known[0]:
                raise ValueError(f"{path}: line {number}: {image} has split and row {place}, and {known[0]} above.")
        known[1].append(caption)
    found: dict[str, list[tuple[str, int, list[str]]]] = {name: [] for name in SPLIT_NAMES}
    for number, (image, ((split, row), captions)) in enumerate(images.items()):
        if split is None:
            split = _HELD_OUT[number % 20] if number % 20 < len(_HELD_OUT) else "train"
        name = next((name for name, names in SPLIT_NAMES.items() if split in names or split == name), None)
        if name:
            found[name].append((image, row, captions))
    for name, each in found.items():
        if not each:
            raise ValueError(f"{path}: no image is for {name}; call its split one of {', '.join(SPLIT_NAMES[name])}.")
    splits = {name: _split(each) for name, each in found.items()}
    source = path.parent.name or path.name
    return Captions(str(path), **splits, licence="not stated", source=source, cleaned=cleaning.report())


def _split(images):
    names, rows, captions = zip(*images, strict=True)
    return CaptionSplit(list(names), np.array(rows), list(captions))


def _place(path, number, line, count):
    """(split or None, row) of a line; the row is `count` where the line has none."""
    row = line.get("row")
    if row is not None and not row.isdecimal():
        raise ValueError(f"{path}: line {number}: `row` must be an integer >= 0, got {row!r}.")
    return line.get("split"), count if row is None else int(row)


def read_features(path: str | Path, scale: float = 1.0) -> np.ndarray:
    """Reads an array of features.

    Args:
        path: .npy or .npy.gz, [rows, features], [rows, cells, features] or [rows, height, width, features].
        scale: factor that its numbers are multiplied by.
    Returns:
        <float32>[rows, features] or <float32>[rows, cells, features]
    Raises:
        ValueError: the file does not hold such an array, or holds a number that is not finite (its row is named).
        FileNotFoundError: there is no such file.
    """
    path = plain_file(path, "features")
    with gzip.open(path) if path.suffix == ".gz" else open(path, "rb") as file:
        found = read_array(path, "features", file).astype("float32") * np.float32(scale)
    if found.ndim not in (2, 3, 4):
        raise ValueError(f"{path} must hold [rows, features] or [rows, cells, features], got the shape {found.shape}.")
    if found.ndim == 4:
        found = found.reshape(len(found), -1, found.shape[-1])
    wrong = np.flatnonzero(~np.isfinite(found.reshape(len(found), -1)).all(axis=1))
    if len(wrong):
        raise ValueError(f"{path}: row {wrong[0]} holds a number that is not finite; compute its features again.")
    return found
