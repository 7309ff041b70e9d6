"""Cleaning: the faults of a user's file are refused, or, if the user asks for it, mended and counted."""

from collections.abc import Sequence
from pathlib import Path


class Cleaning:
    """What becomes of the faults of a file.

    Args:
        active: False: the first fault is an error. True: faults are mended, and counted.
    """

    def __init__(self, active: bool = False) -> None:
        self.active = active
        self._first: dict[tuple[Path, str], str] = {}
        self._counts: dict[tuple[Path, str], int] = {}

    def fault(self, path: str | Path, place: int | str, fault: str, mends: str) -> None:
        """Counts a fault, which the caller then mends.

        Args:
            path: the file.
            place: number of the line, or the place in words.
            fault: what is wrong and the fix, in sentences.
            mends: what cleaning does about it, in the third person, such as "leaves such rows out".
        Raises:
            ValueError: cleaning is not active; names the file, the place, the fault, and `clean` as a fix.
        """
        place = f"line {place}" if isinstance(place, int) else place
        if not self.active:
            raise ValueError(f"{path}: {place}: {fault} Or pass `clean`, which {mends} and counts them.")
        key = (Path(path), mends)
        self._first.setdefault(key, place)
        self._counts[key] = self._counts.get(key, 0) + 1

    def report(self) -> tuple[str, ...]:
        """A sentence for each file and kind of fault: what was done, how often, and where first."""
        return tuple(
            f"{path}: `clean` {mends}: {count:,}, the first at {self._first[path, mends]}."
            for (path, mends), count in self._counts.items()
        )


def with_report(text: str, cleaned: Sequence[str]) -> str:
    """A description of a data set, with what cleaning did to its files on lines of their own."""
    return "\n".join([text, *cleaned])
