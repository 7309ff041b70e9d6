"""Reads image files as arrays of pixels from 0 to 255."""

from pathlib import Path

import numpy as np

from rnn_zoo.files.reading import plain_file, reading

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm")
_MOST_PIXELS = 50_000_000  # a picture of 50 megapixels; a file of some kilobytes can claim any size


def is_image(path: str | Path) -> bool:
    """Whether a file name has the ending of an image."""
    return Path(path).suffix.lower() in ENDINGS


def read_image(path: str | Path, size: tuple[int, int] | None = None, color: bool = False) -> np.ndarray:
    """Reads an image file.

    Args:
        path: file in a format that Pillow supports.
        size: (height, width) to resize to, both > 0. None: the file's own size.
        color: three channels; otherwise one, grey.
    Returns:
        <float32>[height, width, channels], pixels from 0 to 255.
    Raises:
        ValueError: the file is not an image, is truncated, or has over 50 million pixels.
        FileNotFoundError: there is no such file.
    """
    from PIL import Image

    with reading(plain_file(path, "an image"), "an image"), Image.open(path) as file:
        if file.width * file.height > _MOST_PIXELS:
            raise ValueError(f"{path} has {file.width:,} x {file.height:,} pixels, over {_MOST_PIXELS:,}; shrink it.")
        image = file.convert("RGB" if color else "L")
        if size is not None and image.size != (size[1], size[0]):
            image = image.resize((size[1], size[0]), Image.Resampling.BOX)
        pixels = np.asarray(image, "float32")
    return pixels if color else pixels[..., None]
