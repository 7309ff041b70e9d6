"""The sentences that ship with the package."""

import collections
from pathlib import Path

import numpy as np

import rnn_zoo
from rnn_zoo import datasets


def test_the_split_is_fixed_and_balanced():
    sample = datasets.load("sample")
    assert sample.labels == ("negative", "positive")
    assert [len(split) for split in (sample.train, sample.validation, sample.test)] == [2102, 299, 599]
    for split in (sample.train, sample.validation, sample.test):
        assert split.labels.dtype == np.int32
        assert abs(split.labels.mean() - 0.5) < 0.01
    assert sample.test.texts == datasets.load("sample", seed=5).test.texts


def test_no_sentence_is_in_two_splits():
    sample = datasets.load("sample")
    splits = collections.defaultdict(set)
    for name in ("train", "validation", "test"):
        for text in getattr(sample, name).texts:
            splits[text.lower()].add(name)
    assert all(len(names) == 1 for names in splits.values())


def test_labels_belong_to_their_sentences():
    sample = datasets.load("sample")
    labels = dict(zip(sample.train.texts, sample.train.labels, strict=True))
    assert labels["Wow... Loved this place."] == 1
    assert labels["Crust is not good."] == 0


def test_sentences_with_u_0085_are_whole():
    sample = datasets.load("sample")
    texts = sample.train.texts + sample.validation.texts + sample.test.texts
    assert len(texts) == 3000
    assert any("\u0085" in text for text in texts)


def test_licence_and_attribution_come_along():
    assert datasets.load("sample").licence == "CC BY 4.0"
    assert "10.24432/C57604" in datasets.load("sample").source
    folder = Path(rnn_zoo.__file__).parent / "samples" / "uci_sentiment"
    assert "creativecommons.org/licenses/by/4.0" in (folder / "LICENSE").read_text()
    assert "Kotzias" in (folder / "README.md").read_text()


def test_it_has_no_unlabelled_texts():
    assert datasets.load("sample").unlabelled is None
