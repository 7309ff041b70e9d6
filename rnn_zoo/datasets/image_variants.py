"""More images from few: the same ones turned, moved and stretched a little."""

import numpy as np
from scipy.ndimage import affine_transform

from rnn_zoo.checks import positive_integer
from rnn_zoo.datasets.images import ImageSplit


def vary(split, copies, *, turn=10.0, move=0.08, stretch=0.1, seed=0):
    """The images of a split, and changed copies of each.

        copy(p) = image(A p + b),  A a rotation times a stretch, b a move, drawn uniformly, about the middle

    Args:
        split: ImageSplit, of training images.
        copies: int > 0, of each image.
        turn: float >= 0, degrees by which an image is turned at most.
        move: float >= 0, share of an edge by which it is moved at most.
        stretch: float in [0, 1), share by which each edge is stretched at most.
        seed: int, of every random draw.
    Returns:
        ImageSplit, (1 + copies) times as long, the images themselves first; what comes into a picture from beyond its
        edge is as its nearest pixel.
    Raises:
        ValueError: `copies` is not a positive integer.
    Reference: Simard et al. 2003, "Best practices for convolutional neural networks", section 2.
    """
    random = np.random.default_rng(seed)
    varied = [split.images]
    middle = (np.array(split.images.shape[1:3]) - 1) / 2
    edges = np.array(split.images.shape[1:3])
    for _ in range(positive_integer("copies", copies)):
        changed = np.empty_like(split.images)
        for row, image in enumerate(split.images):
            angle = np.deg2rad(random.uniform(-turn, turn))
            rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
            matrix = rotation @ np.diag(random.uniform(1 - stretch, 1 + stretch, size=2))
            offset = middle - matrix @ (middle + random.uniform(-move, move, size=2) * edges)
            for channel in range(image.shape[-1]):
                changed[row, ..., channel] = affine_transform(
                    image[..., channel], matrix, offset, order=1, mode="nearest"
                )
        varied.append(changed)
    return ImageSplit(np.concatenate(varied), np.tile(split.labels, 1 + copies))
