"""TensorFlow Datasets builder of ETT, with the checksums of the published files."""

import csv
import gzip
import hashlib
import io
from pathlib import Path
from typing import ClassVar

import numpy as np
import tensorflow_datasets as tfds

from rnn_zoo.files.reading import reading

_COLUMNS = ("HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT")
# SHA-256 of the uncompressed files, since compressed copies of one file can differ.
_DIGESTS = {
    "h1": "f18de3ad269cef59bb07b5438d79bb3042d3be49bdeecf01c1cd6d29695ee066",
    "h2": "a3dc2c597b9218c7ce1cd55eb77b283fd459a1d09d753063f944967dd6b9218b",
    "m1": "6ce1759b1a18e3328421d5d75fadcb316c449fcd7cec32820c8dafda71986c9e",
}


class Ett(tfds.core.GeneratorBasedBuilder):
    """Builder of ETT: one example per file, {"times": <string>[steps], "values": <float32>[steps, 7]}."""

    name = "ett"
    VERSION = tfds.core.Version("1.0.0")
    MANUAL_DOWNLOAD_INSTRUCTIONS = "The folder must contain ETTh1.csv, ETTh2.csv or ETTm1.csv, optionally .csv.gz."
    BUILDER_CONFIGS: ClassVar = [tfds.core.BuilderConfig(name=name, description=f"ETT{name}") for name in _DIGESTS]

    @property
    def file_name(self) -> str:
        """The name of the published file."""
        return f"ETT{self.builder_config.name}.csv"

    def prepare_from(self, folder: str | Path | None) -> None:
        """Prepares the data from the file in a folder, after a check of its checksum.

        Args:
            folder: folder of the file; None raises FileNotFoundError.
        Raises:
            FileNotFoundError: the file does not exist.
            ValueError: the file differs from the published file.
        """
        self.check(folder)
        config = tfds.download.DownloadConfig(manual_dir=folder)
        self.download_and_prepare(download_config=config)

    def check(self, folder: str | Path | None) -> str:
        """The text of the file in a folder; ValueError if it differs from the published file."""
        path = _find_file(folder, self.file_name)
        with reading(path, "a gzip file", "Download it again."):
            content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if digest != _DIGESTS[self.builder_config.name]:
            raise ValueError(
                f"{path} is not the published file: the SHA-256 of its uncompressed content is {digest}, expected "
                f"{_DIGESTS[self.builder_config.name]}. Download it again from https://github.com/zhouhaoyi/ETDataset."
            )
        return content.decode("ascii")

    def _info(self):
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    "times": tfds.features.Tensor(shape=(None,), dtype=np.str_),
                    "values": tfds.features.Tensor(shape=(None, len(_COLUMNS)), dtype=np.float32),
                }
            ),
            homepage="https://github.com/zhouhaoyi/ETDataset",
            license="CC BY-ND 4.0",
            metadata=tfds.core.MetadataDict(columns=list(_COLUMNS)),
        )

    def _split_generators(self, manager):
        return {"series": self._generate_examples(manager.manual_dir)}

    def _generate_examples(self, folder):
        rows = list(csv.DictReader(io.StringIO(self.check(folder), newline="")))
        yield (
            0,
            {
                "times": np.array([row["date"] for row in rows], object),
                "values": np.array([[row[column] for column in _COLUMNS] for row in rows], "float32"),
            },
        )


def _find_file(folder, name):
    """The path of a file in a folder, uncompressed or .gz; FileNotFoundError if it does not exist."""
    for path in (Path(folder or ".") / name, Path(folder or ".") / f"{name}.gz"):
        if folder and path.is_file():
            return path
    where = f"{folder} holds no {name} and no {name}.gz" if folder else "no folder is given"
    raise FileNotFoundError(
        f"{name} of ETT: {where}. Download it from https://github.com/zhouhaoyi/ETDataset (ETT-small) and give its "
        "folder by the argument `folder` or the environment variable ETT_DIR."
    )
