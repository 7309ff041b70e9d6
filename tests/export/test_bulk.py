import csv
import gzip
import json

import pytest

from rnn_zoo.cli import main
from rnn_zoo.export import bulk
from rnn_zoo.export.bulk import predict_file
from rnn_zoo.zoo import load

TEXTS = ["the film is good", 'he said "no, not\x85bad"', "", "🍕"]


@pytest.fixture(scope="module")
def tiny(exported):
    return load(exported)


def write(path, texts):
    if path.suffix == ".csv":
        with open(path, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([["id", "text"], *([index, text] for index, text in enumerate(texts))])
    elif path.suffix == ".tsv":
        path.write_text("text\tid\n" + "".join(f"{text}\t1\n" for text in texts), encoding="utf-8")
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    elif path.suffix == ".gz":
        path.write_bytes(gzip.compress("".join(json.dumps({"text": text}) + "\n" for text in texts).encode()))
    else:
        path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return path


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "jsonl.gz", "txt"])
def test_every_format_gets_the_same_answers(tiny, tmp_path, ending):
    source = write(tmp_path / f"reviews.{ending}", TEXTS)
    out, counts, cleaned = predict_file(tiny, source)
    assert out == tmp_path / "reviews.predictions.csv"
    with open(out, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    answers = tiny.predict(TEXTS)
    first = 1 if ending in ("jsonl", "jsonl.gz", "txt") else 2
    assert [int(row["line"]) for row in rows] == [first + index for index in range(4)]
    assert [row["text"] for row in rows] == TEXTS
    assert [row["label"] for row in rows] == [answer.label for answer in answers]
    for row, answer in zip(rows, answers, strict=True):
        assert float(row["score"]) == pytest.approx(answer.score, abs=1e-5)
        assert float(row["probability_neutral"]) == pytest.approx(answer.probabilities["neutral"], abs=1e-5)
    assert counts.total() == 4 and cleaned == ()


def test_the_input_is_never_overwritten(tiny, tmp_path):
    source = write(tmp_path / "reviews.csv", TEXTS)
    before = source.read_bytes()
    (tmp_path / "link.csv").hardlink_to(source)
    for out in (source, tmp_path / "link.csv", tmp_path / "." / "reviews.csv"):
        with pytest.raises(ValueError, match="`out` is the input file"):
            predict_file(tiny, source, out, overwrite=True)
    assert source.read_bytes() == before


def test_another_file_is_overwritten_only_on_request(tiny, tmp_path):
    source = write(tmp_path / "reviews.csv", TEXTS)
    out = tmp_path / "out.csv"
    out.write_text("mine")
    with pytest.raises(FileExistsError, match="already exists"):
        predict_file(tiny, source, out)
    assert out.read_text() == "mine"
    predict_file(tiny, source, out, overwrite=True)
    assert out.read_text().startswith("line,text,label,score,probability_negative,")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"id,review\n1,good\n", r"a.csv: line 1: no column 'text'; it has 'id', 'review'"),
        ("a.csv", b"", r"a.csv is empty"),
        ("a.csv", b"text\n", r"a.csv is empty"),
        ("a.csv", b'{"text": "good"}\n', r"its content is JSON"),
        ("a.csv", b"PK\x03\x04zip", r"zip archive"),
        ("a.csv", b"text\ngood\ncaf\xe9\n", r"a.csv: line 3: byte 0xe9.*UTF-8"),
        ("a.txt", b"good\ncaf\xe9\n", r"a.txt: line 2: byte 0xe9.*UTF-8"),
        ("a.txt", b"\n", r"a.txt is empty"),
        ("a.tsv", b"text\tid\ngood\n", r"a.tsv: line 2: 1 columns, but the header has 2"),
        ("a.jsonl", b'{"text": "good"}\n{"text": 3}\n', r"a.jsonl: line 2: the text must be a string, got 3"),
        ("a.jsonl", b'{"text": "\\ud83c"}\n', r"a.jsonl: line 1: the text holds half a character"),
        ("a.xlsx", b"", r"must end in .txt, .csv"),
    ],
)
def test_a_bad_file_is_named_with_its_line_and_nothing_written(tiny, tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message):
        predict_file(tiny, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_missing_file_and_a_folder(tiny, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no file .*reviews.csv"):
        predict_file(tiny, tmp_path / "reviews.csv")
    source = write(tmp_path / "reviews.csv", TEXTS)
    with pytest.raises(ValueError, match="`out` must be a file"):
        predict_file(tiny, source, tmp_path)


@pytest.mark.parametrize("ending", ["csv", "jsonl.gz", "txt"])
def test_a_file_is_answered_in_pieces(tiny, tmp_path, monkeypatch, ending):
    texts = [f"the film {number} is good" for number in range(25)]
    source = write(tmp_path / f"reviews.{ending}", texts)
    whole, counts, _ = predict_file(tiny, source, tmp_path / "whole.csv")
    sizes = []
    predict = type(tiny).predict

    def noted(self, piece, batch_size):
        sizes.append(len(piece))
        return predict(self, piece, batch_size)

    monkeypatch.setattr(bulk, "_PIECE", 10)
    monkeypatch.setattr(type(tiny), "predict", noted)
    cut, same, _ = predict_file(tiny, source, tmp_path / "cut.csv")
    assert sizes == [10, 10, 5]
    assert cut.read_text() == whole.read_text() and counts == same
    monkeypatch.setattr(bulk, "_PIECE_CHARACTERS", 100)
    assert max(len(piece) for _, piece in bulk.TextFile(source).pieces()) == 6


def test_a_fault_at_the_end_of_a_file_is_found_before_any_work(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(bulk, "_PIECE", 2)
    monkeypatch.setattr(type(tiny), "predict", lambda *_: pytest.fail("the work began"))
    source = tmp_path / "reviews.jsonl"
    source.write_text('{"text": "good"}\n' * 9 + '{"text": 3}\n')
    with pytest.raises(ValueError, match=r"line 10: the text must be a string, got 3.*pass `clean`"):
        predict_file(tiny, source)


def test_faulty_rows_are_left_out_on_request(tiny, exported, tmp_path, capsys):
    source = tmp_path / "reviews.jsonl"
    source.write_text('{"text": "good"}\n{"text": 3}\n{"text": "bad"}\n')
    assert main(["predict", str(exported), "--file", str(source), "--clean"]) == 0
    printed = capsys.readouterr().out
    assert "2 texts answered" in printed
    assert f"{source}: `clean` leaves such rows out: 1, the first at line 2." in " ".join(printed.split())
    with open(tmp_path / "reviews.predictions.csv", newline="") as file:
        assert [(row["line"], row["text"]) for row in csv.DictReader(file)] == [("1", "good"), ("3", "bad")]
    assert main(["predict", str(exported), "good", "--clean"]) == 2
    assert "`clean` is for a --file of texts" in capsys.readouterr().err


def test_a_failure_in_between_leaves_the_old_answers(tiny, tmp_path, monkeypatch):
    source = write(tmp_path / "reviews.csv", TEXTS)
    (tmp_path / "out.csv").write_text("old")
    monkeypatch.setattr(type(tiny), "predict", lambda *arguments, **options: [])
    with pytest.raises(ValueError):
        predict_file(tiny, source, tmp_path / "out.csv", overwrite=True)
    assert (tmp_path / "out.csv").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 2
