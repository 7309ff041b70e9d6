"""The inspection page of an image classifier: the contribution of each pixel."""

from pathlib import Path
from typing import Any

import numpy as np

from rnn_zoo.inspection.pictures import charts
from rnn_zoo.inspection.subject import Picture, Subject, answer_of
from rnn_zoo.types import Model


def is_live(model: Model, given: Any) -> bool:
    """Whether this page shows a live model and its input."""
    return len(model.inputs) == 1 and len(model.inputs[0].shape) == 4 and None not in model.inputs[0].shape[1:]


def opened(exported: Any) -> dict[str, Any]:
    """What an exported model brings to its page."""
    return {"labels": exported.labels}


def subject(model: Model, given: Any, look: Any) -> Subject:
    """The page's subject: a classifier and one image.

    The classifier is pixels <float>[batch, height, width, channels] -> probabilities <float>[batch, classes]; the image
    is the path of a file, or <number>[height, width, channels], with one channel also [height, width].
    """
    shape = tuple(model.inputs[0].shape[1:])
    pixels = _pixels(given, shape)
    probabilities = answer_of(model, pixels)
    labels = look.label(len(probabilities))
    order = np.argsort(-probabilities, kind="stable")
    best = int(order[0]) if look.index is None else look.index
    height, width, channels = shape
    return Subject(
        name=look.named(model),
        model=model,
        inputs=pixels,
        steps=[f"row {row + 1}" for row in range(height)],
        answers=[(labels[k], float(probabilities[k])) for k in order],
        index=(best,),
        explained=labels[best],
        targets=order[:1],
        card=look.card,
        given=str(given) if isinstance(given, str | Path) else f"an image of {height} x {width} pixels",
        columns=[str(column + 1) for column in range(width)],
        shown=[
            Picture(
                "The image",
                lambda: charts.draw_image(pixels, "The image, at the size that the network reads"),
                f"The image, {height} x {width} pixels in {channels} channel(s).",
            )
        ],
        baseline=np.zeros(shape, "float32"),
        baseline_name="a black image",
        columns_direction="right",
        texts=False,
    )


def _pixels(given: Any, shape: tuple[int, int, int]) -> np.ndarray:
    if isinstance(given, str | Path):
        from rnn_zoo.tasks.image_classification.image_files import read_image

        return read_image(given, shape[:2], shape[2] == 3)
    pixels = np.asarray(given, "float32")
    if pixels.ndim == 2 and shape[2] == 1:
        pixels = pixels[..., None]
    if pixels.shape != shape:
        raise ValueError(f"`given` must be one image of the shape {shape}, got {pixels.shape}.")
    if not np.isfinite(pixels).all():
        raise ValueError("`given` holds NaN or infinity; give pixels from 0 to 255.")
    return pixels
