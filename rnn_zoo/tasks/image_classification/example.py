"""A run of image classification on tiny data, for tests and newcomers."""

from pathlib import Path

import numpy as np

from rnn_zoo.tasks.task import Example


def example(folder: Path) -> Example:
    """A run on 60 of scikit-learn's digits, 0 and 1, which are written to the folder, a folder of images per class."""
    from PIL import Image
    from sklearn.datasets import load_digits

    digits = load_digits(n_class=2)
    for number, (pixels, label) in enumerate(zip(digits.images[:60], digits.target, strict=False)):
        file = folder / "images" / str(label) / f"{number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((pixels * (255 / 16)).astype(np.uint8)).save(file)
    data = str(folder / "images")
    return Example(
        recipe="digit_images",
        arguments=(data, "--copies", "1", "--units", "4", "--epochs", "2", "--batch-size", "32"),
        question=str(folder / "images" / "0" / "0.png"),
        refused=(data, "--copies", "-1"),
        refused_because="`copies` must be an integer >= 0, got -1",
    )
