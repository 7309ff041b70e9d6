"""Words with offsets, their ids and names in Python are those of the graph of an export."""

import dataclasses
import itertools

import numpy as np
import pytest
from helpers import needs_tensorflow
from hypothesis import given
from hypothesis import strategies as st
from test_words import CHARACTERS, HARD, pieces, whole

from rnn_zoo.runtime.sentences import split_sentence
from rnn_zoo.runtime.spelling import Letters

pytestmark = needs_tensorflow
SENTENCES = [
    *HARD,
    "Mr. Smith doesn't live in the U.S., Anna's ex-wife (J. K.) does: it'LL DON’T won't.",
    "See https://a.b/c?d=e, www.x.org. or mail me.you+z@ab-c.co.uk! @name #topic ...-- ``x'' 1,000-2 12:30.",
    "no. Sept. co. naïve’s rock-n-roll AT&T I'M ſ'ſ K'm e\u0301a",
]


def in_the_graph(texts):
    import tensorflow as tf

    from rnn_zoo.text.word_split import split_words

    words, starts, ends = split_words(tf.constant(texts, tf.string, shape=[len(texts)]))
    rows = zip(words.to_list(), starts.to_list(), ends.to_list(), strict=True)
    return [[(w.decode(), s, e) for w, s, e in zip(*row, strict=True)] for row in rows]


@pytest.mark.parametrize("texts", [SENTENCES, CHARACTERS, [f"A{one}n't" for one in CHARACTERS[:0x3100]]])
def test_words_and_offsets(texts):
    for text, wanted in zip(texts, in_the_graph(texts), strict=True):
        assert split_sentence(text) == wanted, ascii(text)
        assert all(text[start:end] == word for word, start, end in wanted if "\x1f" not in text)


marks = st.sampled_from(["n't", "'s", "’LL", "U.S.", "www.a", "a@b.c", "--", "``", "#a", "\x1f", "Mr."])


@given(st.lists(st.one_of(pieces, whole, marks), max_size=12).map("".join))
def test_any_sentence(text):
    assert split_sentence(text) == in_the_graph([text])[0]


def test_ids_are_those_of_the_spelling(tmp_path):
    from rnn_zoo.text import Spelling

    sentences = [["Anna", "paid", "1,234", "€"], ["été", "9", "x" * 30]]
    spelling = Spelling.fit([*sentences, *sentences], word_length=8)
    spelling.save(tmp_path)
    asked = [["ANNA", "Ⱟ", "٣4", "xy" * 9], [], ["paid"]]
    words, letters = Letters.load(tmp_path).ids(asked)
    wanted_words, wanted_letters, offsets = spelling.encode(asked)
    for row, (first, last) in enumerate(itertools.pairwise(offsets)):
        np.testing.assert_array_equal(words[row], np.pad(wanted_words[first:last], (0, 4 - (last - first))))
        for place in range(last - first):
            found = np.pad(letters[row, place], (0, 8 - letters.shape[2]))
            np.testing.assert_array_equal(found, wanted_letters[first + place])


@pytest.mark.parametrize("scheme", ["BIO", "BIOES", "plain"])
def test_a_tagger_answers_as_its_saved_model(tmp_path, scheme):
    import keras

    import rnn_zoo
    from rnn_zoo.layers import Characters, Recurrent, Tags
    from rnn_zoo.tasks.tagging.export import save_tagger
    from rnn_zoo.text import Spelling
    from rnn_zoo.text.tag_scheme import tags_of

    keras.utils.set_random_seed(0)
    spelling = Spelling.fit([["Anna", "lives", "in", "Paris", "."]] * 2)
    tags = ["NOUN", "VERB", "X"] if scheme == "plain" else tags_of(["LOC", "PER"], scheme)
    front = Characters(spelling.vocabulary.size, 8, spelling.letters)
    model = rnn_zoo.many_to_many(front, Recurrent("gru", 6), Tags(tags, crf=scheme == "BIO"))
    for weight in model.layers[-1].weights:
        weight.assign(weight + 2 * np.random.default_rng(0).normal(size=weight.shape))
    folder = save_tagger(model, spelling, tags, tmp_path / "export")
    texts = [text[:300] for text in SENTENCES]
    answers = rnn_zoo.load(folder).predict(texts)
    (folder / "model.onnx").unlink()
    expected = rnn_zoo.load(folder, verify=False).predict(texts)
    assert scheme == "plain" or any(answer.spans for answer in expected)
    for found, wanted in zip(answers, expected, strict=True):
        for kind in ("tokens", "spans"):
            assert len(getattr(found, kind)) == len(getattr(wanted, kind)), found.text
            for one, other in zip(getattr(found, kind), getattr(wanted, kind), strict=True):
                assert dataclasses.replace(one, score=0) == dataclasses.replace(other, score=0)
                assert one.score == pytest.approx(other.score, abs=1e-4)
