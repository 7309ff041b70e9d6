"""Pre-trained word vectors."""

import gzip
import sys

import numpy as np
import pytest

from rnn_zoo.text import Vocabulary, word_vectors

WORDS = {"good": [1.0, 2.0, 3.0], "Paris": [4.0, 5.0, 6.0], "BBC": [7.0, 8.0, 10.0], "other": [0.5, 0.5, 0.5]}


@pytest.fixture(scope="module")
def vocabulary():
    return Vocabulary(["", "[UNK]", "good", "paris", "bbc", "missing"])


def write(path, header, binary=False):
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wb") as file:
        if header:
            file.write(b"4 3\n")
        for word, vector in WORDS.items():
            if binary:
                file.write(word.encode() + b" " + np.array(vector, "<f4").tobytes() + b"\n")
            else:
                file.write(f"{word} {' '.join(map(str, vector))}\n".encode())
    return path


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize(("header", "binary"), [(True, False), (True, True), (False, False)])
def test_each_format_gives_the_same_vectors(tmp_path, capsys, vocabulary, header, binary, ending):
    pytest.importorskip("gensim")
    matrix = word_vectors.load(write(tmp_path / f"vectors.x{ending}", header, binary), vocabulary, dim=3)
    assert matrix.dtype == np.float32
    np.testing.assert_array_equal(matrix[2:5], [WORDS["good"], WORDS["Paris"], WORDS["BBC"]])
    assert not matrix[0].any()
    assert matrix[[1, 5]].all()
    assert "has 3 of 4 words (75.0%)" in capsys.readouterr().out


def test_the_noise_depends_on_the_seed_alone(tmp_path, vocabulary):
    pytest.importorskip("gensim")
    path = write(tmp_path / "vectors.txt", header=False)
    once, again = word_vectors.load(path, vocabulary), word_vectors.load(path, vocabulary)
    np.testing.assert_array_equal(once, again)
    assert not np.array_equal(once[5], word_vectors.load(path, vocabulary, seed=1)[5])


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "not a word2vec or GloVe file"), (b"good day to you\n", "not a word2vec or GloVe file")],
)
def test_a_file_of_something_else_is_an_error_that_names_it(tmp_path, vocabulary, content, message):
    pytest.importorskip("gensim")
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as error:
        word_vectors.load(path, vocabulary)
    assert str(path) in str(error.value)


def test_another_dimension_is_an_error(tmp_path, vocabulary):
    pytest.importorskip("gensim")
    with pytest.raises(ValueError, match=r"`dim` is 300, but .* vectors of 3"):
        word_vectors.load(write(tmp_path / "vectors.txt", header=True), vocabulary, dim=300)


def test_no_word_in_common_is_an_error(tmp_path):
    pytest.importorskip("gensim")
    with pytest.raises(ValueError, match="none of the 1 words"):
        word_vectors.load(write(tmp_path / "vectors.txt", header=True), Vocabulary(["", "[UNK]", "хорошо"]))


def test_a_missing_file_is_an_error(vocabulary):
    pytest.importorskip("gensim")
    with pytest.raises(FileNotFoundError, match=r"nowhere\.txt"):
        word_vectors.load("nowhere.txt", vocabulary)


def test_without_gensim_the_error_says_what_to_install(monkeypatch, vocabulary):
    monkeypatch.setitem(sys.modules, "gensim.models", None)
    with pytest.raises(ImportError, match=r"rnn-zoo\[vectors\]"):
        word_vectors.load("vectors.txt", vocabulary)
