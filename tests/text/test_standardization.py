"""Raw text to tokens."""

import keras
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_zoo.text import standardize


def tokens(text):
    return [token.decode() for token in tf.strings.split(standardize(tf.constant(text))).numpy()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \t\n ", []),
        ("The Food is NOT good", ["the", "food", "is", "not", "good"]),
        ("ÉCOLE Straße ΩΣ", ["école", "straße", "ως"]),
        ("good, not bad!?", ["good", ",", "not", "bad", "!", "?"]),
        ("so...", ["so", ".", ".", "."]),
        ("don't rock'n'roll 'quoted' boys'", ["don't", "rock'n'roll", "'", "quoted", "'", "boys", "'"]),
        ("don’t", ["don't"]),
        ("7/10, 3.5 or 10,000 at 8:30.", ["7/10", ",", "3.5", "or", "10,000", "at", "8:30", "."]),
        ("end.Start well-made", ["end", ".", "start", "well", "-", "made"]),
        ("a<br /><br />b<P class='x'>c</p>d<!-- no --><!DOCTYPE html>e", ["a", "b", "c", "d", "e"]),
        ("I <3 it, 1 < 2 > 0", ["i", "<", "3", "it", ",", "1", "<", "2", ">", "0"]),
        ("a\u0085b\u00a0c\u3000d\u2028e\u200bf\ufeffg", list("abcdefg")),
        ("great👍🏽!❤️👨‍👩‍👧🇩🇪", ["great", "👍🏽", "!", "❤️", "👨‍👩‍👧", "🇩🇪"]),
        ("电影很好。abc映画", ["电", "影", "很", "好", "。", "abc", "映", "画"]),
        ("नमस्ते مرحبا Привет สวัสดี", ["नमस्ते", "مرحبا", "привет", "ส", "วั", "ส", "ดี"]),
    ],
)
def test_standardize_gives_the_documented_tokens(text, expected):
    assert tokens(text) == expected


def test_standardize_keeps_the_shape():
    assert standardize(tf.constant([["a", "b!"], ["", "c"]])).shape == (2, 2)
    assert standardize(tf.constant([], tf.string)).shape == (0,)


def test_standardize_replaces_bytes_that_are_not_utf8():
    assert tokens(b"bad \xff bytes") == ["bad", "�", "bytes"]


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_standardize_changes_nothing_the_second_time(text):
    assert tokens(" ".join(tokens(text))) == tokens(text)


def test_standardize_is_registered():
    assert keras.saving.get_registered_name(standardize) == "rnn_zoo>standardize"
    config = keras.saving.serialize_keras_object(standardize)
    assert keras.saving.deserialize_keras_object(config) is standardize
