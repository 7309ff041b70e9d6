"""leads_out: whether a path that stands in a file leads out of the folder that it belongs to."""

from pathlib import PurePosixPath, PureWindowsPath


def leads_out(name: str) -> bool:
    """Whether a file's name from inside a data file is absolute or climbs to a parent folder, on any system.

    Args:
        name: as it stands in the file, such as "dogs/1.jpg".
    """
    ways = (PurePosixPath(name), PureWindowsPath(name))
    return any(way.is_absolute() or way.drive or way.root or ".." in way.parts for way in ways)
