"""The large movie review data set, through TensorFlow Datasets."""

import numpy as np

from rnn_zoo.datasets.splits import hold_out
from rnn_zoo.datasets.text_dataset import TextDataset, TextSplit


def load_imdb_reviews(*, validation, seed):
    """25,000 film reviews for training and validation, 25,000 for test, 50,000 without a label.

    TensorFlow Datasets reads them from the folder TFDS_DATA_DIR (~/tensorflow_datasets where it is not set), and
    downloads them, 80 MB, where they are not there. They do not say which film a review is about, so that reviews of
    one film are in train and in validation, and accuracy on validation reads about 1.5 points above that on test; a
    file of one's own with a column for the film and `group_column` has no such gap.

    Args:
        validation: float in [0, 1), the share of the training reviews held out, the classes in equal parts.
        seed: int, of that choice.
    Returns:
        TextDataset
    Raises:
        OSError: the data is neither there nor could it be downloaded.
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
    import tensorflow_datasets as tfds

    try:
        rows = tfds.load("imdb_reviews/plain_text:1.0.0", split=split, batch_size=-1, shuffle_files=False)
    except (OSError, tfds.download.DownloadError) as error:
        raise OSError(
            f"imdb_reviews could not be read or downloaded: {error}\nSet the variable TFDS_DATA_DIR to a folder that "
            "holds imdb_reviews/plain_text/1.0.0, or connect to the network."
        ) from error
    texts = [text.decode() for text in rows["text"].numpy()]
    return TextSplit(texts, np.asarray(rows["label"], "int32"))
