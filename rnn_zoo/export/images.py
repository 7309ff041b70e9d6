"""Images: opens an exported classifier of images and asks it arrays or files."""

import csv
import functools
import json
from pathlib import Path

import numpy as np

from rnn_zoo.checks import positive_integer
from rnn_zoo.datasets.image_files import is_image, read_image
from rnn_zoo.export import folder as export_folder
from rnn_zoo.export.exported import Exported
from rnn_zoo.export.pretrained import Answer
from rnn_zoo.files import atomic_file


class Images(Exported):
    """An exported classifier of images, run from its SavedModel; nothing is read before it is asked for.

    Args:
        folder: an exported folder, as `rnn_zoo.export.save_images` writes it.
    Raises:
        ValueError: the folder lacks a file of an export, or is of another kind.
    """

    kind = "images"

    @functools.cached_property
    def labels(self):
        """list of str: the classes, in the order of the probabilities."""
        return json.loads((self.folder / export_folder.LABELS).read_text(encoding="utf-8"))

    @functools.cached_property
    def shape(self):
        """(height, width, channels): of the images that the model takes."""
        _, arguments = self._saved_model.signatures["serve"].structured_input_signature
        return tuple(arguments["images"].shape[1:])

    def probabilities(self, images, batch_size=64):
        """The probability of every class for every image.

        Args:
            images: <number>[images, height, width, channels] or, of one channel, [images, height, width], pixels from
                0 to 255; or a sequence of paths of image files, which are resized.
            batch_size: int > 0, images computed at once.
        Returns:
            <float32>[images, classes].
        Raises:
            ValueError: the images have another shape, or hold NaN, or a file is no image. FileNotFoundError.
        """
        positive_integer("batch_size", batch_size)
        images = self._read(images)
        result = np.zeros((len(images), len(self.labels)), np.float32)
        serve = self._saved_model.signatures["serve"]
        for start in range(0, len(images), batch_size):
            rows = slice(start, start + batch_size)
            import tensorflow as tf

            result[rows] = serve(images=tf.constant(images[rows]))["probabilities"].numpy()
        return result

    def predict(self, images, batch_size=64):
        """Answers every image; arguments and errors as in `probabilities`; returns a list of Answer."""
        answers = []
        for row in self.probabilities(images, batch_size):
            best = int(row.argmax())
            answers.append(
                Answer(self.labels[best], float(row[best]), dict(zip(self.labels, row.tolist(), strict=True)))
            )
        return answers

    def show(self, texts, console, *, batch_size=64, format="table"):
        answers = self.predict(list(texts), batch_size)
        if format == "json":
            rows = [
                {"image": given, "label": answer.label, "score": answer.score, "probabilities": answer.probabilities}
                for given, answer in zip(texts, answers, strict=True)
            ]
            console.out(json.dumps(rows, indent=2, ensure_ascii=False), highlight=False)
            return
        from rich.table import Table

        table = Table(box=None, header_style="bold", pad_edge=False)
        for column in ("image", "label", "score"):
            table.add_column(column, overflow="fold")
        for given, answer in zip(texts, answers, strict=True):
            table.add_row(given, answer.label, f"{answer.score:.3f}")
        console.print(table)

    def answer_file(self, path, out=None, *, text_column="text", batch_size=64, overwrite=False):
        """Writes the answers to a folder of images, one image file, or an .npz file with `images`; else as `Exported`.

        `text_column` is of no use here: pixels have no columns.
        """
        path = Path(path)
        if not path.exists():
            raise FileNotFoundError(f"there is no file or folder {path}.")
        out = Path(out) if out else path.with_name(f"{path.stem}.predictions.csv")
        if out.exists() and (out.samefile(path) or out.is_dir()):
            raise ValueError(f"`out` must be a file of its own, got {out}; name another one.")
        if out.exists() and not overwrite:
            raise FileExistsError(f"{out} already exists; name another `out`, or pass `overwrite` to replace it.")
        names, images = _images_at(path)
        answers = self.predict(images, batch_size)
        with atomic_file(out, newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["image", "label", "score", *(f"probability_{label}" for label in self.labels)])
            for name, answer in zip(names, answers, strict=True):
                numbers = [f"{value:.6f}" for value in (answer.score, *answer.probabilities.values())]
                writer.writerow([name, answer.label, *numbers])
        return f"{out}: {len(answers):,} images answered."

    def _read(self, images):
        if isinstance(images, (str, Path)):
            raise ValueError(f"`images` must be a list of paths or an array, got the one path {images}; pass [path].")
        if not isinstance(images, np.ndarray) and len(images) and isinstance(images[0], (str, Path)):
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


def _images_at(path):
    """The names of images and the images themselves, or their paths."""
    if path.is_dir():
        files = sorted(filter(is_image, path.rglob("*")))
        if not files:
            raise ValueError(f"{path} holds no image file.")
        return [file.relative_to(path).as_posix() for file in files], files
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as arrays:
            if "images" not in arrays:
                raise ValueError(f"{path} must hold an array `images`, got {', '.join(arrays.files) or 'nothing'}.")
            images = arrays["images"]
        return list(range(len(images))), images
    return [path.name], [path]
