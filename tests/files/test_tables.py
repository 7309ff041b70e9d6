"""Reading CSV, TSV and JSONL, good and bad."""

import csv
import gzip
import io
import json
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_zoo.files.tables import read_header, read_table

COLUMNS = ["text", "label"]


def write(path, content):
    content = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
    return path


def read_error(path, content, columns=COLUMNS):
    write(path, content)
    with pytest.raises(ValueError) as error:
        read_table(path, columns)
    assert str(path) in str(error.value)
    return str(error.value).replace(str(path), "FILE")


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", 'id,label,text\n1,x,"a ""b"", c"\n\n2,y,\n3,x,"two\nlines"\n4,y,e\u0085\u2028f\n'),
        ("a.csv", '\ufeffid,label,text\r\n1,x,"a ""b"", c"\r\n\r\n2,y,\r\n3,x,"two\nlines"\r\n4,y,e\u0085\u2028f'),
        ("A.JSONL", '{"text":"a \\"b\\", c","label":"x"}\n\n{"label":"y","text":""}\n'
         '{"text":"two\\nlines","label":"x","more":[1]}\n\n{"text":"e\u0085\u2028f","label":"y"}'),
    ],
)  # fmt: skip
def test_rows_and_lines(tmp_path, name, content, ending):
    table = read_table(write(tmp_path / (name + ending), content), COLUMNS)
    assert table.columns == {"text": ['a "b", c', "", "two\nlines", "e\u0085\u2028f"], "label": ["x", "y", "x", "y"]}
    assert table.lines == [2, 4, 5, 7] if "csv" in name else [1, 3, 4, 6]
    assert len(table) == 4


@pytest.mark.parametrize("break_", ["\n", "\r\n"])
def test_tsv_has_no_quotes(tmp_path, break_):
    rows = ["text\tlabel", '"a\tx', 'b "c"\ty', "", "e\u0085\u2028f\r g,h\tx", "\ty"]
    table = read_table(write(tmp_path / "a.tsv", break_.join(rows)), COLUMNS)
    assert table.columns == {"text": ['"a', 'b "c"', "e\u0085\u2028f\r g,h", ""], "label": ["x", "y", "x", "y"]}
    assert table.lines == [2, 3, 5, 6]


texts = st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20), min_size=1)


@settings(max_examples=60, deadline=None)
@given(texts)
def test_any_text_survives_csv_and_jsonl(tmp_path_factory, texts):
    folder = tmp_path_factory.mktemp("tables")
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([COLUMNS, *([text, "x"] for text in texts)])
    rows = "\n".join(json.dumps({"text": text, "label": "x"}, ensure_ascii=False) for text in texts)
    for name, content in (("a.csv", file.getvalue()), ("a.jsonl", rows)):
        assert read_table(write(folder / name, content), COLUMNS).columns["text"] == texts


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", "text,label\n{},x\n"), ("a.tsv", "text\tlabel\n{}\tx\n"), ("a.jsonl", '{{"text": "{}", "label": "x"}}')],
)
def test_a_text_of_100_000_words(tmp_path, name, content):
    limit = csv.field_size_limit()
    text = "word " * 100_000
    assert read_table(write(tmp_path / name, content.format(text)), COLUMNS).columns["text"] == [text]
    assert csv.field_size_limit() == limit


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "review,label\na,x\n"),
        ("a.tsv", "review\tlabel\na\tx\n"),
        ("a.jsonl", '{"review": "a", "label": "x"}'),
    ],
)
def test_missing_column_names_those_there_are(tmp_path, name, content):
    message = read_error(tmp_path / name, content)
    assert message.startswith("FILE: line 1: no column 'text'; it has 'review', 'label'. Name one of these, or add it.")


def test_missing_column_of_a_later_json_row(tmp_path):
    message = read_error(tmp_path / "a.jsonl", '{"text": "a", "label": 1}\n{"text": "b"}\n')
    assert message.startswith("FILE: line 2: no column 'label'; it has 'text'. Name one of these, or add it. Or pass")


def test_a_column_that_is_there_twice(tmp_path):
    assert "line 1: column 'text' occurs 2 times" in read_error(tmp_path / "a.csv", "text,label,text\na,x,b\n")


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.csv.gz", "a.jsonl.gz"])
@pytest.mark.parametrize("content", ["", "\n \n", "\ufeff"])
def test_empty_file(tmp_path, name, content):
    assert read_error(tmp_path / name, content) == "FILE is empty or blank. Give a file with at least one line of text."


