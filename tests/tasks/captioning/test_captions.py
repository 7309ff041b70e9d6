import gzip

import numpy as np
import pytest

from rnn_zoo.tasks.captioning.data import load_captions, read_features

LINES = ["split\timage\trow\tcaption", "train\ta.jpg\t2\tone .", "train\ta.jpg\t2\ttwo", "dev\tb.jpg\t0\tthree"]
LINES += ["test\tc.jpg\t1\tfour", "unused\td.jpg\t3\tfive"]


def write(folder, lines, name="captions.tsv"):
    (folder / name).write_text("\n".join(lines) + "\n")
    return folder / name


def test_a_folder_with_splits_and_rows(tmp_path):
    (tmp_path / "captions.tsv.gz").write_bytes(gzip.compress("\n".join(LINES).encode()))
    captions = load_captions(tmp_path)
    assert (captions.train.images, captions.train.captions) == (["a.jpg"], [["one .", "two"]])
    assert [split.rows.tolist() for split in (captions.train, captions.validation, captions.test)] == [[2], [0], [1]]
    assert captions.digest == load_captions(tmp_path / "captions.tsv.gz").digest


def test_without_splits_and_rows_images_count_as_they_come(tmp_path):
    lines = ["image\tcaption", *(f"{number // 2}.jpg\tcaption {number}" for number in range(50))]
    captions = load_captions(write(tmp_path, lines))
    assert (captions.validation.images, captions.test.images) == (["0.jpg", "20.jpg"], ["1.jpg", "21.jpg"])
    assert captions.test.rows.tolist() == [1, 21] and captions.test.captions[0] == ["caption 2", "caption 3"]
    assert len(captions.train) == 21


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["picture\tcaption", "a\tb"], "line 1: expected the columns image and caption"),
        ([LINES[0], "train\ta.jpg\tx\tone"], "line 2: `row` must be an integer >= 0, got 'x'"),
        ([*LINES, "test\ta.jpg\t2\tone"], r"line 7: a\.jpg has split and row \('test', 2\), and \('train', 2\) above"),
        ([LINES[0], "train\ta.jpg\t2\t "], r"line 2: a\.jpg has an empty caption"),
        (LINES[:4], "no image is for test; call its split one of test"),
    ],
)
def test_bad_files_are_named(tmp_path, lines, message):
    with pytest.raises(ValueError, match=message):
        load_captions(write(tmp_path, lines))


def test_features(tmp_path):
    array = np.arange(6, dtype="uint8").reshape(3, 2)
    np.save(tmp_path / "features.npy", array)
    (tmp_path / "features.npy.gz").write_bytes(gzip.compress((tmp_path / "features.npy").read_bytes()))
    np.testing.assert_allclose(read_features(tmp_path / "features.npy.gz", 0.5), array / 2)
    (tmp_path / "none.npy").write_text("no array")
    with pytest.raises(ValueError, match=r"none\.npy is not an .npy file of features, or is damaged"):
        read_features(tmp_path / "none.npy")
    with pytest.raises(FileNotFoundError, match="there is no file"):
        load_captions(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros(4), r"must hold \[rows, features\] or \[rows, cells, features\], got the shape \(4,\)"),
        (np.array([[0.0, 1.0], [0.0, np.nan]]), "row 1 holds a number that is not finite"),
    ],
)
def test_bad_features_are_named(tmp_path, array, message):
    np.save(tmp_path / "bad.npy", array)
    with pytest.raises(ValueError, match=rf"bad\.npy.*{message}"):
        read_features(tmp_path / "bad.npy")
    with pytest.raises(FileNotFoundError, match=r"there is no file .*none\.npy"):
        read_features(tmp_path / "none.npy")


def test_the_cells_of_an_image_are_read_in_rows(tmp_path):
    cells = np.arange(2 * 2 * 3 * 5, dtype="float32").reshape(2, 2, 3, 5)
    np.save(tmp_path / "cells.npy", cells)
    np.testing.assert_array_equal(read_features(tmp_path / "cells.npy")[1, 3], cells[1, 1, 0])
