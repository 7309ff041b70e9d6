import gzip

import pytest

from rnn_zoo.tasks.translation.data import load_pairs


def write(folder, files):
    for name, lines in files.items():
        data = "".join(f"{line}\n" for line in lines).encode()
        (folder / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return folder


def test_the_sample_keeps_a_sentence_in_one_split():
    pairs = load_pairs("tatoeba")
    splits = [pairs.train, pairs.validation, pairs.test]
    assert sum(map(len, splits)) == 20_000
    assert all(not set(one.sources) & set(other.sources) for one in splits for other in splits if one is not other)
    assert 0.03 < len(pairs.test) / 20_000 < 0.07
    assert ("Go.", "Va !") in zip(pairs.validation.sources, pairs.validation.targets, strict=True)


def test_a_folder_with_a_file_for_each_split_and_language(tmp_path):
    files = {}
    for split, count in (("train", 3), ("val", 2), ("test_2016", 1)):
        for language in ("en", "de"):
            files[f"{split}.tok.{language}.gz"] = [f"{split} {language} &apos;s {n}" for n in range(count)]
            files[f"{split}.raw.{language}"] = [f"{split} {language}'s {n}" for n in range(count)]
    write(tmp_path, files)
    pairs = load_pairs(tmp_path, "en", "de", variant="tok")
    assert [len(split) for split in (pairs.train, pairs.validation, pairs.test)] == [3, 2, 1]
    assert pairs.train.targets[2] == "train de 's 2"
    assert load_pairs(tmp_path, "de", "en", variant="raw").test.sources == ["test_2016 de's 0"]
    with pytest.raises(ValueError, match=r"one file for train that ends in \.en, got train\.raw\.en, train\.tok\.en"):
        load_pairs(tmp_path)
    with pytest.raises(ValueError, match=r"ends in \.fr, got none"):
        load_pairs(tmp_path, "en", "fr", variant="tok")
    write(tmp_path, {"val.tok.de.gz": ["only one"]})
    with pytest.raises(ValueError, match=r"val\.tok\.en\.gz: line 2: there is no line 2 in .*val\.tok\.de\.gz"):
        load_pairs(tmp_path, variant="tok")


def test_the_hindi_sample_leaves_its_authors_out():
    pairs = load_pairs("tatoeba_hindi")
    assert sum(map(len, (pairs.train, pairs.validation, pairs.test))) == 2_915
    written = "".join(pairs.train.targets)
    assert "CC-BY" not in written and any("\u0900" <= letter <= "\u097f" for letter in written)


def test_a_tsv_file_is_split(tmp_path):
    write(tmp_path, {"own.tsv": [f"a {n}\tb {n}\tby me" for n in range(40)]})
    pairs = load_pairs(tmp_path / "own.tsv")
    assert [len(split) for split in (pairs.train, pairs.validation, pairs.test)] == [36, 2, 2]
    assert pairs.validation.targets == ["b 0", "b 20"]
    write(tmp_path, {"bad.tsv": ["a\tb", "no tab"]})
    with pytest.raises(ValueError, match=r"bad\.tsv: line 2: expected a sentence, a tab and its translation"):
        load_pairs(tmp_path / "bad.tsv")
    for line, side in (("c\t", "translation"), ("\td", "sentence")):
        write(tmp_path, {"bad.tsv": ["a\tb", "", line]})
        with pytest.raises(ValueError, match=rf"bad\.tsv: line 3: the {side} is empty; leave the line out"):
            load_pairs(tmp_path / "bad.tsv")
    with pytest.raises(FileNotFoundError, match=r"there is no file or folder none\.tsv"):
        load_pairs("none.tsv")
