"""Reads image files as arrays of pixels from 0 to 255."""

from pathlib import Path

import numpy as np

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm")


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
        ValueError: the file is not an image, or is truncated.
        FileNotFoundError: there is no such file.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as file:
            image = file.convert("RGB" if color else "L")
            if size is not None and image.size != (size[1], size[0]):
                image = image.resize((size[1], size[0]), Image.Resampling.BOX)
            pixels = np.asarray(image, "float32")
    except FileNotFoundError:
        raise FileNotFoundError(f"there is no file {path}.") from None
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise ValueError(f"{path} cannot be read as an image: {error}") from error
    return pixels if color else pixels[..., None]
