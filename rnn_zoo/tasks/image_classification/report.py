"""The report of an image classifier: its scores beside logistic regression, and a picture of its predictions."""

import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnn_zoo.evaluation import classification_report
from rnn_zoo.faults import printable
from rnn_zoo.run import Run
from rnn_zoo.tasks.image_classification.answers import Images
from rnn_zoo.tasks.image_classification.baselines import pixel_logistic_regression
from rnn_zoo.tasks.image_classification.data import ImageDataset, ImageSplit
from rnn_zoo.tasks.image_classification.picture import as_text, draw_images
from rnn_zoo.types import Model


def report_beside_baselines(run: Run, network: Model, images: ImageDataset, train_seconds: float) -> dict[str, Any]:
    """Compares a network with logistic regression and draws its predictions to `answers.png`.

    Args:
        run: has the option `model`, the split that is reported, and the folder that the report goes to.
        network: keras.Model, pixels <float>[batch, height, width, channels] -> <float>[batch, classes].
        images: the data.
        train_seconds: wall-clock seconds of the training.
    Returns:
        the content of `metrics.json`.
    """
    name, evaluated = run.options["model"], getattr(images, run.split)

    def predict(inputs: Sequence[np.ndarray]) -> np.ndarray:
        return network.predict(np.stack(inputs), verbose=0)

    # The baseline is fitted on the validation images too: on these its scores would be too good.
    baselines = [pixel_logistic_regression(images.train, images.validation)] if run.split == "test" else []
    report = classification_report(
        name,
        predict,
        types.SimpleNamespace(texts=list(evaluated.images), labels=evaluated.labels),
        baselines=baselines,
        names=images.labels,
        parameters=network.count_params(),
        train_seconds=train_seconds,
        pairs=(),
        split=run.split,
        out=run.out,
    )
    probabilities = predict(evaluated.images)
    title, picture = f"{name} on {len(evaluated):,} {run.split} images", f"{run.out}/answers.png"
    draw_images(evaluated.images, evaluated.labels, probabilities, images.labels, picture, title=title)
    print(f"Written: {picture}, {run.split} images with their predictions, the mistakes first")
    return report


def show_answers(folder: Path, split: ImageSplit, labels: Sequence[str], count: int = 3) -> None:
    """Prints the first images of a split with the answers of an exported classifier."""
    answers = Images(folder).predict(split.images[:count])
    for image, label, answer in zip(split.images, split.labels, answers, strict=False):
        print(as_text(image))
        print(printable(f"Label: {labels[label]}. Answer: {answer.label}, {answer.score:.0%}."))
    print(f"Ask it yourself: rnn-zoo predict {folder} picture.png")
