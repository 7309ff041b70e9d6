"""Checks of paths before any work: those that stand in data files, and those that are to be written."""

import os
from pathlib import Path, PurePosixPath, PureWindowsPath


def leads_out(name: str) -> bool:
    """Whether a file's name from inside a data file is absolute or climbs to a parent folder, on any system.

    Args:
        name: as it stands in the file, such as "dogs/1.jpg".
    """
    ways = (PurePosixPath(name), PureWindowsPath(name))
    return any(way.is_absolute() or way.drive or way.root or ".." in way.parts for way in ways)


def check_writable(option: str, path: str | Path) -> None:
    """Checks that a file can be written, with the folders above it, before hours of work.

    Args:
        option: the option that the error names.
        path: the file, which need not exist.
    Raises:
        ValueError: it is a folder, a folder above it is a file, or the permissions do not allow it.
    """
    path = Path(path)
    if path.is_dir():
        raise ValueError(f"`{option}` must be a file, but {path} is a folder; name a file in it.")
    if path.is_symlink() and not _resolves(path):
        raise ValueError(f"`{option}`: {path} is a link that leads back to itself; name another file.")
    above = next(folder for folder in path.absolute().parents if os.path.lexists(folder))
    if not above.is_dir():
        raise ValueError(f"`{option}`: {path} cannot be written, because {above} is not a folder; name another.")
    if not os.access(path if path.exists() else above, os.W_OK):
        raise ValueError(f"`{option}`: {path} cannot be written: no permission to write to {above}; name another.")


def _resolves(link: Path) -> bool:
    try:
        link.resolve()
    except (OSError, RuntimeError):  # the latter until Python 3.12
        return False
    return True
