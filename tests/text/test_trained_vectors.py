import pytest

from rnn_zoo.text import Spelling, word_vectors
from rnn_zoo.text.trained_vectors import train_vectors

pytest.importorskip("gensim")


def test_trained_vectors_are_loaded_for_a_vocabulary(tmp_path, capsys):
    text = tmp_path / "text.txt"
    text.write_text("Anna's cat sat.\nA dog sat in 1996.\n" * 10)
    written = [tmp_path / name for name in ("a.txt", "b.txt")]
    sources = [text, text.read_text().splitlines()]
    counts = [train_vectors(source, path, dim=4, epochs=2) for source, path in zip(sources, written, strict=True)]
    assert counts[0] == counts[1] == 9 and written[0].read_bytes() == written[1].read_bytes()
    assert word_vectors.known(written[0], ["Cat", "1234", "bird"]) == ["Cat"]
    spelling = Spelling.fit([["Anna", "'s", "cat", "2024"]])
    assert word_vectors.load(written[0], spelling.vocabulary).shape == (6, 4)
    assert "4 of 4 words" in capsys.readouterr().out


def test_errors_name_the_file_and_the_fix(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no file"):
        train_vectors(tmp_path / "no.txt", tmp_path / "v.txt")
    (tmp_path / "text.txt").write_text("once\n")
    with pytest.raises(ValueError, match="holds no word that occurs 2 times; give more text"):
        train_vectors(tmp_path / "text.txt", tmp_path / "v.txt")
    with pytest.raises(ValueError, match="`dim` must be a positive integer, got 0"):
        train_vectors(tmp_path / "text.txt", tmp_path / "v.txt", dim=0)
    assert not (tmp_path / "v.txt").exists()
