"""Atomic writes: an interruption at any point leaves the complete old or the complete new file or folder."""

import contextlib
import ctypes
import ctypes.util
import os
import platform
import secrets
import shutil
import stat
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_FULL = ("No space left on device", "File too large", "Disk quota exceeded", "errno = 28", "errno = 27")


@contextlib.contextmanager
def atomic_file(path: str | Path, mode: str = "w", **open_options: Any) -> Iterator[IO[Any]]:
    """Context manager: an open temporary file, which replaces `path` if the block ends without an error.

    A new file has the permissions of the process (its umask), a replaced one keeps its own. Through a symbolic link
    its target is written.

    Args:
        path: file to write; its folder is created if needed.
        mode: "w" for text (UTF-8 by default) or "wb" for bytes.
        open_options: further arguments of `open`.
    Raises:
        ValueError: `path` is empty, a folder, or a device or pipe, which no file may replace.
        OSError: the disk is full, or does not allow it.
    """
    path = _target(path)
    if path.exists() and not path.is_file():
        what = "a folder" if path.is_dir() else "a device or a pipe"
        raise ValueError(f"{path} is {what}, not a file that can be replaced: name another file.")
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(path)
    if "b" not in mode:
        open_options.setdefault("encoding", "utf-8")
    temporary = _temporary(path)
    try:
        with told_full(path):
            descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)  # less the umask
            with os.fdopen(descriptor, mode, **open_options) as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
        if path.exists():
            os.chmod(temporary, stat.S_IMODE(path.stat().st_mode))
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def atomic_folder(path: str | Path) -> Iterator[Path]:
    """Context manager: an empty temporary folder, which replaces `path` if the block ends without an error.

    A new folder has the permissions of the process (its umask), a replaced one keeps its own. Through a symbolic link
    its target is replaced.

    Args:
        path: folder to write; its parent is created if needed.
    Raises:
        ValueError: `path` is empty or a file.
        OSError: the disk is full, or does not allow it.
    """
    path = _target(path)
    if path.exists() and not path.is_dir():
        raise ValueError(f"{path} is a file, not a folder that can be replaced: name another folder.")
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(path)
    temporary = _temporary(path)
    os.mkdir(temporary)  # with the permissions of the process
    try:
        with told_full(path):
            yield temporary
        if path.exists():
            os.chmod(temporary, stat.S_IMODE(path.stat().st_mode))
            _exchange(temporary, path)
        else:
            os.rename(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextlib.contextmanager
def told_full(path: str | Path) -> Iterator[None]:
    """Names the path where the disk is full; every library that writes says it in its own way."""
    try:
        yield
    except Exception as error:
        said = next((sign for sign in _FULL if sign in str(error)), None)
        if said is None:
            raise
        raise OSError(f"{path} cannot be written: {said}. Free some space, or name another place.") from error


def remove_leftovers(path: str | Path) -> None:
    """Removes what killed processes of this machine left of writing `path`; what a living one still writes stays.

    Every atomic write does so for its own path first.

    Args:
        path: the file or folder that was to be written.
    """
    path = Path(path)
    before = f".{path.name}.{_machine()}-"
    for leftover in path.parent.glob(f"{_escaped(before)}*-*"):
        process = leftover.name.removeprefix(before).partition("-")[0]
        if not process.isdecimal() or _is_alive(int(process)):
            continue
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)


def _target(path: str | Path) -> Path:
    """The file or folder itself, behind symbolic links; ValueError if the name is empty."""
    if not Path(path).name:
        raise ValueError(f"{os.fspath(path)!r} names no file or folder: give a name.")
    return Path(path).resolve() if Path(path).is_symlink() else Path(path)


def _temporary(path: Path) -> Path:
    """A free name beside `path`, with this machine and the number of this process, see `remove_leftovers`."""
    return path.with_name(f".{path.name}.{_machine()}-{os.getpid()}-{secrets.token_hex(4)}")


def _machine() -> str:
    """A short mark of this machine: a shared folder may hold files that a process of another one writes."""
    return f"{zlib.crc32(platform.node().encode()):08x}"


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True  # of another user
    return True


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
