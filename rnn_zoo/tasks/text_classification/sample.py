"""3,000 labelled sentences that ship with the package."""

import numpy as np

from rnn_zoo.samples import sample_folder
from rnn_zoo.tasks.text_classification.dataset import TextDataset, TextSplit

_FOLDER = sample_folder("uci_sentiment")
_FILES = ("imdb_labelled.txt", "amazon_cells_labelled.txt", "yelp_labelled.txt")
_OF_TEN = ("train",) * 7 + ("validation",) + ("test",) * 2


def load_sample() -> TextDataset:
    """1,000 sentences each from reviews of films, phones and restaurants, half of them positive.

    The split is fixed by the position of a sentence in its file: of each ten of one file and label, seven are for
    training, one for validation, two for test. A repeated sentence stays in the split of its first occurrence, so that
    none is in two splits: 2,102 / 299 / 599.

    Returns:
        TextDataset
    Reference: Kotzias et al. 2015, "From group to individual labels using deep features".
    """
    rows: dict[str, list[tuple[str, int]]] = {"train": [], "validation": [], "test": []}
    split_of: dict[str, str] = {}
    for file in _FILES:
        seen = [0, 0]
        for line in (_FOLDER / file).read_bytes().decode("utf-8").removesuffix("\n").split("\n"):
            sentence, _, value = line.rpartition("\t")
            text, label = sentence.strip(), int(value)
            split = split_of.setdefault(text.lower(), _OF_TEN[seen[label] % 10])
            rows[split].append((text, label))
            seen[label] += 1
    train, validation, test = (
        TextSplit([text for text, _ in pairs], np.array([label for _, label in pairs], "int32"))
        for pairs in rows.values()
    )
    return TextDataset(
        name="sample",
        labels=("negative", "positive"),
        train=train,
        validation=validation,
        test=test,
        licence="CC BY 4.0",
        source="Sentiment Labelled Sentences, Kotzias et al. 2015, https://doi.org/10.24432/C57604",
    )
