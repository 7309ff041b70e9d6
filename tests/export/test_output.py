"""The file of the answers: never the input, never a surprise."""

import os

import pytest

from rnn_zoo.export.output import output_file


@pytest.mark.parametrize(
    ("given", "ending", "written"),
    [
        ("a.csv", ".predictions.csv", "a.predictions.csv"),
        ("a.csv.gz", ".predictions.csv", "a.predictions.csv"),
        ("a.b.txt", ".predictions.jsonl", "a.b.predictions.jsonl"),
        ("song", ".predictions.mid", "song.predictions.mid"),
        ("folder.of.images/", ".predictions.csv", "folder.of.images.predictions.csv"),
    ],
)
def test_by_default_it_lies_beside_the_input(tmp_path, given, ending, written):
    path = tmp_path / given
    path.mkdir() if given.endswith("/") else path.touch()
    assert output_file(path, ending=ending) == tmp_path / written


@pytest.mark.parametrize("spelling", ["vectors.csv", "./vectors.csv", "sub/../vectors.csv", "link.csv", "hard.csv"])
def test_it_is_never_the_input_by_any_name(tmp_path, monkeypatch, spelling):
    monkeypatch.chdir(tmp_path)
    os.mkdir("sub")
    (tmp_path / "vectors.csv").write_text("data")
    os.symlink("vectors.csv", "link.csv")
    os.link("vectors.csv", "hard.csv")
    with pytest.raises(ValueError, match="`out` is the input file"):
        output_file(tmp_path / "vectors.csv", spelling, overwrite=True)


@pytest.mark.parametrize("name", ["answers.json", "answers", "answers.csv.gz"])
def test_its_ending_states_its_format(tmp_path, name):
    (tmp_path / "a.txt").touch()
    with pytest.raises(ValueError, match=r"`out` must end in .csv, the format of the answers, got .*name it "):
        output_file(tmp_path / "a.txt", tmp_path / name)


def test_a_folder_and_an_existing_file_are_refused(tmp_path):
    (tmp_path / "a.txt").touch()
    with pytest.raises(ValueError, match="is a folder; name a file in it"):
        output_file(tmp_path / "a.txt", tmp_path, overwrite=True)
    (tmp_path / "b.csv").touch()
    with pytest.raises(FileExistsError, match="pass `overwrite`"):
        output_file(tmp_path / "a.txt", tmp_path / "b.csv")
    assert output_file(tmp_path / "a.txt", tmp_path / "b.csv", overwrite=True) == tmp_path / "b.csv"
