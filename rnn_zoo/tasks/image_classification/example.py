"""A run of image classification on tiny data, for tests and newcomers."""

from pathlib import Path

import numpy as np

from rnn_zoo.tasks.task import Example


def example(folder: Path) -> Example:
    """A run on scikit-learn's digits; one of them is written to the folder, as the question."""
    from PIL import Image
    from sklearn.datasets import load_digits

    pixels = (load_digits().images[0] * (255 / 16)).astype(np.uint8)
    Image.fromarray(pixels).save(folder / "digit.png")
    sizes = ("--copies", "1", "--units", "4", "--epochs", "2", "--batch-size", "256")
    return Example(
        recipe="digit_images",
        arguments=("digits", *sizes),
        question=str(folder / "digit.png"),
        refused=("digits", "--copies", "-1"),
        refused_because="`copies` must be an integer >= 0, got -1",
    )
