import gzip

import pytest

from rnn_zoo.files.long_text import load_text


def test_the_sample_is_whole():
    text = load_text("tinyshakespeare")
    whole = text.train + text.validation + text.test
    assert (len(whole), len(set(whole))) == (1_115_394, 65)
    assert len(text.validation) == len(text.test) == 55_769
    assert whole.startswith("First Citizen:\nBefore we proceed")


def test_a_file_of_ones_own(tmp_path):
    content = "".join(f"line {number}\r\n" for number in range(20))
    (tmp_path / "own.txt").write_bytes(b"\xef\xbb\xbf" + content.encode())
    (tmp_path / "own.txt.gz").write_bytes(gzip.compress(content.encode()))
    text = load_text(tmp_path / "own.txt")
    assert text.train + text.validation + text.test == content.replace("\r\n", "\n")
    assert load_text(tmp_path / "own.txt.gz").digest == text.digest


def test_a_folder_with_a_file_for_each_split(tmp_path):
    for split in ("train", "valid", "test"):
        (tmp_path / f"ptb.{split}.txt").write_text(f"{split} words")
    text = load_text(tmp_path)
    assert (text.train, text.validation, text.test) == ("train words", "valid words", "test words")
    (tmp_path / "ptb.dev.txt").write_text("which?")
    with pytest.raises(ValueError, match=r"one .txt or .txt.gz file with val or .*; got ptb.dev.txt, ptb.valid.txt"):
        load_text(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("latin.txt", b"a\nb\n\xe9 " * 9, r"latin\.txt: line 3: byte 0xe9 is not UTF-8"),
        ("short.txt", b"too short", "holds 9 characters"),
        ("whole.txt.gz", b"no gzip", "is not a valid gzip file"),
    ],
)
def test_bad_files_are_named(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message):
        load_text(tmp_path / name)


def test_what_is_not_there():
    with pytest.raises(FileNotFoundError, match=r"there is no file or folder none\.txt"):
        load_text("none.txt")
    with pytest.raises(ValueError, match="Did you mean 'tinyshakespeare'"):
        load_text("tiny_shakespeare")
