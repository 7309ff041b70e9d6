"""The splits of a data set."""

import dataclasses

import numpy as np

from rnn_zoo.tasks.text_classification.dataset import TextDataset, TextSplit


def dataset(read_unlabelled=None):
    split = TextSplit(["a", "b", "c"], np.array([0, 1, 0], "int32"))
    return TextDataset("mine", ("no", "yes"), split, split.take([1]), split, "none", "here", read_unlabelled)


def test_take_keeps_texts_and_labels_together():
    taken = TextSplit(["a", "b", "c"], np.array([0, 1, 2], "int32")).take(np.array([2, 0]))
    assert taken.texts == ["c", "a"]
    assert list(taken.labels) == [2, 0]
    assert len(taken) == 2


def test_unlabelled_texts_are_read_once():
    calls = []
    mine = dataset(lambda: calls.append(1) or ["x"])
    assert not calls
    assert mine.unlabelled == ["x"]
    assert mine.unlabelled is mine.unlabelled
    assert len(calls) == 1
    assert dataset().unlabelled is None


def test_its_repr_is_short():
    expected = "TextDataset('mine', labels=('no', 'yes'), train=3, validation=1, test=3)"
    assert repr(dataset()) == expected


def test_its_digest_is_that_of_what_is_learned_from():
    mine = dataset()
    assert mine.digest == dataset(lambda: ["x"]).digest
    assert mine.digest == dataclasses.replace(mine, name="other", test=mine.validation).digest
    for part in ("train", "validation"):
        split = getattr(mine, part)
        swapped = TextSplit(split.texts, 1 - split.labels)
        shouted = TextSplit([text.upper() for text in split.texts], split.labels)
        for changed in (swapped, shouted):
            assert dataclasses.replace(mine, **{part: changed}).digest != mine.digest
