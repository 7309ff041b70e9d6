"""IMDB: the large movie review data set, through TensorFlow Datasets."""

import numpy as np

from rnn_zoo.files.splits import hold_out
from rnn_zoo.files.tfds import import_tfds
from rnn_zoo.tasks.text_classification.dataset import TextDataset, TextSplit


def load_imdb_reviews(*, validation: float, seed: int) -> TextDataset:
    """25,000 film reviews for training and validation, 25,000 for test, 50,000 unlabelled.

    TensorFlow Datasets reads them from the folder TFDS_DATA_DIR (default ~/tensorflow_datasets) and downloads them,
    80 MB, if they are missing. The data does not say which film a review is about: reviews of one film are in train and
    in validation, so that validation accuracy is about 1.5 points above test accuracy. Your own file with a column for
    the film and `group_column` has no such gap.

    Args:
        validation: fraction of the training reviews to hold out, in [0, 1), stratified by class.
        seed: of that choice.
    Returns:
        TextDataset
    Raises:
        OSError: the data is missing and cannot be downloaded.
    Reference: Maas et al. 2011, "Learning word vectors for sentiment analysis".
    """
    train = _read("train")
    kept, held = hold_out(train.labels, validation, seed)
    return TextDataset(
        name="imdb_reviews",
        labels=("negative", "positive"),
        train=train.take(kept),
        validation=train.take(held),
        test=_read("test"),
        licence="not stated; its authors ask to cite Maas et al. 2011",
        source="imdb_reviews/plain_text 1.0.0 of TensorFlow Datasets, https://ai.stanford.edu/~amaas/data/sentiment/",
        read_unlabelled=lambda: _read("unsupervised").texts,
    )


def _read(split):
    tfds = import_tfds()
    try:
        rows = tfds.load("imdb_reviews/plain_text:1.0.0", split=split, batch_size=-1, shuffle_files=False)
    except (OSError, tfds.download.DownloadError) as error:
        raise OSError(
            f"imdb_reviews could not be read or downloaded: {error}\nSet the variable TFDS_DATA_DIR to a folder that "
            "holds imdb_reviews/plain_text/1.0.0, or connect to the network."
        ) from error
    texts = [text.decode() for text in rows["text"].numpy()]
    return TextSplit(texts, np.asarray(rows["label"], "int32"))
