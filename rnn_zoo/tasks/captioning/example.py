"""A run of captioning on tiny data, for tests and newcomers."""

from pathlib import Path

import numpy as np

from rnn_zoo.tasks.task import Example

_COLOURS = ("red", "green", "blue")
_SHAPES = ("circle", "square", "triangle")


def example(folder: Path) -> Example:
    """A run on 80 generated images of two coloured shapes: captions and features are written to the folder."""
    captions, features = generated_images(80, seed=0)
    lines = ["image\tcaption", *(f"{n}.png\t{caption}" for n, pair in enumerate(captions) for caption in pair)]
    (folder / "captions.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    np.save(folder / "features.npy", features)
    np.save(folder / "question.npy", features[:1])
    np.save(folder / "inspected.npy", features[0])
    data = (str(folder / "captions.tsv"), str(folder / "features.npy"))
    sizes = ("--units", "8", "--dim", "6", "--epochs", "2", "--min-count", "1", "--batch-size", "16")
    return Example(
        recipe="image_captions",
        arguments=(*data, *sizes, "--width", "2", "--neighbours", "3"),
        question=str(folder / "question.npy"),
        inspected=str(folder / "inspected.npy"),
        asked_as_file=True,
        refused=(*data, "--width", "0"),
        refused_because="`width` must be a positive integer, got 0",
    )


def generated_images(count: int, *, seed: int) -> tuple[list[tuple[str, str]], np.ndarray]:
    """Two captions of each image, and its features <float32>[count, 12]: one-hot colours and shapes with noise."""
    random = np.random.default_rng(seed)
    kinds = random.integers(0, 3, (count, 4))  # colour and shape of the upper object, then of the lower one
    captions = []
    for colour, shape, other_colour, other_shape in kinds:
        upper, lower = f"{_COLOURS[colour]} {_SHAPES[shape]}", f"{_COLOURS[other_colour]} {_SHAPES[other_shape]}"
        captions.append((f"a {upper} above a {lower}", f"a {lower} below a {upper}"))
    features = np.eye(3)[kinds].reshape(count, -1) + random.normal(scale=0.1, size=(count, 12))
    return captions, features.astype("float32")
