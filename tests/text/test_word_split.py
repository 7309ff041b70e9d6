import unicodedata

import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_zoo.text.word_split import split_words

graph = tf.function(split_words, input_signature=[tf.TensorSpec([None], tf.string)])


def words_of(text):
    words, starts, ends = (part.to_list()[0] for part in graph(tf.constant([text])))
    words = [word.decode() for word in words]
    assert [text[start:end] for start, end in zip(starts, ends, strict=True)] == words
    return words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("John lives in Paris.", "John lives in Paris ."),
        ("Don't go to O'Neill's house", "Do n't go to O'Neill 's house"),
        ("U.S. officials paid $1,000.50!", "U.S. officials paid $ 1,000.50 !"),
        ("Mr. J. R. Ewing, ex-Leeds, 1996-08-22", "Mr. J. R. Ewing , ex-Leeds , 1996-08-22"),
        ("see http://a.b/c?d=1. @bob #tag me@x.org", "see http://a.b/c?d=1 . @bob #tag me@x.org"),
        ('and/or (x) "hi" AT&T ...', 'and / or ( x ) " hi " AT&T ...'),
        (
            "cafe\u0301 \U0001f468\u200d\U0001f469\u200d\U0001f467 x",
            "cafe\u0301 \U0001f468\u200d\U0001f469\u200d\U0001f467 x",
        ),
        ("السلام عليكم", "السلام عليكم"),
        ("北京 is big", "北 京 is big"),
        ("a\x1fb\x00c\u00a0d\x07", "a b c d"),
        ("", ""),
        (" \n\t ", ""),
    ],
)
def test_words(text, words):
    assert words_of(text) == words.split()


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_offsets_are_right_and_only_white_space_is_lost(text):
    kept = "".join(words_of(text))
    blank = [letter for letter in text if letter not in kept]
    assert all(
        letter.isspace() or unicodedata.category(letter) in ("Cc", "Zs", "Zl", "Zp", "Cn") or letter in "\u200b\ufeff"
        for letter in blank
    )


def test_invalid_utf8_bytes_count_as_one_character_each():
    words, _, ends = graph(tf.constant([b"a \xff\xfe b"]))
    assert [word.decode() for word in words.to_list()[0]][-1] == "b"
    assert ends.to_list()[0][-1] == len(b"a \xff\xfe b".decode("utf-8", "replace"))
