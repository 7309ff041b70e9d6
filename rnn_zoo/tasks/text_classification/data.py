"""Loads labelled texts by name or from a path."""

import os
from pathlib import Path

import numpy as np

from rnn_zoo.checks import fraction, one_of
from rnn_zoo.tasks.text_classification.dataset import TextDataset
from rnn_zoo.tasks.text_classification.imdb_reviews import load_imdb_reviews
from rnn_zoo.tasks.text_classification.sample import load_sample
from rnn_zoo.tasks.text_classification.user_files import load_file, load_folder

NAMES = ("sample", "imdb_reviews")


def load(
    data: str | Path,
    *,
    text_column: str = "text",
    label_column: str = "label",
    group_column: str | None = None,
    validation: float = 0.1,
    seed: int = 0,
    clean: bool = False,
) -> TextDataset:
    """Loads labelled texts in three splits.

    Args:
        data: "sample" (3,000 sentences, in the package), "imdb_reviews" (50,000 film reviews, through
            TensorFlow Datasets), or a path: a .csv, .tsv or .jsonl file, each also as .gz, of which a tenth becomes the
            test split; or a folder with train.* and test.*, and optionally validation.* and unlabelled.*, in these
            formats. Labels are strings or integers, of any number of classes.
        text_column: column of the texts in your own files.
        label_column: column of the labels in your own files.
        group_column: column in your own files whose groups, such as the film of a review, are never divided between
            two splits. Default None: rows are independent.
        validation: fraction of the rows of one file, or of the training rows, to hold out for validation, stratified
            by class. 0: none. The splits of "sample" and of a folder with validation.* are fixed.
        seed: seed of the splits, >= 0.
        clean: leaves faulty rows of your own files out, which otherwise are errors; `cleaned` of the data set says what
            was done.
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
            raise ValueError(f"{error} It may also be the path of a file or folder, but none has this name.") from None
    load_path = load_folder if path.is_dir() else load_file
    return load_path(
        path,
        text_column=text_column,
        label_column=label_column,
        group_column=group_column,
        validation=validation,
        seed=seed,
        clean=clean,
    )
