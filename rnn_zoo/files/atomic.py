"""Atomic writes: an interruption at any point leaves the complete old or the complete new file or folder."""

import contextlib
import ctypes
import ctypes.util
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@contextlib.contextmanager
def atomic_file(path: str | Path, mode: str = "w", **open_options: Any) -> Iterator[IO[Any]]:
    """Context manager: an open temporary file, which replaces `path` if the block ends without an error.

    Args:
        path: file to write; its folder is created if needed.
        mode: "w" for text (UTF-8 by default) or "wb" for bytes.
        open_options: further arguments of `open`.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if "b" not in mode:
        open_options.setdefault("encoding", "utf-8")
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, mode, **open_options) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)  # mkstemp creates private files
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def atomic_folder(path: str | Path) -> Iterator[Path]:
    """Context manager: an empty temporary folder, which replaces `path` if the block ends without an error.

    Args:
        path: folder to write; its parent is created if needed.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    try:
        yield temporary
        os.chmod(temporary, 0o755)  # mkdtemp creates private folders
        if path.exists():
            _exchange(temporary, path)
        else:
            os.rename(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _exchange(new, old):
    """Swaps two folders atomically if the system supports it, otherwise with two renames."""
    libc = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)
    if hasattr(libc, "renameat2"):
        error = libc.renameat2(_AT_FDCWD, os.fsencode(new), _AT_FDCWD, os.fsencode(old), _RENAME_EXCHANGE)
        if not error:
            return
    backup = Path(tempfile.mkdtemp(dir=old.parent, prefix=f".{old.name}.")) / "old"
    os.rename(old, backup)
    os.rename(new, old)
    shutil.rmtree(backup.parent, ignore_errors=True)