@pytest.mark.parametrize(("name", "content"), [("a.csv", "text,label\n"), ("a.tsv", "text\tlabel\r\n\r\n")])
def test_header_alone(tmp_path, name, content):
    assert read_error(tmp_path / name, content) == "FILE is empty: it has no rows below its header."


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_not_utf8(tmp_path, name):
    message = read_error(tmp_path / name, "text,label\ngood,x\ncafé,y\n".encode("latin-1"))
    assert message.startswith("FILE: line 3: byte 0xe9 is not UTF-8. Save the file as UTF-8")


def test_utf16(tmp_path):
    assert "line 1: the file is UTF-16" in read_error(tmp_path / "a.csv", "text,label\na,x\n".encode("utf-16"))


def zipped():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.csv", "text,label\n")
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.csv", zipped(), "a zip archive or an Excel sheet"),
        ("a.jsonl", gzip.compress(b"{}", mtime=0), "gzip (add .gz to its name)"),
        ("a.tsv", b"%PDF-1.7 ...", "a PDF"),
        ("a.csv", b"PAR1....", "Parquet"),
        ("a.csv", '{"text": "a", "label": "x"}\n', "JSON"),
        ("a.tsv", '[{"text": "a"}]\n', "JSON"),
        ("a.csv", "<!DOCTYPE html>\n<p>404</p>", "HTML"),
        ("a.csv", "text\tlabel\na\tx\n", "TSV, separated by tabs"),
        ("a.tsv", "text,label\na,x\n", "CSV, separated by commas"),
    ],
)
def test_content_that_is_not_what_the_ending_says(tmp_path, name, content, kind):
    message = read_error(tmp_path / name, content)
    assert "although its extension says so" in message
    assert kind in message


def test_zero_bytes(tmp_path):
    assert "line 2: a zero byte" in read_error(tmp_path / "a.csv", b"text,label\na\0,x\n")


@pytest.mark.parametrize("content", [b"text,label\na,x\n", gzip.compress(b"text,label\n" * 99, mtime=0)[:-9]])
def test_a_gz_that_is_not_whole_gzip(tmp_path, content):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"a\.csv\.gz is not a valid gzip file"):
        read_table(path, COLUMNS)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", 'text,label\n"a\nb",x\nc, d,y\n', "line 4: 3 columns, but the header has 2"),
        ("a.csv", "text,label\na\n", "line 2: 1 columns, but the header has 2"),
        ("a.tsv", "text\tlabel\na\tx\nb\tc\ty\n", "line 3: 3 columns, but the header has 2"),
        ("a.csv", 'text,label\na,x\n"b,y\nc,x\n', "line 3: not CSV (unexpected end of data)"),
        ("a.jsonl", '{"text": "a", "label": 1}\n{"text": \n', "line 2: not JSON"),
        ("a.jsonl", "[1, 2]\n", "line 1: expected a JSON object, got a list"),
        ("a.jsonl", "[\n", "line 1: not JSON"),
    ],
)
def test_a_row_that_does_not_fit_is_named_by_its_line(tmp_path, name, content, message):
    assert f"FILE: {message}" in read_error(tmp_path / name, content)


def test_an_unknown_ending(tmp_path):
    message = read_error(tmp_path / "a.xlsx", "text,label\n")
    assert "must end in one of .csv, .tsv, .jsonl, .csv.gz" in message


def test_no_such_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no file .*a\.csv"):
        read_table(tmp_path / "a.csv", COLUMNS)


def test_a_header_is_read_alone(tmp_path):
    (tmp_path / "a.csv").write_text('time,"a, b",c\n1,2,3\n', encoding="utf-8")
    assert read_header(tmp_path / "a.csv") == ["time", "a, b", "c"]
    (tmp_path / "a.tsv").write_text("time\ta\n", encoding="utf-8")
    assert read_header(tmp_path / "a.tsv") == ["time", "a"]
    (tmp_path / "a.jsonl").write_text('{"a": 1}\n', encoding="utf-8")
    with pytest.raises(ValueError, match="JSONL has no header; save it as CSV"):
        read_header(tmp_path / "a.jsonl")
