"""The film reviews of two benchmarks, if they are on this machine: a benchmark downloads nothing."""

import os
from pathlib import Path

from rnn_zoo import datasets


def are_there():
    """bool, whether the IMDB reviews are available; if not, prints where they were expected."""
    folder = Path(os.environ.get("TFDS_DATA_DIR", "~/tensorflow_datasets")).expanduser()
    if (folder / "imdb_reviews").is_dir():
        return True
    print(f"No imdb_reviews in {folder}: set TFDS_DATA_DIR to a folder of TensorFlow Datasets that has them.")
    return False


def load(seed=0):
    """The IMDB reviews, with a tenth of the training reviews held out -> rnn_zoo.datasets.TextDataset."""
    return datasets.load("imdb_reviews", validation=0.1, seed=seed)
