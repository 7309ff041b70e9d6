"""One long text, split by position, for language models."""

import dataclasses
import gzip
import hashlib
from pathlib import Path

from rnn_zoo.checks import one_of
from rnn_zoo.files.splits import SPLIT_NAMES
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
    """

    name: str
    train: str
    validation: str
    test: str
    licence: str
    source: str

    @property
    def digest(self) -> str:
        """SHA-256 of the three splits, concatenated."""
        return hashlib.sha256((self.train + self.validation + self.test).encode()).hexdigest()

    def __str__(self):
        sizes = " / ".join(f"{len(part):,}" for part in (self.train, self.validation, self.test))
        return f"{self.name}: {sizes} characters for training, validation and test"


def load_text(data: str | Path) -> LongText:
    """Loads a text. A single file is split by position: 90% training, 5% validation, 5% test.

    Args:
        data: "tinyshakespeare" (included in the package); a UTF-8 text file, .txt or .txt.gz; or a folder with one such
            file per split, named like the Penn Treebank's `ptb.train.txt`: one of the parts between dots names the
            split (train; val, valid, validation or dev; test).
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
    path = Path(data)
    if path.is_dir():
        splits = {split: read_text(_file_of(path, names)) for split, names in SPLIT_NAMES.items()}
        return LongText(str(data), **splits, licence="not stated", source=path.name)
    if not path.is_file():
        if not path.suffix:
            one_of("data", str(data), [*_SAMPLES, "a .txt file", "a folder"])
        raise FileNotFoundError(f"`data`: there is no file or folder {path}.")
    return _split(str(data), read_text(path), "the user's own file; not stated", str(path))


def read_text(path: str | Path) -> str:
    """Reads a UTF-8 text file, plain or .gz, with "\\n" as the line end.

    Raises:
        ValueError: the file is not UTF-8 (names line and byte) or not valid gzip.
    """
    path = Path(path)
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ValueError(
            f"{path}: line {line}: byte {data[error.start]:#04x} is not UTF-8. Save the file as UTF-8 (for Latin-1: "
            "iconv -f latin1 -t utf-8)."
        ) from error
    except (gzip.BadGzipFile, EOFError) as error:
        raise ValueError(f"{path} is not a valid gzip file ({error}): rename it, or download it again.") from error


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


def _split(name, text, licence, source):
    size = int(len(text) * _HELD_OUT)
    if size < 2:
        raise ValueError(
            f"{source} holds {len(text)} characters; training, validation and test need at least 40 in total."
        )
    end = len(text) - size
    return LongText(name, text[: end - size], text[end - size : end], text[end:], licence, source)
