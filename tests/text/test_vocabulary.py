"""The vocabulary: fitting, encoding, saving."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_zoo.tasks.text_classification.dataset import TextSplit
from rnn_zoo.text import Vocabulary

TEXTS = ["The food is good!", "the food is NOT good", "", "don't 7/10 👍"]


@pytest.fixture(scope="module")
def vocabulary():
    return Vocabulary.fit(TEXTS, size=100)


def test_fit_orders_words_by_frequency_then_alphabet(vocabulary):
    assert vocabulary.words == ["", "[UNK]", "food", "good", "is", "the", "!", "7/10", "don't", "not", "👍"]
    assert vocabulary.size == 11


def test_fit_keeps_the_most_frequent_words():
    assert Vocabulary.fit(TEXTS, size=4).words == ["", "[UNK]", "food", "good"]


def test_encode_gives_the_ids(vocabulary):
    tokens = vocabulary.encode(["good food!", "", "unheard of"])
    assert [list(text) for text in tokens] == [[3, 2, 6], [], [1, 1]]


def test_encode_takes_no_text_at_all(vocabulary):
    assert len(vocabulary.encode([])) == 0


def test_encode_takes_more_texts_than_a_chunk_in_order(vocabulary):
    tokens = vocabulary.encode(["good " * (index % 3) for index in range(700)])
    assert list(tokens.lengths) == [index % 3 for index in range(700)]


def test_encode_takes_a_text_of_100_000_words(vocabulary):
    tokens = vocabulary.encode(["", "good food " * 50_000, "is"])
    assert list(tokens.lengths) == [0, 100_000, 1]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), min_size=1, max_size=5))
def test_encode_equals_the_layer(vocabulary, texts):
    padded = vocabulary.layer(tf.constant(texts)).numpy()
    for row, ids in zip(padded, vocabulary.encode(texts), strict=True):
        np.testing.assert_array_equal(row[: len(ids)], ids)
        assert not row[len(ids) :].any()


def test_layer_survives_a_keras_file(vocabulary, tmp_path):
    model = keras.Sequential([keras.Input((), dtype="string"), vocabulary.layer])
    model.save(tmp_path / "text.keras")
    loaded = keras.saving.load_model(tmp_path / "text.keras")
    np.testing.assert_array_equal(loaded(tf.constant(TEXTS)), model(tf.constant(TEXTS)))


def test_a_saved_vocabulary_is_one_word_a_line_and_loads_equal(vocabulary, tmp_path):
    path = tmp_path / "vocabulary.txt"
    vocabulary.save(path)
    assert path.read_text("utf-8").split("\n") == [*vocabulary.words, ""]
    loaded = Vocabulary.load(path)
    assert loaded.words == vocabulary.words
    assert loaded.digest == vocabulary.digest
    assert list(loaded.encode(TEXTS).ids) == list(vocabulary.encode(TEXTS).ids)


def test_digests_differ_where_the_words_do(vocabulary):
    assert vocabulary.digest != Vocabulary.fit(TEXTS, size=5).digest


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\n[UNK]\ngood", "last line does not end"),
        (b"good\nbad\nfood\n", "must start with '', '\\[UNK\\]'"),
        (b"\n[UNK]\ngood\ngood\n", "'good' twice"),
        (b"\n[UNK]\n\xff\n", "not UTF-8"),
    ],
)
def test_another_file_is_an_error_that_names_it(tmp_path, content, message):
    path = tmp_path / "words.txt"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as error:
        Vocabulary.load(path)
    assert str(path) in str(error.value)


def test_a_missing_file_is_an_error():
    with pytest.raises(FileNotFoundError, match=r"nowhere\.txt"):
        Vocabulary.load("nowhere.txt")


@pytest.mark.parametrize("size", [0, -3, 2, 2.5, True])
def test_a_size_too_small_is_an_error(size):
    with pytest.raises(ValueError, match="`size` must be"):
        Vocabulary.fit(TEXTS, size=size)


def test_texts_without_a_word_are_an_error():
    with pytest.raises(ValueError, match="hold no word: 2 texts"):
        Vocabulary.fit(["", " "])


def test_one_string_instead_of_a_list_is_an_error(vocabulary):
    with pytest.raises(ValueError, match="put it in a list"):
        vocabulary.encode("good food")


def test_batches_of_a_split_hold_ids_and_labels(vocabulary):
    split = TextSplit(["good food", "", "not good"], np.array([1, 0, 0], "int32"))
    batches = vocabulary.batches(split, batch_size=2, max_length=1)
    rows = {int(label): list(ids) for batch in batches for ids, label in zip(*batch, strict=True) if label}
    assert rows == {1: [3]}


def test_batches_of_strings_hold_ids_alone(vocabulary):
    (ids,) = vocabulary.batches(["good food", ""])[0]
    np.testing.assert_array_equal(ids[:, :2], [[3, 2], [0, 0]])
