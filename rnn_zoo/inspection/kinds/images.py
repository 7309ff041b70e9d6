"""Pages of classifiers of images, exported or live: what each pixel contributes."""

from pathlib import Path

import numpy as np

from rnn_zoo.inspection import charts
from rnn_zoo.inspection.subject import Picture, Subject, answer_of


def is_live(model, given):
    return len(model.inputs) == 1 and len(model.inputs[0].shape) == 4 and None not in model.inputs[0].shape[1:]


def opened(exported):
    return {"labels": exported.labels}


def subject(model, given, look):
    """A classifier, pixels <float>[batch, height, width, channels] -> probabilities <float>[batch, classes], and one
    image: the path of a file, or <number>[height, width] with its channels."""
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
        given=given if isinstance(given, (str, Path)) else f"an image of {height} x {width} pixels",
        columns=[str(column + 1) for column in range(width)],
        shown=[
            Picture(
                "The image",
                lambda: charts.draw_image(pixels, "The image, as it is read"),
                f"The image, {height} x {width} pixels in {channels} channel(s).",
            )
        ],
        baseline=np.zeros(shape, "float32"),
        start="a black image",
        way="right",
        texts=False,
    )


def _pixels(given, shape):
    if isinstance(given, (str, Path)):
        from rnn_zoo.datasets.image_files import read_image

        return read_image(given, shape[:2], shape[2] == 3)
    pixels = np.asarray(given, "float32")
    if pixels.ndim == 2 and shape[2] == 1:
        pixels = pixels[..., None]
    if pixels.shape != shape:
        raise ValueError(f"`given` must be one image of the shape {shape}, got {pixels.shape}.")
    if not np.isfinite(pixels).all():
        raise ValueError("`given` holds NaN or infinity; give pixels from 0 to 255.")
    return pixels
