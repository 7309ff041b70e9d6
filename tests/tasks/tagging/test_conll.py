import gzip
import types

import numpy as np
import pytest
import tensorflow_datasets as tfds

from rnn_zoo.tasks.tagging.conll import read_conll
from rnn_zoo.tasks.tagging.data import load_tagged

CONLL = """-DOCSTART- -X- O O

EU NNP I-NP I-ORG
rejects VBZ I-VP O

Paris NNP I-NP I-LOC
London NNP I-NP B-LOC

-DOCSTART- -X- O O

Rain NN I-NP O
"""
CONLLU = """# newdoc id = a
# text = Don't stop
1-2\tDon't\t_\t_\t_\t_\t_\t_\t_\t_
1\tDo\tdo\tAUX\tVB\t_\t0\troot\t_\t_
2\tn't\tnot\tPART\tRB\t_\t1\tadvmod\t_\t_
2.1\tx\tx\tX\tX\t_\t_\t_\t_\t_

# newdoc id = b
1\tde facto\tde facto\tADJ\tJJ\t_\t0\troot\t_\t_
"""


def write(folder, text, name="a.conll"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_conll_2003_with_iob1_and_documents(tmp_path):
    split, scheme = read_conll(write(tmp_path, CONLL))
    assert scheme == "IOB1"
    assert split.words == [["EU", "rejects"], ["Paris", "London"], ["Rain"]]
    assert split.tags == [["B-ORG", "O"], ["B-LOC", "B-LOC"], ["O"]]
    assert split.documents == [0, 0, 1]


def test_columns_by_number_and_by_name(tmp_path):
    split, scheme = read_conll(write(tmp_path, CONLL), tag_column=1)
    assert scheme == "plain" and split.tags[0] == ["NNP", "VBZ"]
    assert read_conll(write(tmp_path, CONLL), word_column=-3, tag_column=0)[0].words[0] == ["NNP", "VBZ"]
    named = write(tmp_path, "tag\tword\nB-PER\tAnna\nO\tsings\n")
    assert read_conll(named, word_column="word", tag_column="TAG")[0].words == [["Anna", "sings"]]
    with pytest.raises(ValueError, match="no column 'ner'; it has tag, word"):
        read_conll(named, tag_column="ner")
    with pytest.raises(ValueError, match="line 3: no column 4; it has 4, from 0 to 3"):
        read_conll(write(tmp_path, CONLL), tag_column=4)


def test_conllu_leaves_out_multiword_tokens_and_empty_nodes(tmp_path):
    split, scheme = read_conll(write(tmp_path, CONLLU, "a.conllu"))
    assert split.words == [["Do", "n't"], ["de facto"]] and split.tags == [["AUX", "PART"], ["ADJ"]]
    assert scheme == "plain" and split.documents == [0, 1]
    assert read_conll(tmp_path / "a.conllu", tag_column="XPOS")[0].tags[0] == ["VB", "RB"]


def test_unusual_files_are_read(tmp_path):
    """A byte order mark, Windows lines, several blank lines, U+2028 in a word, "#" as a word, gzip, 5,000 words."""
    text = "\ufeff#tag\tO\r\n\r\n\r\nx\u2028y\tB-A\r\n\r\n" + "long\tO\n" * 5_000
    path = tmp_path / "a.conll.gz"
    path.write_bytes(gzip.compress(text.encode()))
    split, _ = read_conll(path)
    assert [len(sentence) for sentence in split.words] == [1, 1, 5_000]
    assert split.words[:2] == [["#tag"], ["x\u2028y"]]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("a O\nb\n", {}, r"a\.conll: line 2: 1 columns where the lines above have 2, separated by spaces\. Fill in"),
        ("a\tO\nb\tx\tO\n", {}, "line 2: 3 columns.*separated by a tab"),
        (
            "a O\n\nb O\nc I-A\n\nd B-A\n",
            {},
            r"line 4: tag 'I-A' after 'O' is not BIO\. Correct it, or give IOB1 as the scheme",
        ),
        ("a B-A\nb B-C\n", {"scheme": "IOB1"}, "line 1: tag 'B-A' at the start of a sentence is not IOB1"),
        ("a B-A\nb C-A\n", {"scheme": "BIO"}, "line 2: tag 'C-A' is not in the BIO scheme"),
        ("a B-A\nb O\nc C-A\n", {}, "line 3: tag 'C-A' is not in the BIO scheme"),
        ("a O\nb\u0007c O\n", {}, r"line 2: the word 'b\\x07c' holds the control character U\+0007\. Remove it"),
        ("a\tO\n\tO\n", {}, "line 2: the word is empty"),
        (b"a O\n\xff O\n", {}, "line 2: byte 0xff is not UTF-8.*iconv"),
        ("\n\n", {}, "is empty"),
        ("a O\n", {"scheme": "BILOU"}, "`scheme` must be one of 'BIO'"),
    ],
)
def test_errors_in_files_name_the_line_and_the_fix(tmp_path, text, options, message):
    with pytest.raises(ValueError, match=message):
        read_conll(write(tmp_path, text), **options)


