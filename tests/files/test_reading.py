"""Files of unknown content: any failure of a library is one line that names the file."""

import gzip
import io
import json
import os
import zlib

import numpy as np
import pytest

from rnn_zoo.files.reading import plain_file, read_array, read_arrays, read_json, reading


@pytest.mark.parametrize("error", [KeyError("a"), zlib.error("bad"), RecursionError("deep"), MemoryError(), OSError(5)])
def test_any_failure_of_a_library_names_the_file(tmp_path, error):
    with (
        pytest.raises(ValueError, match=r"x\.bin is not a picture, or is damaged \(.+\)\. Draw it again\.") as raised,
        reading(tmp_path / "x.bin", "a picture", "Draw it again."),
    ):
        raise error
    assert "\n" not in str(raised.value) and raised.value.__cause__ is error


@pytest.mark.parametrize(
    "error", [FileNotFoundError("there is no file x.bin"), PermissionError(13, "x.bin"), ValueError("x.bin: line 3")]
)
def test_an_error_that_names_the_file_passes_through(error):
    with pytest.raises(type(error)) as raised, reading("x.bin", "a picture"):
        raise error
    assert raised.value is error


def test_only_plain_files_are_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match=r"pipe is a pipe or a device, not a file of numbers; name a file\."):
        plain_file(tmp_path / "pipe", "numbers")
    with pytest.raises(ValueError, match="is a folder"):
        plain_file(tmp_path, "numbers")
    for name in ("none", "zero\0byte"):
        with pytest.raises(FileNotFoundError, match="which should hold numbers"):
            plain_file(tmp_path / name, "numbers")


SHAPE = {"names": [str], "sizes": {"height": int}, "rate": float | None}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is not JSON, or is damaged"),
        ("[" * 100_000, "is not JSON, or is damaged"),
        ("[]", "must hold an object, got list"),
        ('{"names": []}', "lacks 'sizes'"),
        ('{"names": [], "sizes": {}, "rate": null}', "lacks 'height' at sizes"),
        ('{"names": {}, "sizes": {"height": 1}, "rate": null}', "must hold a list at names, got dict"),
        ('{"names": ["a", 5], "sizes": {"height": 1}, "rate": null}', r"must hold str at names\[1\], got '5'"),
        ('{"names": [], "sizes": {"height": true}, "rate": null}', "must hold int at sizes.height, got 'True'"),
        ('{"names": [], "sizes": {"height": 1}, "rate": "x"}', "must hold float or NoneType at rate, got 'x'"),
    ],
)
def test_json_of_another_shape(tmp_path, content, message):
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(ValueError, match=rf"a\.json {message}"):
        read_json(tmp_path / "a.json", SHAPE)


def test_json_is_read_also_compressed(tmp_path):
    content = {"names": ["a"], "sizes": {"height": 1, "other": 2}, "rate": 0.5}
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(json.dumps(content).encode()))
    assert read_json(tmp_path / "a.json.gz", SHAPE) == content


def header(shape, dtype="<f8"):
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": dtype, "fortran_order": False, "shape": shape})
    return file.getvalue() + bytes(64)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not an .npy file of features, or is damaged"),
        (header((10**12, 300)), "is not an .npy file of features, or is damaged"),
        (header((10**30,)), "is not an .npy file of features, or is damaged"),
        (header((-1, 3)), "is not an .npy file of features, or is damaged"),
        (header((2,), "|O"), "is not an .npy file of features, or is damaged"),
        (header((0, 3)), r"holds no features: its shape is \[0, 3\]"),
        (header((2, 2), "<c8"), "must hold real numbers, got the type complex64"),
        (header((2, 2), "<U2"), "must hold real numbers, got the type <U2"),
    ],
)
def test_arrays_that_are_none(tmp_path, content, message):
    (tmp_path / "a.npy").write_bytes(content)
    with pytest.raises(ValueError, match=rf"a\.npy {message}"):
        read_array(tmp_path / "a.npy", "features")


def test_archives(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, one=np.ones(3), two=np.zeros(2))
    assert list(read_arrays(path, [], "states")) == ["one", "two"]
    with pytest.raises(ValueError, match=r"a\.npz must hold an array `three`, got one, two\."):
        read_arrays(path, ["three"], "states")
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ValueError, match=r"a\.npz is not an \.npz file of states, or is damaged"):
        read_arrays(path, [], "states")
