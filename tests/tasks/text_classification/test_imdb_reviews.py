"""The film reviews, through TensorFlow Datasets."""

import os
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds

from rnn_zoo import datasets

_FOLDER = os.environ.get("TFDS_DATA_DIR")


def fake_load(name, split, batch_size, shuffle_files):
    assert (name, batch_size, shuffle_files) == ("imdb_reviews/plain_text:1.0.0", -1, False)
    count = 20 if split == "unsupervised" else 10
    labels = [-1] * count if split == "unsupervised" else [0, 1] * (count // 2)
    return {"text": tf.constant([f"{split} {index} é" for index in range(count)]), "label": tf.constant(labels)}


def test_splits_and_labels(monkeypatch):
    monkeypatch.setattr(tfds, "load", fake_load)
    reviews = datasets.load("imdb_reviews", validation=0.2)
    assert reviews.labels == ("negative", "positive")
    assert [len(reviews.train), len(reviews.validation), len(reviews.test)] == [8, 2, 10]
    assert sorted(reviews.train.texts + reviews.validation.texts) == [f"train {index} é" for index in range(10)]
    assert reviews.train.labels.dtype == np.int32
    assert list(reviews.validation.labels) in ([0, 1], [1, 0])
    assert reviews.test.texts[3] == "test 3 é"
    assert reviews.test.labels[3] == 1


def test_validation_depends_on_the_seed_alone(monkeypatch):
    monkeypatch.setattr(tfds, "load", fake_load)
    splits = [datasets.load("imdb_reviews", validation=0.4, seed=seed).validation.texts for seed in (0, 0, 1)]
    assert splits[0] == splits[1] != splits[2]


def test_unlabelled_reviews_are_read_when_asked_for(monkeypatch):
    asked = []

    def load(name, split, **options):
        asked.append(split)
        return fake_load(name, split, **options)

    monkeypatch.setattr(tfds, "load", load)
    reviews = datasets.load("imdb_reviews")
    assert asked == ["train", "test"]
    assert len(reviews.unlabelled) == 20
    assert reviews.unlabelled[0] == "unsupervised 0 é"
    assert asked == ["train", "test", "unsupervised"]


def test_without_data_and_network_the_error_names_the_variable(monkeypatch):
    def load(*_, **__):
        raise ConnectionError("no route to host")

    monkeypatch.setattr(tfds, "load", load)
    with pytest.raises(OSError, match="no route to host\nSet the variable TFDS_DATA_DIR"):
        datasets.load("imdb_reviews")


@pytest.mark.long
@pytest.mark.skipif(
    not (_FOLDER and (Path(_FOLDER) / "imdb_reviews" / "plain_text" / "1.0.0").is_dir()),
    reason="the folder TFDS_DATA_DIR holds no imdb_reviews/plain_text/1.0.0",
)
def test_the_published_splits():
    reviews = datasets.load("imdb_reviews")
    assert [len(reviews.train), len(reviews.validation), len(reviews.test)] == [22_500, 2_500, 25_000]
    for split in (reviews.train, reviews.validation, reviews.test):
        assert split.labels.mean() == 0.5
    assert len(reviews.unlabelled) == 50_000
