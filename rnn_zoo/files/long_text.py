"""One long text, split by position, for language models."""

import dataclasses
import hashlib
from pathlib import Path

from rnn_zoo.checks import one_of
from rnn_zoo.files.cleaning import Cleaning, with_report
from rnn_zoo.files.splits import SPLIT_NAMES
from rnn_zoo.files.tables import text_lines
from rnn_zoo.samples import sample_folder

_SAMPLES = {"tinyshakespeare": sample_folder("tinyshakespeare") / "tinyshakespeare.txt.gz"}
_HELD_OUT = 0.05  # fraction for validation, and for test


@dataclasses.dataclass(frozen=True)
class LongText:
    """A text in three splits.

    Args:
        name: the argument of `load_text`.
        train: text for training; of a single file, the first 90%.
        validation: text for validation; of a single file, the next 5%.
        test: text for the test; of a single file, the last 5%.
        licence: licence of the text.
        source: author and URL, or path.
        cleaned: what was done to the faults of the files, a sentence each.
    """

    name: str
    train: str
    validation: str
    test: str
    licence: str
    source: str
    cleaned: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of the three splits, concatenated."""
        return hashlib.sha256((self.train + self.validation + self.test).encode()).hexdigest()

    def __str__(self):
        sizes = " / ".join(f"{len(part):,}" for part in (self.train, self.validation, self.test))
        return with_report(f"{self.name}: {sizes} characters for training, validation and test", self.cleaned)


def load_text(data: str | Path, *, clean: bool = False) -> LongText:
    """Loads a text. A single file is split by position: 90% training, 5% validation, 5% test.

    Args:
        data: "tinyshakespeare" (included in the package); a UTF-8 text file, .txt or .txt.gz; or a folder with one such
            file per split, named like the Penn Treebank's `ptb.train.txt`: one of the parts between dots names the
            split (train; val, valid, validation or dev; test).
        clean: replaces bytes of your own files that are not UTF-8, which otherwise are an error; `cleaned` says how
            many lines had some.
    Returns:
        the text in three splits.
    Raises:
        ValueError: the name is unknown, a file is not UTF-8 or too short to split, or a folder does not have exactly
            one file per split.
        FileNotFoundError: the file or folder does not exist.
    """
    if isinstance(data, str) and data in _SAMPLES:
        licence, source = "public domain", "Andrej Karpathy's Tiny Shakespeare, https://github.com/karpathy/char-rnn"
        return _split(data, read_text(_SAMPLES[data]), licence, source)
    path, cleaning = Path(data), Cleaning(clean)
    if path.is_dir():
        splits = {split: read_text(_file_of(path, names), cleaning) for split, names in SPLIT_NAMES.items()}
        return LongText(str(data), **splits, licence="not stated", source=path.name, cleaned=cleaning.report())
    if not path.is_file():
        if not path.suffix:
            one_of("data", str(data), [*_SAMPLES, "a .txt file", "a folder"])
        raise FileNotFoundError(f"`data`: there is no file or folder {path}.")
    text = read_text(path, cleaning)
    return _split(str(data), text, "the user's own file; not stated", str(path), cleaning.report())


def read_text(path: str | Path, cleaning: Cleaning | None = None) -> str:
    """Reads a UTF-8 text file, plain or .gz, with "\\n" as the line end.

    Args:
        path: the file.
        cleaning: what becomes of bytes that are not UTF-8. Default None: they are an error.

    Raises:
        ValueError: the file is not UTF-8 (names line and byte) or not valid gzip.
    """
    return "".join(text_lines(Path(path), cleaning or Cleaning())).replace("\r\n", "\n")


def _file_of(folder, names):
    """The only text file of a folder whose name has one of `names` between dots."""
    texts = [path for path in sorted(folder.iterdir()) if path.name.endswith((".txt", ".txt.gz"))]
    matches = [path for path in texts if set(path.name.lower().split(".")) & set(names)]
    if len(matches) != 1:
        listed = ", ".join(path.name for path in matches) or "none"
        raise ValueError(
            f"{folder} must hold exactly one .txt or .txt.gz file with {' or '.join(names)} in its name, such as "
            f"text.{names[0]}.txt; got {listed}."
        )
    return matches[0]


def _split(name, text, licence, source, cleaned=()):
    size = int(len(text) * _HELD_OUT)
    if size < 2:
        raise ValueError(
            f"{source} holds {len(text)} characters; training, validation and test need at least 40 in total."
        )
    end = len(text) - size
    return LongText(name, text[: end - size], text[end - size : end], text[end:], licence, source, cleaned)
