"""Faults of a user's files: an error that names `clean`, or mended and counted."""

import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_zoo import datasets
from rnn_zoo.files.cleaning import Cleaning
from rnn_zoo.files.long_text import load_text
from rnn_zoo.tasks.captioning.data import load_captions
from rnn_zoo.tasks.music.data import load_music
from rnn_zoo.tasks.tagging.conll import read_conll
from rnn_zoo.tasks.translation.data import load_pairs

GOOD_ROWS = "".join(f"text {k},{'ab'[k % 2]}\n" for k in range(40))
GOOD_LINES = "".join(f'{{"text": "text {k}", "label": {k % 2}}}\n' for k in range(40))
GOOD_PAIRS = "".join(f"a dog {k}\tein Hund {k}\n" for k in range(60))
GOOD_CAPTIONS = "image\tcaption\n" + "".join(f"{k}.jpg\ta dog\n" for k in range(40))
SENTENCES = "Mary B-PER\nsleeps O\n\n" + "John B-PER\nlives O\n\n" * 30

# Name of a file -> (loader, the file without faults, its faults: (what is replaced, by what, what `clean` says)).
CASES = {
    "a.csv": (
        datasets.load,
        "text,label\n" + GOOD_ROWS,
        [
            (b"text 3,b\n", b"text 3,b\none, two, three\n", "leaves such rows out: 1, the first at line 6."),
            (b"text 5,b\n", b"text 5,\n", "leaves such rows out: 1, the first at line 7."),
            (b"text 5,b\n", b"text \xff,b\n", "that are not UTF-8 by U+FFFD: 1, the first at line 7."),
            (b"text 5,b\n", b"text 5,rare\ntext,rare\n", "leaves rows of such labels out: 2, the first at line 7."),
        ],
    ),
    "a.jsonl": (
        datasets.load,
        GOOD_LINES,
        [
            (b'{"text": "text 3"', b'{"text": null', "leaves such rows out: 1, the first at line 4."),
            (b'{"text": "text 3"', b'{"text": "\\ud800"', "leaves such rows out: 1, the first at line 4."),
            (b'{"text": "text 3", "label": 1}', b'{"text": "text 3", "label": "\\ud800"}', "the first at line 4."),
            (b'{"text": "text 3"', b'"text": "text 3"', "leaves such rows out: 1, the first at line 4."),
            (b'{"text": "text 3"', b'{"words": "text 3"', "leaves such rows out: 1, the first at line 4."),
            (b'{"text": "text 3", "label": 1}', b"[3]", "leaves such rows out: 1, the first at line 4."),
            (b'"text 3", "label": 1', b'"text 3", "label": [1]', "leaves such rows out: 1, the first at line 4."),
        ],
    ),
    "a.conll": (
        datasets.load_tagged,
        SENTENCES,
        [
            (b"Mary", b"Ma\xc2\x91ry", "removes control characters: 1, the first at line 1."),
            (b"sleeps O\n\n", b"sleeps\n\n", "leaves such sentences out: 1, the first at line 2."),
            (b"sleeps O\n\n", b"sleeps I-LOC-\n\n", "leaves such sentences out: 1, the first at line 2."),
            (b"Mary", b"M\xff", "that are not UTF-8 by U+FFFD: 1, the first at line 1."),
        ],
    ),
    "a.tsv": (
        load_pairs,
        GOOD_PAIRS,
        [
            (b"a dog 3\tein", b"a dog 3 ein", "leaves such lines out: 1, the first at line 4."),
            (b"a dog 3\tein Hund 3", b"a dog 3\t", "leaves such lines out: 1, the first at line 4."),
            (b"ein Hund 3\n", b"ein H\xfcnd 3\n", "that are not UTF-8 by U+FFFD: 1, the first at line 4."),
        ],
    ),
    "captions.tsv": (
        load_captions,
        GOOD_CAPTIONS,
        [(b"39.jpg\ta dog", b"39.jpg\t ", "leaves such lines out: 1, the first at line 41.")],
    ),
    "a.txt": (
        load_text,
        "or not\n" + "to be\n" * 20,
        [(b"not", b"n\xf6t", "that are not UTF-8 by U+FFFD: 1, the first at line 1.")],
    ),
    "a.json": (
        load_music,
        '{"train": [[[60], [62]], [[64]]], "valid": [[[60]]], "test": [[[60]]]}',
        [(b"[[64]]", b"[[]]", "leaves such pieces out: 1, the first at train piece 2.")],
    ),
}
FAULTS = [(name, number) for name, case in CASES.items() for number in range(len(case[2]))]


