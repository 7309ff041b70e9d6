"""3,000 labelled sentences that ship with the package."""

from pathlib import Path

import numpy as np

from rnn_zoo.datasets.text_dataset import TextDataset, TextSplit

_FOLDER = Path(__file__).parent.parent / "samples" / "uci_sentiment"
_FILES = ("imdb_labelled.txt", "amazon_cells_labelled.txt", "yelp_labelled.txt")
_OF_TEN = ("train",) * 7 + ("validation",) + ("test",) * 2


def load_sample():
    """1,000 sentences each from reviews of films, phones and restaurants, half of them positive.

    The split is fixed, by the place of a sentence in its file: of each ten of one file and label, seven are for
    training, one for validation, two for test. A sentence that is there twice stays where it was first, so that none is
    in two splits; that makes 2,102 / 299 / 599.

    Returns:
        TextDataset
    Reference: Kotzias et al. 2015, "From group to individual labels using deep features".
    """
    rows = {"train": [], "validation": [], "test": []}
    split_of = {}
    for file in _FILES:
        seen = [0, 0]
        for line in (_FOLDER / file).read_bytes().decode("utf-8").removesuffix("\n").split("\n"):
            text, _, label = line.rpartition("\t")
            text, label = text.strip(), int(label)
            split = split_of.setdefault(text.lower(), _OF_TEN[seen[label] % 10])
            rows[split].append((text, label))
            seen[label] += 1
    splits = {
        split: TextSplit([text for text, _ in pairs], np.array([label for _, label in pairs], "int32"))
        for split, pairs in rows.items()
    }
    return TextDataset(
        name="sample",
        labels=("negative", "positive"),
        **splits,
        licence="CC BY 4.0",
        source="Sentiment Labelled Sentences, Kotzias et al. 2015, https://doi.org/10.24432/C57604",
    )
