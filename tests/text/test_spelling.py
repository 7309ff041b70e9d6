import numpy as np
import pytest

from rnn_zoo.text import Spelling

SENTENCES = [["Anna", "met", "Anna", "in", "1996"], [], ["anna", "naïve", "I", "in"]]


@pytest.fixture(scope="module")
def spelling():
    return Spelling.fit(SENTENCES, word_length=4)


def test_words_are_folded_and_letters_are_not(spelling):
    assert spelling.vocabulary.words[:5] == ["", "[UNK]", "anna", "in", "0000"]
    assert spelling.letters == ["9", "A", "a", "e", "i", "n"]  # those that are there twice
    words, letters = spelling.ids(["ANNA", "2024", "Bob", "٣٩١٢", "I"])
    assert words.numpy().tolist() == [2, 4, 1, 4, spelling.vocabulary.words.index("i")]
    assert letters.numpy().tolist()[0] == [3, 1, 1, 3]
    assert letters.numpy().tolist()[4] == [1, 0, 0, 0]


def test_a_long_word_is_read_by_its_start_and_its_end(spelling):
    (_, letters) = spelling.ids(["Annaxxxie", "n", "aineA"])
    place = {letter: number for number, letter in enumerate(spelling.letters, start=2)}
    assert letters.numpy().tolist() == [
        [place["A"], place["n"], place["i"], place["e"]],
        [place["n"], 0, 0, 0],
        [place["a"], place["i"], place["e"], place["A"]],
    ]


def test_sentences_one_after_the_other(spelling):
    words, letters, offsets = spelling.encode(SENTENCES)
    assert offsets.tolist() == [0, 5, 5, 9] and letters.shape == (9, 4) and words.dtype == "int32"
    np.testing.assert_array_equal(words, np.concatenate([spelling.ids(one)[0] for one in SENTENCES if one]))
    assert [len(part) for part in spelling.encode([[]])] == [0, 0, 2]


def test_it_is_saved_and_loaded(spelling, tmp_path):
    spelling.save(tmp_path)
    loaded = Spelling.load(tmp_path)
    assert loaded.digest == spelling.digest and loaded.letters == spelling.letters
    (tmp_path / "letters.json").write_text('{"letters": "ab"}')
    with pytest.raises(ValueError, match=r"letters.json lacks 'word_length'"):
        Spelling.load(tmp_path)


def test_extra_words_are_added():
    assert Spelling.fit(SENTENCES, size=4, extra=["Zürich", "Anna"]).vocabulary.words == [
        "",
        "[UNK]",
        "anna",
        "in",
        "zürich",
    ]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Spelling.fit([[]]), "`sentences` hold no word: 1 sentences"),
        (lambda: Spelling.fit(SENTENCES, size=2), "`size` must be 3 or more"),
        (lambda: Spelling(["a"], ["ab"]), "`letters` must be single characters"),
        (lambda: Spelling(["a"], ["a"], word_length=3), "`word_length` must be even, got 3"),
    ],
)
def test_errors_name_the_argument(make, message):
    with pytest.raises(ValueError, match=message):
        make()
