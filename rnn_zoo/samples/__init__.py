"""Small real data that ships with the package, each set in a folder with its licence."""

from pathlib import Path


def sample_folder(name: str) -> Path:
    """The folder of a data set that ships with the package, such as "wnut17"."""
    return Path(__file__).parent / name
