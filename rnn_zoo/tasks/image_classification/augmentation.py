"""Data augmentation: images rotated, shifted and scaled at random."""

import numpy as np
from scipy.ndimage import affine_transform

from rnn_zoo.checks import positive_integer
from rnn_zoo.tasks.image_classification.data import ImageSplit


def augment(
    split: ImageSplit,
    copies: int,
    *,
    rotation: float = 10.0,
    shift: float = 0.08,
    scaling: float = 0.1,
    seed: int = 0,
) -> ImageSplit:
    """The images of a split, and augmented copies of each.

        copy(p) = image(A p + b),  A a rotation times a scaling, b a shift, uniformly random, about the centre

    Args:
        split: training images.
        copies: > 0, copies of each image.
        rotation: >= 0, largest angle in degrees.
        shift: >= 0, largest shift as a fraction of an edge.
        scaling: in [0, 1), largest change of an edge's length, as a fraction.
        seed: of the random numbers.
    Returns:
        a split (1 + copies) times as long, the original images first. Pixels from outside an image repeat its edge.
    Raises:
        ValueError: `copies` is not a positive integer.
    Reference: Simard et al. 2003, "Best practices for convolutional neural networks", section 2.
    """
    random = np.random.default_rng(seed)
    augmented = [split.images]
    edges = np.array(split.images.shape[1:3])
    centre = (edges - 1) / 2
    for _ in range(positive_integer("copies", copies)):
        changed = np.empty_like(split.images)
        for row, image in enumerate(split.images):
            angle = np.deg2rad(random.uniform(-rotation, rotation))
            turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
            matrix = turn @ np.diag(random.uniform(1 - scaling, 1 + scaling, size=2))
            offset = centre - matrix @ (centre + random.uniform(-shift, shift, size=2) * edges)
            for channel in range(image.shape[-1]):
                changed[row, ..., channel] = affine_transform(
                    image[..., channel], matrix, offset, order=1, mode="nearest"
                )
        augmented.append(changed)
    return ImageSplit(np.concatenate(augmented), np.tile(split.labels, 1 + copies))
