"""Words in Python are those of the graph of an export, for every character and for what people write."""

import sys

import numpy as np
import pytest
from helpers import needs_tensorflow
from hypothesis import given
from hypothesis import strategies as st

from rnn_zoo.runtime.patterns import compiled, lowered
from rnn_zoo.runtime.words import Words, words_of

pytestmark = needs_tensorflow
CHARACTERS = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF]
HARD = [
    "",
    "Don't <br />STOP",
    "x<y and y>z",
    "a < b <3 <b>bold</b> <!-- c --> <!d> </p>",
    "7/10 3.5 1,000.00 12:30 1. .5",
    "rock'n'roll 'quoted' it’s ’tis o＇clock",
    "naïve nai\u0308ve ΣΟΦΟΣ İstanbul STRASSE ﬁ ⅷ Ⓐ",
    "我爱你 ありがとう ไทยแลนด์ ຂອບໃຈ ខ្មែរ မြန်မာ",
    "👍🏽 👨\u200d👩\u200d👧 🇩🇪🇫🇷 ❤\ufe0f :-) ...",
    "می\u200cخواهم क्\u200dष",
    "tab\tline\nfeed\x0b\x0c\x1c\x85 no\xa0break\u3000wide\u200bzero\ufeff",
    "a\0b nul\0",
    "ⱟ Ⱟ \ua7c0 \U00010570 \U00010d50 \ua7cb",
    "word " * 2000,
]


def in_the_graph(texts):
    import tensorflow as tf

    from rnn_zoo.text.standardization import standardize

    split = tf.strings.split(standardize(tf.constant(texts, tf.string, shape=[len(texts)])))
    return [[word.decode() for word in row] for row in split.to_list()]


def in_python(texts):
    return [[word for word in words_of(text) if word] for text in texts]


def test_every_character():
    texts = CHARACTERS + [f"a{character}B" for character in CHARACTERS[:0x3100]]
    for text, found, wanted in zip(texts, in_python(texts), in_the_graph(texts), strict=True):
        assert found == wanted, ascii(text)


def test_what_people_write():
    for text, found, wanted in zip(HARD, in_python(HARD), in_the_graph(HARD), strict=True):
        assert found == wanted, ascii(text)


pieces = st.sampled_from([*"aZ09 ,.!?'’<>/_-", *"éßΣİ我ไゔ️‍👍", "<br>", "n't", "\u0301", "🇩", "\x85"])
whole = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(st.one_of(pieces, whole), max_size=12).map("".join))
def test_any_text(text):
    assert in_python([text]) == in_the_graph([text])


def test_ids_are_those_of_the_vocabulary(tmp_path):
    from rnn_zoo.text import Vocabulary

    vocabulary = Vocabulary.fit(["A good film, a GOOD film!", "Not bad"], size=6)
    vocabulary.save(tmp_path / "vocabulary.txt")
    texts = ["", "A good, bad film", "film " * 30]
    words = Words.load(tmp_path / "vocabulary.txt")
    np.testing.assert_array_equal(words.ids(texts), vocabulary.layer(texts))
    assert words.ids([""]).shape == (1, 1) and words.ids([]).shape == (0, 1)


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        (r"\p{L}+", "aé我", "a1"),
        (r"[^\s]", "\xa0", " "),
        (r"\bno\.", "no.", "nö."),
        (r"\w", "_", "é"),
        (r"\S", "\x0b", "\t"),
    ],
)
def test_classes_are_those_of_re2(pattern, yes, no):
    import tensorflow as tf

    for text, expected in ((yes, True), (no, False)):
        assert bool(compiled(pattern).fullmatch(text)) == expected
        assert bool(tf.strings.regex_full_match(text, pattern)) == expected


def test_lower_case_keeps_new_letters():
    assert lowered("AB Ⱟ ΑΣ") == "ab Ⱟ ας"
