"""A picture of images with their predictions, the mistakes first."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rnn_zoo.checks import positive_integer
from rnn_zoo.files import atomic_file
from rnn_zoo.files.figures import save_figure
from rnn_zoo.types import Tensor


def draw_images(
    images: Tensor,
    labels: Tensor,
    probabilities: Tensor,
    names: Sequence[str],
    path: str | Path,
    *,
    count: int = 40,
    title: str = "",
) -> None:
    """Draws images with their predictions: mistakes first, the most confident of them first.

    Args:
        images: <float>[images, height, width, channels], pixels from 0 to 255.
        labels: <int>[images], the index of the true class.
        probabilities: <float>[images, classes].
        names: the class names.
        path: PNG file to write.
        count: > 0, the largest number of images to draw.
        title: text above the images.
    """
    from matplotlib.figure import Figure

    labels, probabilities = np.asarray(labels), np.asarray(probabilities)
    answers, scores = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(answers != labels)
    right = np.flatnonzero(answers == labels)
    # Correct predictions are sampled over their whole range of confidence, the least confident first.
    spread = np.linspace(0, len(right) - 1, num=min(len(right), positive_integer("count", count)), dtype=int)
    shown = np.concatenate([wrong[np.argsort(-scores[wrong])], right[np.argsort(scores[right])][spread]])[:count]
    columns = 10
    rows = -(-len(shown) // columns)
    figure = Figure(figsize=(columns, 1.35 * rows + 0.6), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for axis in axes:
        axis.set_axis_off()
    for axis, row in zip(axes, shown, strict=False):
        image = np.clip(images[row] / 255, 0, 1)
        axis.imshow(image if image.shape[-1] == 3 else image[..., 0], cmap="gray_r", vmin=0, vmax=1)
        text, color = f"{names[answers[row]]}, {scores[row]:.0%}", "black"
        if answers[row] != labels[row]:
            text, color = f"{text}\nis {names[labels[row]]}", "firebrick"
        axis.set_title(text, fontsize=8, color=color)
    if title:
        figure.suptitle(f"{title}: {len(wrong)} mistakes of {len(labels):,}", fontsize=10)
    with atomic_file(path, "wb") as file:
        save_figure(figure, file, format="png", dpi=110)


def as_text(image: np.ndarray, edge: int = 24) -> str:
    """An image <float>[height, width, channels] as characters, a denser one for brighter pixels.

    Larger images are reduced to at most `edge` pixels per edge.
    """
    stride = -(-max(image.shape[:2]) // edge)
    image = image[::stride, ::stride]
    shades = np.clip(image.mean(axis=-1) / 256 * 5, 0, 4).astype(int)
    return "\n".join("".join(" .:*#"[shade] * 2 for shade in row) for row in shades)