def test_a_broken_gzip_and_a_missing_file(tmp_path):
    with pytest.raises(ValueError, match="not a valid gzip file"):
        read_conll(write(tmp_path, b"no gzip", "a.conll.gz"))
    with pytest.raises(FileNotFoundError, match="There is no file"):
        read_conll(tmp_path / "b.conll")


def test_i_after_o_is_converted_on_request(tmp_path):
    split, _ = read_conll(write(tmp_path, "a O\nb I-A\nc I-A\n"), scheme="IOB1")
    assert split.tags == [["O", "B-A", "I-A"]]


def test_wnut17_as_it_was_published():
    tagged = load_tagged("wnut17")
    assert [len(part) for part in (tagged.train, tagged.validation, tagged.test)] == [3394, 1009, 1287]
    assert sum(map(len, tagged.train.words)) == 62_730 and tagged.scheme == "BIO"
    assert tagged.types == ["corporation", "creative-work", "group", "location", "person", "product"]
    assert tagged.tags("BIOES")[:3] == ["O", "B-corporation", "I-corporation"] and len(tagged.tags("BIOES")) == 25


def test_conll2003_through_tfds_with_its_empty_sentence(monkeypatch):
    class Builder:
        def download_and_prepare(self):
            pass

        names = types.SimpleNamespace(names=["O", "B-PER", "I-PER"])
        info = types.SimpleNamespace(features={"ner": types.SimpleNamespace(feature=names)})

    class Rows:
        def as_numpy_iterator(self):
            yield {"tokens": np.array([b"Anna", b"K"]), "ner": np.array([1, 2])}
            yield {"tokens": np.array([], "S1"), "ner": np.array([], "int64")}

    monkeypatch.setattr(tfds, "builder", lambda name: Builder())
    monkeypatch.setattr(tfds, "load", lambda name, split, shuffle_files: Rows())
    tagged = load_tagged("conll2003")
    assert tagged.train.words == [["Anna", "K"], []] and tagged.test.tags == [["B-PER", "I-PER"], []]

    def fail(name):
        raise OSError("no route to host")

    monkeypatch.setattr(tfds, "builder", fail)
    with pytest.raises(OSError, match=r"no route to host.*\n.*TFDS_DATA_DIR"):
        load_tagged("conll2003")


def test_a_file_is_split_by_documents(tmp_path):
    text = "".join(f"-DOCSTART- O\n\nword{n} O\n\nmore B-X\n\n" for n in range(20))
    tagged = load_tagged(str(write(tmp_path, text)), validation=0.2, seed=1)
    parts = (tagged.train, tagged.validation, tagged.test)
    assert [len(part) for part in parts] == [28, 8, 4]
    documents = [set(part.documents) for part in parts]
    assert not documents[0] & documents[1] and not documents[1] & documents[2] and not documents[0] & documents[2]


def test_a_folder_with_a_file_for_each_split(tmp_path):
    for name in ("en-ud-train.conllu", "en-ud-dev.conllu", "en-ud-test.conllu"):
        write(tmp_path, CONLLU, name)
    tagged = load_tagged(str(tmp_path))
    assert tagged.scheme == "plain" and tagged.types == ["ADJ", "AUX", "PART"] and tagged.tags() == tagged.types
    write(tmp_path, CONLLU, "second-train.conllu")
    with pytest.raises(ValueError, match="two files for train"):
        load_tagged(str(tmp_path))


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("wnut16", ValueError, "Did you mean 'wnut17'"),
        ("nowhere/a.conll", FileNotFoundError, "there is no file or folder"),
    ],
)
def test_names_that_do_not_exist(name, error, message):
    with pytest.raises(error, match=message):
        load_tagged(name)
