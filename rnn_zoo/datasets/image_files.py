"""Image files as arrays of pixels from 0 to 255."""

from pathlib import Path

import numpy as np

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm")


def is_image(path):
    """Whether the name of a file says that it is an image."""
    return Path(path).suffix.lower() in ENDINGS


def read_image(path, size=None, color=False):
    """Reads an image file.

    Args:
        path: file of a format that Pillow knows.
        size: (height, width), ints > 0, to which it is resized; None: as it is.
        color: bool, three channels; else one, of grey.
    Returns:
        <float32>[height, width, channels], pixels from 0 to 255.
    Raises:
        ValueError: the file is no image, or cut off.
        FileNotFoundError: there is no such file.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            image = image.convert("RGB" if color else "L")
            if size is not None and image.size != (size[1], size[0]):
                image = image.resize((size[1], size[0]), Image.Resampling.BOX)
            pixels = np.asarray(image, "float32")
    except FileNotFoundError:
        raise FileNotFoundError(f"there is no file {path}.") from None
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise ValueError(f"{path} cannot be read as an image: {error}") from error
    return pixels if color else pixels[..., None]
