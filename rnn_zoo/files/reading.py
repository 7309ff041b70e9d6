"""Reads files of unknown content: whatever a library raises becomes one line that names the file."""

import contextlib
import gzip
import json
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

_SHOWN = 120  # characters of a library's message


@contextlib.contextmanager
def reading(path: str | Path, what: str, fix: str = "Save it again.") -> Iterator[None]:
    """Within the block, any failure of a library becomes a ValueError that names the file.

    Libraries raise errors of many types for damaged content: `zlib.error`, `struct.error`, KeyError, RecursionError,
    MemoryError. A missing file, one without permission, a missing package and a ValueError that begins with the file
    pass through unchanged.

    Args:
        path: the file.
        what: what it should be, with its article, such as "an image".
        fix: what the user can do, a sentence.
    Raises:
        ValueError: the file is damaged, or something else.
    """
    try:
        yield
    except (PermissionError, ImportError):
        raise
    except Exception as error:
        ours = isinstance(error, ValueError) and str(error).startswith(str(path))
        if ours or (isinstance(error, FileNotFoundError) and str(error).startswith("there is no file")):
            raise
        raise ValueError(f"{path} is not {what}, or is damaged ({_reason(error)}). {fix}") from error


def _reason(error: Exception) -> str:
    lines = str(error).split("\n") if not isinstance(error, KeyError) else [f"it lacks {error}"]
    said = " ".join(lines[0].split()).rstrip(".:") or type(error).__name__
    return said if len(said) <= _SHOWN else said[:_SHOWN] + "..."


def plain_file(path: str | Path, what: str) -> Path:
    """The path of a regular file: reading a pipe or a device may never end.

    Args:
        path: the file.
        what: what it should hold, such as "word vectors".
    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is a folder, a pipe or a device.
    """
    path = Path(path)
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        raise FileNotFoundError(f"there is no file {path}, which should hold {what}.") from error
    if not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "a pipe or a device"
        raise ValueError(f"{path} is {kind}, not a file of {what}; name a file.")
    return path


def read_json(path: str | Path, shape: Any = object) -> Any:
    """The content of a JSON file of a known shape.

    Args:
        path: the file; .gz is unpacked.
        shape: what it must hold: a type; a list with the shape of each item; or a dict with the shapes of the keys
            that must be there.
    Raises:
        ValueError: the file is not JSON, or of another shape; names file and place.
        FileNotFoundError: there is no such file.
    """
    plain_file(path, "JSON")
    with reading(path, "JSON"):
        data = Path(path).read_bytes()
        content = json.loads(gzip.decompress(data) if str(path).lower().endswith(".gz") else data)
    if fault := _differs(content, shape, ""):
        raise ValueError(f"{path} {fault}. Save it again.")
    return content


def _differs(content: Any, shape: Any, place: str) -> str:
    where = f" at {place}" if place else ""
    if isinstance(shape, dict):
        if not isinstance(content, dict):
            return f"must hold an object{where}, got {type(content).__name__}"
        if missing := [name for name in shape if name not in content]:
            return f"lacks {missing[0]!r}{where}"
        faults = (_differs(content[name], part, f"{place}.{name}".lstrip(".")) for name, part in shape.items())
    elif isinstance(shape, list):
        if not isinstance(content, list):
            return f"must hold a list{where}, got {type(content).__name__}"
        faults = (_differs(item, shape[0], f"{place}[{number}]") for number, item in enumerate(content))
    else:
        wrong = not isinstance(content, shape) or (isinstance(content, bool) and shape not in (bool, object))
        names = getattr(shape, "__name__", None) or " or ".join(part.__name__ for part in shape.__args__)
        return f"must hold {names}{where}, got {str(content)[:40]!r}" if wrong else ""
    return next(filter(None, faults), "")


def read_array(path: str | Path, what: str, file: Any = None) -> np.ndarray:
    """The numbers of an .npy file.

    Args:
        path: the file.
        what: what the numbers are, such as "features".
        file: its content as an open binary file, where it is compressed. None: opens `path`.
    Raises:
        ValueError: the file is damaged, cut, empty, or holds no real numbers.
        FileNotFoundError: there is no such file.
    """
    with contextlib.ExitStack() as stack:
        if file is None:
            file = stack.enter_context(open(plain_file(path, what), "rb"))
        with reading(path, f"an .npy file of {what}"):
            content = np.lib.format.read_array(file, allow_pickle=False, max_header_size=10_000)
    return real_numbers(path, what, content)


def read_arrays(path: str | Path, names: Sequence[str], what: str) -> dict[str, np.ndarray]:
    """Arrays of an .npz file by name; errors as of `read_array`, and ValueError if a name is missing."""
    with reading(plain_file(path, what), f"an .npz file of {what}"), np.load(path, allow_pickle=False) as archive:
        if isinstance(archive, np.ndarray):
            raise ValueError("it holds one array without a name")
        names = names or archive.files
        if missing := [name for name in names if name not in archive.files]:
            raise ValueError(f"{path} must hold an array `{missing[0]}`, got {', '.join(archive.files) or 'nothing'}.")
        found = {name: archive[name] for name in names}
    return found


def real_numbers(path: str | Path, what: str, content: np.ndarray) -> np.ndarray:
    """The array of a file; ValueError that names the file if it is empty or holds anything but real numbers."""
    if content.dtype.kind not in "biuf":
        raise ValueError(f"{path} must hold real numbers, got the type {content.dtype}.")
    if not content.size:
        raise ValueError(f"{path} holds no {what}: its shape is {list(content.shape)}.")
    return content
