"""Images: opens an exported image classifier and answers arrays or files."""

import csv
import functools
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np

from rnn_zoo.checks import positive_integer
from rnn_zoo.export.classifier import Classifier
from rnn_zoo.export.output import output_file
from rnn_zoo.files import atomic_file
from rnn_zoo.files.reading import read_arrays, real_numbers
from rnn_zoo.tasks.image_classification.image_files import is_image, read_image
from rnn_zoo.types import Tensor

ImageInputs: TypeAlias = Tensor | Sequence[str | Path]


class Images(Classifier):
    """An exported image classifier, run from its ONNX form or its SavedModel; files are read when first used.

    Args:
        folder: an exported folder, see `rnn_zoo.tasks.image_classification.export.save_images`.
    Raises:
        ValueError: the folder lacks a file of an export, or is of another kind.
    """

    kind = "images"
    serves = ("images", "probabilities")

    input_name = "image"

    @functools.cached_property
    def shape(self) -> tuple[int, int, int]:
        """(height, width, channels) of the model's images."""
        if self._session is not None:
            height, width, channels = self._session.get_inputs()[0].shape[1:]
            return height, width, channels
        _, arguments = self._saved_model.signatures["serve"].structured_input_signature
        return tuple(arguments["images"].shape[1:])

    def probabilities(self, inputs: ImageInputs, batch_size: int = 64, progress: bool = False) -> np.ndarray:
        """The probability of every class for every image.

        Args:
            inputs: <number>[images, height, width, channels] or, with one channel, [images, height, width], pixels
                from 0 to 255; or paths of image files, which are resized.
            batch_size: > 0, images per batch.
            progress: not used: images are quick.
        Returns:
            <float32>[images, classes].
        Raises:
            ValueError: the images have another shape or hold NaN, or a file is not an image.
            FileNotFoundError: there is no such file.
        """
        positive_integer("batch_size", batch_size)
        images = self._read(inputs)
        result = self.empty_table(len(images))
        answer = self._by_tensorflow if self._session is None else self._by_onnx
        for start in range(0, len(images), batch_size):
            rows = slice(start, start + batch_size)
            result[rows] = answer(images[rows])
        return result

    def _by_onnx(self, images: np.ndarray) -> np.ndarray:
        return self._ask(["probabilities"], {self._session.get_inputs()[0].name: images})[0]

    def _by_tensorflow(self, images: np.ndarray) -> np.ndarray:
        import tensorflow as tf

        return self._saved_model.signatures["serve"](images=tf.constant(images))["probabilities"].numpy()

    def answer_file(
        self,
        path: str | Path,
        out: str | Path | None = None,
        *,
        text_column: str = "text",
        batch_size: int = 64,
        overwrite: bool = False,
        clean: bool = False,
    ) -> str:
        """Writes the answers to a folder of images, one image file, or an .npz file with `images`; see `Exported`.

        `text_column` is not used: images have no columns.
        """
        self.refuse_clean(clean)
        path = Path(path)
        if not path.exists():
            raise FileNotFoundError(f"there is no file or folder {path}.")
        out = output_file(path, out, overwrite)
        names, images = _images_at(path)
        answers = self.predict(images, batch_size)
        with atomic_file(out, newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["image", "label", "score", *(f"probability_{label}" for label in self.labels)])
            for name, answer in zip(names, answers, strict=True):
                numbers = [f"{value:.6f}" for value in (answer.score, *answer.probabilities.values())]
                writer.writerow([name, answer.label, *numbers])
        return f"{out}: {len(answers):,} images answered."

    def _read(self, images: ImageInputs) -> np.ndarray:
        if isinstance(images, str | Path):
            raise ValueError(f"`images` must be a list of paths or an array, got the one path {images}; pass [path].")
        if not isinstance(images, np.ndarray) and len(images) and isinstance(images[0], str | Path):
            height, width, channels = self.shape
            images = np.stack([read_image(path, (height, width), channels == 3) for path in images])
        images = np.asarray(images, "float32")
        if images.ndim == 3 and self.shape[-1] == 1:
            images = images[..., None]
        if images.ndim != 4 or images.shape[1:] != self.shape:
            raise ValueError(
                f"`images` must have the shape [images, {', '.join(map(str, self.shape))}], got {list(images.shape)}."
            )
        if not np.isfinite(images).all():
            row = int(np.argwhere(~np.isfinite(images))[0][0])
            raise ValueError(f"`images[{row}]` holds NaN or infinity; give pixels from 0 to 255.")
        return images


def _images_at(path: Path) -> tuple[Sequence[str | int], ImageInputs]:
    """The names of the images in a file or folder; the images, or their paths."""
    if path.is_dir():
        files = sorted(filter(is_image, path.rglob("*")))
        if not files:
            raise ValueError(f"{path} holds no image file.")
        return [file.relative_to(path).as_posix() for file in files], files
    if path.suffix == ".npz":
        images = real_numbers(path, "images", read_arrays(path, ["images"], "images")["images"])
        return list(range(len(images))), images
    return [path.name], [path]
