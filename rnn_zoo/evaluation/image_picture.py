"""A picture of images with the answers below them, the mistakes first."""

import numpy as np

from rnn_zoo.checks import positive_integer
from rnn_zoo.files import atomic_file


def draw_images(images, labels, probabilities, names, path, *, count=40, title=""):
    """Draws images with what a model says of them, the mistakes first, in the order of their confidence.

    Args:
        images: <float>[images, height, width, channels], pixels from 0 to 255.
        labels: <int>[images], the index of the true class.
        probabilities: <float>[images, classes].
        names: the class names.
        path: file to write, .png.
        count: int > 0, images drawn at most.
        title: str, above them.
    """
    from matplotlib.figure import Figure

    labels, probabilities = np.asarray(labels), np.asarray(probabilities)
    answers, scores = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(answers != labels)
    right = np.flatnonzero(answers == labels)
    # Of the right ones some from the whole range, the least certain first.
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
    figure.suptitle(f"{title}: {len(wrong)} mistakes of {len(labels):,}" if title else None, fontsize=10)
    with atomic_file(path, "wb") as file:
        figure.savefig(file, format="png", dpi=110)
