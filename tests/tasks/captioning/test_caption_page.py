import tarfile

import pytest

from rnn_zoo.tasks.captioning.gallery import caption_page

REPORT = {
    "model": "network",
    "split": "test",
    "systems": {name: {"bleu": score, "parameters": 3, "train_seconds": None} for name, score in (("network", 9.87),)},
    "examples": [
        {"given": "a.jpg", "written": "a <dog>", "expected": "a cat"},
        {"given": "b.jpg", "written": "two", "expected": "two cats"},
    ],
}


def page(tmp_path, pictures):
    caption_page(REPORT, pictures, tmp_path / "page.html", title="Captions")
    return (tmp_path / "page.html").read_text(encoding="utf-8")


def test_pictures_come_from_a_folder_or_a_tar_file_and_may_be_missing(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"picture")
    with tarfile.open(tmp_path / "all.tar", "w") as archive:
        archive.add(tmp_path / "a.jpg", "images/a.jpg")
    for pictures in (tmp_path, tmp_path / "all.tar"):
        text = page(tmp_path, pictures)
        assert text.count("<img src=") == 1 and "base64,cGljdHVyZQ==" in text
        assert "a &lt;dog&gt;" in text and "two cats" in text and "9.87" in text
    assert "<img src=" not in page(tmp_path, None)
    with pytest.raises(FileNotFoundError, match=r"`pictures`: there is no folder or \.tar file"):
        page(tmp_path, tmp_path / "nowhere")
