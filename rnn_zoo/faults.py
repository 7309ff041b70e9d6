"""One boundary for every command: an error that the user can fix becomes one line, a mistake in the code does not."""

import contextlib
import sys
import unicodedata
from collections.abc import Iterator

from cyclopts import CycloptsError

# What a file, a library, an option or the system can cause. Others are mistakes in the code and keep their traceback.
EXPECTED = (CycloptsError, ValueError, OSError, ImportError, FloatingPointError, MemoryError)
_LONGEST = 300  # characters of a line


@contextlib.contextmanager
def one_line_each(prefix: str) -> Iterator[None]:
    """Ends the process where its block fails: with 2 and one line on standard error, or with 130 after Ctrl-C.

    Args:
        prefix: start of the line, such as "rnn-zoo: error: ".
    Raises:
        SystemExit: the block raised one of `EXPECTED`, or was interrupted.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except EXPECTED as error:
        print(prefix + line_of(error), file=sys.stderr)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def line_of(error: BaseException) -> str:
    """The message of an error as one line of printable characters; the middle of a long one is left out."""
    said = " ".join(str(error).split()) or _name(error)
    if isinstance(error, MemoryError):
        said = f"there is not enough memory ({said}). Give less data, or a smaller --batch-size."
    said = printable(said)
    if len(said) <= _LONGEST:
        return said
    return said[: _LONGEST // 2] + " [...] " + said[-(_LONGEST - _LONGEST // 2 - 7) :]


def printable(text: str) -> str:
    """A text without control characters, which would change the terminal: they are shown as escapes, such as \\x1b."""
    shown = (
        letter if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cs") else repr(letter)[1:-1]
        for letter in text
    )
    return "".join(shown)


def _name(error: BaseException) -> str:
    return type(error).__name__
