"""The one door to labelled texts: a name, or a path."""

import os
from pathlib import Path

import numpy as np

from rnn_zoo.checks import fraction, one_of
from rnn_zoo.datasets.imdb_reviews import load_imdb_reviews
from rnn_zoo.datasets.sample import load_sample
from rnn_zoo.datasets.user_files import load_file, load_folder

NAMES = ("sample", "imdb_reviews")


def load(data, *, text_column="text", label_column="label", group_column=None, validation=0.1, seed=0):
    """Loads labelled texts in three splits.

    Args:
        data: "sample" (3,000 sentences, in the package), "imdb_reviews" (50,000 film reviews, through
            TensorFlow Datasets), or the path of one's own data: a file .csv, .tsv or .jsonl, each also as .gz, of which
            a tenth becomes the test split; or a folder that holds train.* and test.*, and perhaps validation.* and
            unlabelled.*, of these formats. Labels are strings or integers, any number of them.
        text_column: column of the texts, in one's own files.
        label_column: column of the labels, in one's own files.
        group_column: column, in one's own files, of what rows may have in common, such as the film of a review; no
            group is on both sides of a split made here. None: rows are independent.
        validation: share of the rows of one file, or of the training rows, to hold out for validation, each class
            by the same share. 0: none. The splits of "sample" and of a folder with validation.* are fixed.
        seed: int >= 0, of the splits made here.
    Returns:
        TextDataset
    Raises:
        ValueError: an unknown name; or bad data: the message names the file, the line and the fix.
        OSError: a path that does not exist, or a data set that cannot be downloaded.
    """
    validation = fraction("validation", validation)
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"`seed` must be an integer >= 0, got {seed!r}.")
    if data == "sample":
        return load_sample()
    if data == "imdb_reviews":
        return load_imdb_reviews(validation=validation, seed=seed)
    path = Path(data)
    if not path.exists():
        if path.suffix or os.sep in str(data):
            raise FileNotFoundError(f"`data`: there is no file or folder {path}.")
        try:
            one_of("data", str(data), NAMES)
        except ValueError as error:
            raise ValueError(
                f"{error} It may be the path of a file or folder too, but there is none so named."
            ) from None
    load_own = load_folder if path.is_dir() else load_file
    return load_own(
        path,
        text_column=text_column,
        label_column=label_column,
        group_column=group_column,
        validation=validation,
        seed=seed,
    )
