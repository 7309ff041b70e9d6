"""The door to the data sets."""

import pytest

from rnn_zoo import datasets


def test_an_unknown_name_lists_the_known_and_the_nearest():
    with pytest.raises(
        ValueError, match=r"'sample', 'imdb_reviews'; got 'imdb_review'.*mean 'imdb_reviews'.*path of a"
    ):
        datasets.load("imdb_review")


@pytest.mark.parametrize("path", ["nowhere.csv", "no/where"])
def test_a_path_that_does_not_exist(path):
    with pytest.raises(FileNotFoundError, match=f"no file or folder {path}"):
        datasets.load(path)


def test_a_file_of_another_kind(tmp_path):
    path = tmp_path / "reviews.docx"
    path.write_text("text")
    with pytest.raises(ValueError, match=r"reviews\.docx: the file name must end in one of \.csv, \.tsv, \.jsonl"):
        datasets.load(path)


@pytest.mark.parametrize(("name", "value"), [("validation", 1), ("validation", -0.1), ("seed", -1), ("seed", 0.5)])
def test_bad_arguments_are_named(name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be .*, got {value}"):
        datasets.load("sample", **{name: value})
