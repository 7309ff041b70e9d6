"""Paths that stand in data files stay inside the folder that the user gave."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rnn_zoo.files.paths import leads_out
from rnn_zoo.tasks.captioning.data import load_captions
from rnn_zoo.tasks.captioning.gallery import caption_page

OUT = ["../secret.txt", "a/../../b.jpg", "/etc/passwd", "..", "..\\secret.txt", "C:\\a.jpg", "C:a.jpg", "\\\\host\\a"]


@pytest.mark.parametrize("name", OUT)
def test_names_that_lead_out(name):
    assert leads_out(name)


@pytest.mark.parametrize("name", ["a.jpg", "dogs/1.jpg", "a..b.jpg", "...", "dogs/./1.jpg", ""])
def test_names_that_stay_inside(name):
    assert not leads_out(name)


@given(name=some.lists(some.sampled_from(["..", ".", "a", "b c", "é"]), min_size=1).map("/".join))
def test_what_is_let_through_lies_inside(tmp_path_factory, name):
    folder = tmp_path_factory.getbasetemp()
    if not leads_out(name):
        assert (folder / name).resolve().is_relative_to(folder.resolve())


def test_a_caption_file_that_names_a_file_outside_is_refused_before_training(tmp_path):
    path = tmp_path / "captions.tsv"
    path.write_text("image\tcaption\n1.jpg\ta dog\n../secret.txt\ta cat\n")
    with pytest.raises(ValueError, match=r"captions.tsv: line 3: the image '../secret.txt' leads out"):
        load_captions(path)


def test_the_page_of_captions_reads_no_file_outside(tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "pictures").mkdir()
    report = {"examples": [{"given": "../secret.txt"}], "systems": {"net": {}}, "model": "net"}
    with pytest.raises(ValueError, match="leads out of"):
        caption_page(report, tmp_path / "pictures", tmp_path / "page.html", title="t")
    assert not Path(tmp_path / "page.html").exists()