def faulty(folder, name, number):
    load, good, faults = CASES[name]
    before, after, says = faults[number]
    content = good.encode()
    assert content.count(before) == 1
    path = folder / name
    path.write_bytes(content.replace(before, after))
    return load, path, says


@pytest.mark.parametrize(("name", "number"), FAULTS)
def test_a_fault_is_an_error_that_names_clean_or_is_mended_and_counted(tmp_path, name, number):
    load, path, says = faulty(tmp_path, name, number)
    with pytest.raises(ValueError, match=r"pass `clean`, which ") as error:
        load(path)
    assert str(path) in str(error.value)
    data = load(path, clean=True)
    (sentence,) = data.cleaned
    assert sentence.startswith(f"{path}: `clean` ") and sentence.endswith(says)
    assert str(data).endswith(sentence)


@pytest.mark.parametrize("name", sorted(CASES))
def test_cleaning_changes_no_good_file(tmp_path, name):
    load, good, _ = CASES[name]
    path = tmp_path / name
    path.write_text(good)
    assert load(path, clean=True).digest == load(path).digest
    assert load(path, clean=True).cleaned == ()


def test_what_remains_of_a_cleaned_file(tmp_path):
    path = tmp_path / "a.conll.gz"
    text = "Jo\x91hn B-PER\n\x91 O\n\nlives\n\nin O\nParis B-LOC\n"
    path.write_bytes(gzip.compress(text.encode()))
    cleaning = Cleaning(active=True)
    split, scheme = read_conll(path, cleaning=cleaning)
    assert (split.words, split.tags, scheme) == ([["John"], ["in", "Paris"]], [["B-PER"], ["O", "B-LOC"]], "BIO")
    assert len(cleaning.report()) == 2
    path = tmp_path / "groups.csv"
    path.write_text("text,label,film\n" + "".join(f"text {k},{'ab'[k % 2]},{k // 4}\n" for k in range(40)) + "x,c,99\n")
    data = datasets.load(path, group_column="film", clean=True)
    assert data.labels == ("a", "b") and sum(map(len, (data.train, data.validation, data.test))) == 40
    path.write_text("text,label\n" + "x,\n" * 5)
    with pytest.raises(ValueError, match="holds no row without a fault"):
        datasets.load(path, clean=True)


def test_a_folder_is_cleaned_file_by_file(tmp_path):
    (tmp_path / "train.csv").write_text("text,label\n" + GOOD_ROWS + "x,\n")
    (tmp_path / "test.csv").write_text("text,label\n" + GOOD_ROWS + "x,unknown\n")
    (tmp_path / "unlabelled.jsonl").write_text('{"text": "a"}\n{"text": 1}\n')
    data = datasets.load(tmp_path, clean=True)
    assert len(data.test) == 40 and len(data.cleaned) == 2 and data.unlabelled == ["a"]
    with pytest.raises(ValueError, match="label 'unknown' is not in"):
        (tmp_path / "train.csv").write_text("text,label\n" + GOOD_ROWS)
        datasets.load(tmp_path)


@given(st.lists(st.binary(max_size=12).filter(lambda line: b"\n" not in line and b"\0" not in line), max_size=8))
def test_lines_of_any_bytes_become_text(tmp_path_factory, lines):
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(b"x" * 60 + b"\n" + b"\n".join(lines))
    text = load_text(path, clean=True)
    whole = text.train + text.validation + text.test
    good = [line for line in lines if line.decode(errors="replace").encode() == line]
    assert whole.count("\n") == len(lines) + (not lines)
    assert all(line.decode().removesuffix("\r") in whole for line in good)
    assert len(text.cleaned) == (len(good) < len(lines))


def test_counts_and_places():
    cleaning = Cleaning(active=True)
    for line in np.arange(1_500).tolist():
        cleaning.fault("a.csv", line + 3, "wrong.", "mends it")
    assert cleaning.report() == ("a.csv: `clean` mends it: 1,500, the first at line 3.",)
